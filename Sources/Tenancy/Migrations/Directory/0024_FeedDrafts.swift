extension Migration {
    /// A school's own tables while somebody corrects them.
    static let feedDrafts = Migration(
        24, "FeedDrafts",
        """
        -- Sealed with the keys of the processes: names of people are on the shards, and here only for as long as it takes.
        create table feed_draft (
            id               uuid primary key,
            establishment_id integer not null references establishment,
            kind             text not null check (kind in ('pupil', 'guardian', 'staff')),
            name             text not null,             -- the file's, as its sender calls it
            content          bytea not null,
            corrections      bytea,
            is_complete      boolean not null,          -- who is not in it is gone
            import_id        uuid,                      -- the plan that was last made of it
            actor            text not null,
            created_at       timestamptz not null default now(),
            changed_at       timestamptz not null default now(),
            unique (establishment_id, kind)
        );
        alter table feed_draft alter column content set storage external;
        create index feed_draft_import on feed_draft (import_id) where import_id is not null;
        create index feed_draft_changed on feed_draft (changed_at);
        grant select, insert, update, delete on feed_draft to preau_admin;
        """)
}
