extension Migration {
    static let shards = Migration(
        2, "Shards",
        """
        create table shard (
            id              smallint primary key check (id > 0),
            name            text not null unique,
            host            text not null,
            port            integer not null check (port between 1 and 65535),
            database        text not null,
            -- registered: known, not yet used · active: takes new establishments · draining: serves, takes no new one ·
            -- retired: empty, no longer connected to
            state           text not null default 'registered'
                            check (state in ('registered', 'active', 'draining', 'retired')),
            weight          smallint not null default 100 check (weight between 0 and 1000),
            schema_version  integer not null default 0,
            migrated_at     timestamptz,
            migration_error text,
            created_at      timestamptz not null default now(),
            unique (host, port, database)
        );

        create table establishment (
            id           integer generated always as identity primary key,
            uai          text not null unique check (uai ~ '^[0-9]{7}[A-Z]$'),
            territory_id text not null references territory,
            name         text not null check (name <> ''),
            kind         text not null
                         check (kind in ('college', 'lycee', 'lycee_professionnel', 'lycee_polyvalent', 'cite_scolaire', 'other')),
            levels       text[] not null default '{}',
            department   text not null,                 -- INSEE: '77', '2A', '974'
            city         text not null default '',
            time_zone    text not null default 'Europe/Paris',
            zone         text not null,                 -- of the territory's school calendar
            shard_id     smallint references shard,
            -- The number of the placement: 1 at first, one more with each move. The shard keeps the same number.
            epoch        bigint not null default 1 check (epoch > 0),
            state        text not null default 'provisioning'
                         check (state in ('provisioning', 'active', 'suspended', 'closed')),
            is_invented  boolean not null default false,
            settings     jsonb not null default '{}',
            created_at   timestamptz not null default now(),
            updated_at   timestamptz not null default now(),
            check (state in ('provisioning', 'closed') or shard_id is not null)
        );
        create index establishment_territory on establishment (territory_id, uai);
        create index establishment_shard on establishment (shard_id);

        -- A placement that changed under the same number could not be told from the old one.
        create function establishment_placement() returns trigger language plpgsql set search_path = pg_catalog, public as $$
        begin
            if new.shard_id is distinct from old.shard_id and old.shard_id is not null and new.epoch <= old.epoch then
                raise exception 'another shard needs a greater epoch' using errcode = 'check_violation',
                    constraint = 'establishment_placement';
            end if;
            if new.epoch < old.epoch then
                raise exception 'an epoch never goes back' using errcode = 'check_violation',
                    constraint = 'establishment_placement';
            end if;
            return new;
        end $$;
        revoke execute on function establishment_placement() from public;
        create trigger establishment_placement before update of shard_id, epoch on establishment
            for each row execute function establishment_placement();

        create trigger directory_changed after insert or update or delete on shard
            for each statement execute function directory_changed('map');
        create trigger directory_changed after insert or update or delete on establishment
            for each statement execute function directory_changed('map');

        create table node (
            name            text primary key,
            address         text not null,
            private_address text not null,
            version         text not null default '',
            state           text not null default 'ready' check (state in ('ready', 'draining')),
            started_at      timestamptz not null default now(),
            seen_at         timestamptz not null default now()
        );

        grant select on shard, establishment to preau_node;
        grant select, insert, update, delete on node to preau_node;
        grant select, insert, update, delete on shard, establishment, node to preau_admin;
        """)
}
