extension Migration {
    static let accounts = Migration(
        3, "Accounts",
        """
        create table account (
            id                  uuid primary key,
            login               text not null unique check (login = lower(login) and login <> ''),
            password_hash       text,                   -- PHC string; null until activated or when signing in elsewhere only
            password_changed_at timestamptz,
            session_epoch       integer not null default 1,  -- one more revokes every session
            state               text not null default 'active' check (state in ('pending', 'active', 'locked', 'closed')),
            locale              text not null default 'fr' check (locale in ('fr', 'en')),
            given_name          text not null,
            family_name         text not null,
            first_sign_in_at    timestamptz,
            last_sign_in_at     timestamptz,
            created_at          timestamptz not null default now(),
            updated_at          timestamptz not null default now()
        );

        -- A role in an establishment. valid_to is the last day, inclusive; null while it lasts.
        create table profile (
            account_id       uuid not null references account on delete cascade,
            establishment_id integer not null references establishment,
            role             text not null
                             check (role in ('pupil', 'guardian', 'teacher', 'school_life', 'head', 'staff')),
            person_id        uuid not null,
            source           text not null default 'manual',
            valid_from       date not null default current_date,
            valid_to         date,
            created_at       timestamptz not null default now(),
            primary key (account_id, establishment_id, role, person_id),
            check (valid_to is null or valid_from <= valid_to)
        );
        create index profile_person on profile (establishment_id, person_id);
        create index profile_role on profile (establishment_id, role);

        -- A role over a territory, or over the platform when territory_id is null.
        create table administrator (
            account_id   uuid not null references account on delete cascade,
            territory_id text references territory,
            role         text not null check (role in ('territory_admin', 'region_admin', 'platform_admin')),
            created_at   timestamptz not null default now(),
            unique nulls not distinct (account_id, territory_id, role),
            check ((role = 'platform_admin') = (territory_id is null))
        );
        create index administrator_territory on administrator (territory_id);

        -- The address of a person's calendar carries a token; only its SHA-256 is kept.
        create table calendar_feed (
            token_hash       bytea primary key check (length(token_hash) = 32),
            account_id       uuid not null references account on delete cascade,
            establishment_id integer not null references establishment,
            person_id        uuid not null,
            created_at       timestamptz not null default now(),
            last_used_at     timestamptz,
            revoked_at       timestamptz
        );
        create index calendar_feed_account on calendar_feed (account_id, establishment_id, person_id);

        grant select on account, profile, administrator, calendar_feed to preau_node;
        grant update (password_hash, password_changed_at, session_epoch, locale, first_sign_in_at, last_sign_in_at, updated_at)
            on account to preau_node;
        grant insert, update (last_used_at, revoked_at) on calendar_feed to preau_node;
        grant select, insert, update, delete on account, profile, administrator, calendar_feed to preau_admin;
        """)
}
