extension Migration {
    /// What half a million people at once asked for in the third place.
    static let feedUnits = Migration(
        30, "FeedUnits",
        """
        -- Whoever comes carries what their account needs, and where the staged record stands, which nothing moves: so that it is not
        -- looked up again for each statement. Null with units that programs before this made: completed when they are applied.
        alter table feed_unit add column ine text, add column login_base text, add column given_name text,
            add column family_name text, add column staged_at tid;
        -- What there is to do, counted once; null in steps of programs before this: then everything is tried.
        alter table feed_step add column changes integer, add column departures integer;

        -- New establishments have their numbers from the plan on, so that nothing is renumbered when they are made.
        create function feed_reserve(count integer) returns integer[] language sql security definer
        set search_path = pg_catalog, public
        as $$ select array_agg(nextval('public.establishment_id_seq')::integer) from generate_series(1, count) $$;
        revoke execute on function feed_reserve(integer) from public;
        grant execute on function feed_reserve(integer) to preau_admin;

        -- Of the few whom a feed locked, so that those who come back are found among them and not among all.
        create index feed_person_locked on feed_person (domain, key) where was_locked;

        -- What was applied in an establishment. It is only ever written in one transaction with the step of that establishment,
        -- and an establishment goes only as a sandbox, which no feed knows: half a million look-ups told nothing.
        -- contract: one constraint less, which nothing relies on.
        alter table feed_profile drop constraint feed_profile_establishment_id_fkey;

        -- The same answers, null for null included, but not declared strict: a strict function with a case in it is called for
        -- each name, this one is put in place by the planner.
        create or replace function preau_fold(name text) returns text language sql immutable parallel safe
        return case when octet_length(name) = length(name) then lower(translate(name, '''-.,', '    ') collate "C")
            else lower(translate(replace(replace(replace(replace(replace(name, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'),
                'ß', 'ss'), 'àâäáãåçéèêëíìîïñóòôöõøúùûüýÿÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØÚÙÛÜÝŸ''’-‐‑.,',
                'aaaaaaceeeeiiiinoooooouuuuyyaaaaaaceeeeiiiinoooooouuuuyy       ') collate "C") end;
        """)
}
