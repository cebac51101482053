extension Migration {
    /// Rules and quotas get a version, so that every process has the newest within a second or two.
    static let policy = Migration(
        10, "Policy",
        """
        alter table directory_version drop constraint directory_version_topic_check;
        alter table directory_version add constraint directory_version_topic_check check (topic ~ '^[a-z_]{2,30}$');
        insert into directory_version values ('policy', 1);

        create trigger directory_changed after insert or update or delete on rule
            for each statement execute function directory_changed('policy');
        create trigger directory_changed after insert or update or delete on quota
            for each statement execute function directory_changed('policy');
        """)
}
