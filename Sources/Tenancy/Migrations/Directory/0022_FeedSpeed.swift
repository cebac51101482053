extension Migration {
    /// What half a million people at once asked for.
    static let feedSpeed = Migration(
        22, "FeedSpeed",
        """
        -- The same functions with bodies that are parsed when they are made: nothing of them depends on a search path, so they
        -- need none set for each call, and the planner puts them in place. Called several times for each row.
        create or replace function feed_uuid(text) returns uuid language sql immutable strict parallel safe
        return overlay(overlay(md5($1) placing '8' from 13) placing '8' from 17)::uuid;
        create or replace function preau_fold(name text) returns text language sql immutable strict parallel safe
        return lower(translate(replace(replace(replace(replace(replace(name, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'),
            'ß', 'ss'), 'àâäáãåçéèêëíìîïñóòôöõøúùûüýÿÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØÚÙÛÜÝŸ''’-‐‑.,',
            'aaaaaaceeeeiiiinoooooouuuuyyaaaaaaceeeeiiiinoooooouuuuyy       ') collate "C");

        -- The classes and groups that people are in, once each: so that nobody has to look for them in everybody's details.
        create unlogged table feed_stage_place (
            import_number integer not null,
            scope         smallint not null,
            structure     text not null,
            kind          text not null,
            code          text not null,
            label         text,                         -- where people call it otherwise
            level         text not null                 -- of most of its pupils
        );
        create index feed_stage_place_structure on feed_stage_place (import_number, scope, structure);
        grant select, insert, update, delete on feed_stage_place to preau_admin;

        create or replace function feed_clear(gone integer) returns void language plpgsql security definer
        set search_path = pg_catalog, public as $$
        begin
            lock table public.feed_stage_person in share row exclusive mode;
            if exists (select from public.feed_import where number <> gone and state in ('receiving', 'received', 'planned', 'waiting', 'applying')) then
                delete from public.feed_stage_person where import_number = gone;
                delete from public.feed_stage_link where import_number = gone;
                delete from public.feed_stage_structure where import_number = gone;
                delete from public.feed_stage_subject where import_number = gone;
                delete from public.feed_stage_place where import_number = gone;
                delete from public.feed_unit where import_number = gone;
            else
                truncate public.feed_stage_person, public.feed_stage_link, public.feed_stage_structure,
                    public.feed_stage_subject, public.feed_stage_place, public.feed_unit;
            end if;
        end $$;
        create or replace function feed_analyze() returns void language plpgsql security definer
        set search_path = pg_catalog, public as $$
        begin
            analyze public.feed_stage_person, public.feed_stage_link, public.feed_stage_structure,
                public.feed_stage_subject, public.feed_stage_place, public.feed_unit;
        end $$;

        -- Other sources than academies and tables: see Control/Feeds.
        -- contract: the lists grow, so whatever the programs before write still fits.
        alter table feed_import drop constraint feed_import_kind_check;
        alter table feed_import add constraint feed_import_kind_check
            check (kind in ('aaf', 'csv', 'oneroster', 'siecle'));
        alter table feed_scope drop constraint feed_scope_source_check;
        alter table feed_scope add constraint feed_scope_source_check
            check (source in ('aaf', 'aaf1d', 'csv', 'oneroster', 'siecle'));
        """)
}
