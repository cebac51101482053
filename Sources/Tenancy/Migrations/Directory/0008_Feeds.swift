extension Migration {
    /// Feeds of accounts: what they said last, by keys and fingerprints only, and where the present one is being compared.
    static let feeds = Migration(
        8, "Feeds",
        """
        create table feed_import (
            number       integer generated always as identity primary key,
            id           uuid not null unique,
            kind         text not null check (kind in ('aaf', 'csv')),
            territory_id text references territory,     -- where unknown establishments are created; null: nowhere
            establishment_id integer references establishment, -- of a school's own table
            actor        text not null,
            is_dry_run   boolean not null default false,
            -- receiving: rows are coming in · received: all there · planned: compared · waiting: removes too much, somebody
            -- must agree · applying · done · refused: nothing was done · superseded: a later one took its place
            state        text not null default 'receiving'
                         check (state in ('receiving', 'received', 'planned', 'waiting', 'applying', 'done', 'refused', 'superseded')),
            received     bigint not null default 0,     -- records
            result       jsonb not null default '{}',   -- the answer of the contract, anomalies included
            plan         jsonb not null default '{}',   -- as people read it, by language
            created_at   timestamptz not null default now(),
            changed_at   timestamptz not null default now()
        );
        create index feed_import_state on feed_import (state, number);

        -- One delivery of one academy and degree within an import. The domain names whose keys they are: '24', '24-1d'.
        create table feed_scope (
            import_number integer not null references feed_import on delete cascade,
            scope         smallint not null,
            domain        text not null,
            source        text not null check (source in ('aaf', 'aaf1d', 'csv')),
            is_complete   boolean not null,             -- who is not in it is gone
            primary key (import_number, scope)
        );

        -- Somebody whom a feed knows, and their account; contacts have none. Names and addresses are on the shards.
        create table feed_person (
            domain         text not null,
            key            text not null,
            kind           text not null check (kind in ('pupil', 'guardian', 'staff')),
            account_id     uuid references account on delete set null,
            ine            text,
            state          text not null default 'active' check (state in ('active', 'disappeared', 'suspended')),
            disappeared_at timestamptz,
            was_locked     boolean not null default false, -- by us, so that coming back may open it again
            primary key (domain, key)
        );
        create index feed_person_account on feed_person (account_id);
        create index feed_person_ine on feed_person (ine) where ine is not null;
        create index feed_person_disappeared on feed_person (state, disappeared_at) where state <> 'active';

        -- The same person in one establishment, as last applied there.
        create table feed_profile (
            domain           text not null,
            key              text not null,
            establishment_id integer not null references establishment,
            person_id        uuid not null,
            role             text not null check (role in ('pupil', 'guardian', 'contact', 'teacher', 'school_life', 'head', 'staff')),
            class            text not null default '',
            digest           uuid not null,
            primary key (domain, key, establishment_id)
        );
        create index feed_profile_establishment on feed_profile (establishment_id, role, class);

        -- Somebody who has left an establishment, until they are erased there or come back.
        create table feed_departure (
            domain           text not null,
            key              text not null,
            establishment_id integer not null references establishment,
            person_id        uuid not null,
            left_at          timestamptz not null default now(),
            primary key (domain, key, establishment_id)
        );
        create index feed_departure_left on feed_departure (left_at);

        create table feed_link (
            domain       text not null,
            pupil_key    text not null,
            guardian_key text not null,
            structure    text not null,
            kinship      smallint not null,
            level        smallint not null,
            financial    smallint not null default 0,
            contact      smallint not null default 0,
            payment      smallint not null default 0,
            position     smallint not null default 0,
            primary key (domain, pupil_key, guardian_key)
        );
        create index feed_link_guardian on feed_link (domain, guardian_key);

        create table feed_structure (
            domain           text not null,
            key              text not null,
            establishment_id integer not null references establishment,
            digest           uuid not null,
            primary key (domain, key)
        );
        create index feed_structure_establishment on feed_structure (establishment_id);

        -- The number that the next person of a name gets: 'prenom.nom3'.
        create table login_name (
            base text primary key,
            last integer not null
        );

        -- How a school's own files are read: which column of theirs is what.
        create table feed_mapping (
            establishment_id integer not null references establishment,
            kind             text not null check (kind in ('pupil', 'guardian', 'staff')),
            columns          jsonb not null,
            updated_at       timestamptz not null default now(),
            primary key (establishment_id, kind)
        );

        -- What is being received and compared. Worth nothing after a crash: unlogged, and emptied by the import's end.
        create unlogged table feed_stage_person (
            import_number integer not null,
            scope         smallint not null,
            key           text not null,
            structure     text not null,                -- empty for guardians, who are where their pupils are
            kind          text not null,
            role          text not null,
            ordinal       integer not null,
            family_name   text not null,
            given_name    text not null,
            birth_date    date,
            ine           text,
            login_base    text not null,
            class         text not null,
            fed           text not null,
            digest        uuid not null
        );
        create index feed_stage_person_key on feed_stage_person (import_number, scope, key);
        create unlogged table feed_stage_link (
            import_number integer not null,
            scope         smallint not null,
            pupil_key     text not null,
            guardian_key  text not null,
            structure     text not null,
            kinship       smallint not null,
            level         smallint not null,
            financial     smallint not null,
            contact       smallint not null,
            payment       smallint not null,
            position      smallint not null,
            ordinal       integer not null
        );
        create index feed_stage_link_pupil on feed_stage_link (import_number, scope, pupil_key);
        create index feed_stage_link_guardian on feed_stage_link (import_number, scope, guardian_key);
        create unlogged table feed_stage_structure (
            import_number    integer not null,
            scope            smallint not null,
            key              text not null,
            ordinal          integer not null,
            uai              text not null,
            name             text not null,
            type             text not null,
            city             text not null,
            academy          text not null,
            groups           text not null,
            digest           uuid not null,
            establishment_id integer                    -- negative: would be created
        );
        create index feed_stage_structure_key on feed_stage_structure (import_number, scope, key);
        create unlogged table feed_stage_subject (
            import_number integer not null,
            scope         smallint not null,
            code          text not null,
            name          text not null
        );
        create unlogged table feed_unit (
            import_number    integer not null,
            domain           text not null,
            scope            smallint not null,
            key              text not null,
            structure        text not null,
            establishment_id integer not null,
            kind             text not null,
            role             text not null,
            class            text not null,
            digest           uuid not null,
            action           text not null check (action in ('add', 'change', 'leave'))
        );
        create index feed_unit_establishment on feed_unit (import_number, establishment_id);
        create index feed_unit_key on feed_unit (import_number, domain, key);

        -- What is left to do, one row an establishment.
        create table feed_step (
            import_number    integer not null references feed_import on delete cascade,
            establishment_id integer not null,
            state            text not null default 'waiting' check (state in ('waiting', 'applied', 'failed')),
            people           integer not null,
            error            text not null default '',
            primary key (import_number, establishment_id)
        );
        create index feed_step_state on feed_step (import_number, state);

        -- The same text gives the same identifier (version 8 of RFC 9562): what is applied twice is applied once.
        create function feed_uuid(text) returns uuid language sql immutable strict parallel safe set search_path = pg_catalog
        as $$ select overlay(overlay(md5($1) placing '8' from 13) placing '8' from 17)::uuid $$;

        -- Empties what an import staged; cheaply when no other is under way.
        create function feed_clear(gone integer) returns void language plpgsql security definer
        set search_path = pg_catalog, public as $$
        begin
            lock table public.feed_stage_person in share row exclusive mode;
            if exists (select from public.feed_import where number <> gone and state in ('receiving', 'received', 'planned', 'waiting', 'applying')) then
                delete from public.feed_stage_person where import_number = gone;
                delete from public.feed_stage_link where import_number = gone;
                delete from public.feed_stage_structure where import_number = gone;
                delete from public.feed_stage_subject where import_number = gone;
                delete from public.feed_unit where import_number = gone;
            else
                truncate public.feed_stage_person, public.feed_stage_link, public.feed_stage_structure,
                    public.feed_stage_subject, public.feed_unit;
            end if;
        end $$;

        -- Lets the planner see what has just come in.
        create function feed_analyze() returns void language plpgsql security definer
        set search_path = pg_catalog, public as $$
        begin
            analyze public.feed_stage_person, public.feed_stage_link, public.feed_stage_structure,
                public.feed_stage_subject, public.feed_unit;
        end $$;
        revoke execute on function feed_uuid(text), feed_clear(integer), feed_analyze() from public;
        grant execute on function feed_uuid(text), feed_clear(integer), feed_analyze() to preau_admin;

        grant select, insert, update, delete on feed_import, feed_scope, feed_person, feed_profile, feed_departure,
            feed_link, feed_structure, login_name, feed_mapping, feed_stage_person, feed_stage_link, feed_stage_structure,
            feed_stage_subject, feed_unit, feed_step to preau_admin;
        """)
}
