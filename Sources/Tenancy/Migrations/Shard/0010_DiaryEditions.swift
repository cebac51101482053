extension Migration {
    /// One number says whether anything changed in any diary of a school: a reader asks for it beside the timetable's version
    /// instead of joining the diaries of all their groups.
    static let diaryEditions = Migration(
        10, "DiaryEditions",
        """
        alter table timetable add column diary_version bigint not null default 0;

        -- Before the statement, so before any diary's row is locked: writers of several diaries meet at the timetable's row
        -- first and cannot wait for each other in a circle. A trigger, so that nodes of the release before raise it too.
        -- Replication and what runs outside a school (restoring) do not come through here: they bring the number along.
        create function preau_raise_diary_version() returns trigger language plpgsql
        set search_path = pg_catalog, public as $$
        begin
            update timetable set diary_version = diary_version + 1
            where establishment_id = nullif(current_setting('preau.establishment', true), '')::integer;
            return null;
        end $$;
        revoke execute on function preau_raise_diary_version() from public;
        create trigger diary_version before insert or update or delete on diary
            for each statement execute function preau_raise_diary_version();
        """)
}
