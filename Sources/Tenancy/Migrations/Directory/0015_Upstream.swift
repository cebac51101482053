extension Migration {
    /// Identity providers that people sign in through, and which of their people are which of ours.
    static let upstream = Migration(
        15, "Upstream",
        """
        create table upstream_provider (
            id           text primary key check (id ~ '^[a-z][a-z0-9-]{1,30}$'),
            name         text not null check (name <> '' and length(name) <= 60),
            territory_id text references territory on delete cascade, -- on whose sign-in page it is; null: on all
            is_enabled   boolean not null default true,
            client_id    text not null,
            sealed_by    text not null,                 -- the secret, as those of second factors
            sealed       bytea not null,
            settings     jsonb not null,
            created_at   timestamptz not null default now()
        );
        create index upstream_provider_territory on upstream_provider (territory_id);
        create trigger directory_changed after insert or update or delete on upstream_provider
            for each statement execute function directory_changed('partners');

        -- One of their people is one of ours, and one of ours one of theirs.
        create table upstream_link (
            provider_id text not null references upstream_provider on delete cascade,
            subject     text not null check (length(subject) between 1 and 255),
            account_id  uuid not null references account on delete cascade,
            created_at  timestamptz not null default now(),
            primary key (provider_id, subject),
            unique (provider_id, account_id)
        );
        create index upstream_link_account on upstream_link (account_id);

        -- Who of an establishment signs in through a provider only: their password opens nothing.
        create table password_off (
            establishment_id integer not null references establishment on delete cascade,
            role             text not null
                             check (role in ('pupil', 'guardian', 'teacher', 'school_life', 'head', 'staff')),
            created_at       timestamptz not null default now(),
            primary key (establishment_id, role)
        );

        grant select on upstream_provider, password_off to preau_node;
        grant select, insert, delete on upstream_link to preau_node;
        grant select, insert, update, delete on upstream_provider, upstream_link, password_off to preau_admin;
        """)
}
