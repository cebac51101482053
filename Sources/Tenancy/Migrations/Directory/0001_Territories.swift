extension Migration {
    static let territories = Migration(
        1, "Territories",
        """
        revoke all on schema public from public;
        grant usage on schema public to preau_node, preau_admin;
        grant select on migration to preau_node, preau_admin;

        -- What nodes keep a whole copy of has a version, which moves in the transaction of the change: two changes of the same
        -- topic wait for each other, so versions are seen in the order of their commits.
        create table directory_version (
            topic   text primary key check (topic in ('map', 'territories')),
            version bigint not null
        );
        insert into directory_version values ('map', 1), ('territories', 1);

        -- The payload is always empty: one notification a transaction, however many rows it changed.
        create function directory_changed() returns trigger language plpgsql security definer
        set search_path = pg_catalog, public as $$
        begin
            update public.directory_version set version = version + 1 where topic = tg_argv[0];
            perform pg_notify('preau_' || tg_argv[0], '');
            return null;
        end $$;
        revoke execute on function directory_changed() from public;

        create table territory (
            id         text primary key check (id ~ '^[a-z][a-z0-9-]{1,62}$'),
            kind       text not null check (kind in ('region', 'department')),
            parent_id  text references territory,
            code       text not null,                       -- INSEE: '77', '84'
            name       text not null,
            title      text not null default '',            -- the workspace's own name: 'ENT 77'; empty: the name
            region     text not null default '',            -- of a department: the region's name
            time_zone  text not null default 'Europe/Paris', -- IANA
            theme      jsonb not null default '{}',
            defaults   jsonb not null default '{}',
            created_at timestamptz not null default now(),
            updated_at timestamptz not null default now(),
            check (parent_id <> id)
        );
        create index territory_parent on territory (parent_id);

        create table territory_host (
            host         text primary key check (host = lower(host) and host <> ''),
            territory_id text not null references territory on delete cascade,
            is_primary   boolean not null default false
        );
        create unique index territory_host_primary on territory_host (territory_id) where is_primary;
        create index territory_host_territory on territory_host (territory_id);

        create table territory_department (
            territory_id text not null references territory on delete cascade,
            code         text not null check (code ~ '^(2[AB]|[0-9]{2,3})$'), -- INSEE
            name         text not null,
            academy      text not null,
            zone         text not null,                     -- of the school calendar, for its establishments
            primary key (territory_id, code)
        );

        -- A school year is named by the year of its September: 2026 is 2026-2027. Days are inclusive at both ends.
        create table school_calendar (
            territory_id text not null references territory on delete cascade,
            school_year  smallint not null check (school_year between 2000 and 2200),
            zone         text not null,                      -- 'A', 'B', 'C', or a name of the territory's own
            starts_on    date not null,
            ends_on      date not null,
            primary key (territory_id, school_year, zone),
            check (starts_on < ends_on)
        );
        create table school_holiday (
            territory_id text not null,
            school_year  smallint not null,
            zone         text not null,
            starts_on    date not null,
            ends_on      date not null,
            kind         text not null default 'holiday' check (kind in ('holiday', 'public_holiday', 'bridge')),
            name         text not null,
            primary key (territory_id, school_year, zone, starts_on),
            foreign key (territory_id, school_year, zone) references school_calendar on delete cascade,
            check (starts_on <= ends_on)
        );
        create table school_term (
            territory_id text not null,
            school_year  smallint not null,
            zone         text not null,
            number       smallint not null check (number between 1 and 4),
            name         text not null,
            starts_on    date not null,
            ends_on      date not null,
            primary key (territory_id, school_year, zone, number),
            foreign key (territory_id, school_year, zone) references school_calendar on delete cascade,
            check (starts_on <= ends_on)
        );

        create table territory_news (
            id              uuid primary key,
            territory_id    text not null references territory on delete cascade,
            language        text not null default 'fr' check (language in ('fr', 'en')),
            title           text not null check (title <> ''),
            body            text not null default '',
            published_from  timestamptz not null default now(),
            published_until timestamptz,
            source          text not null default 'manifest' check (source in ('manifest', 'console')),
            created_at      timestamptz not null default now(),
            check (published_until is null or published_from < published_until)
        );
        create index territory_news_territory on territory_news (territory_id, published_from desc);

        create trigger directory_changed after insert or update or delete on territory
            for each statement execute function directory_changed('territories');
        create trigger directory_changed after insert or update or delete on territory_host
            for each statement execute function directory_changed('territories');
        create trigger directory_changed after insert or update or delete on territory_department
            for each statement execute function directory_changed('territories');
        create trigger directory_changed after insert or update or delete on school_calendar
            for each statement execute function directory_changed('territories');
        create trigger directory_changed after insert or update or delete on school_holiday
            for each statement execute function directory_changed('territories');
        create trigger directory_changed after insert or update or delete on school_term
            for each statement execute function directory_changed('territories');
        create trigger directory_changed after insert or update or delete on territory_news
            for each statement execute function directory_changed('territories');

        grant select on directory_version, territory, territory_host, territory_department, school_calendar,
            school_holiday, school_term, territory_news to preau_node;
        grant select on directory_version to preau_admin;
        grant select, insert, update, delete on territory, territory_host, territory_department, school_calendar,
            school_holiday, school_term, territory_news to preau_admin;
        """)
}
