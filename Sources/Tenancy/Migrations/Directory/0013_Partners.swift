extension Migration {
    /// The partner applications that people are signed in to, and what signs for them.
    static let partners = Migration(
        13, "Partners",
        """
        insert into directory_version values ('partners', 1);

        create table partner_service (
            id          uuid primary key,
            protocol    text not null check (protocol in ('cas', 'oidc', 'saml')),
            name        text not null check (name <> '' and length(name) <= 100),
            scope_kind  text not null check (scope_kind in ('platform', 'territory', 'department', 'establishment')),
            scope       text not null default '',       -- the territory's id, the department's code or the UAI
            is_enabled  boolean not null default true,
            client_id   text unique,                    -- of OpenID Connect
            secret_hash bytea check (length(secret_hash) = 32), -- SHA-256; null for a public client
            settings    jsonb not null,
            created_at  timestamptz not null default now(),
            updated_at  timestamptz not null default now(),
            unique (protocol, name),
            check ((protocol = 'oidc') = (client_id is not null)),
            check ((scope_kind = 'platform') = (scope = ''))
        );
        create index partner_service_scope on partner_service (scope_kind, scope);
        create trigger directory_changed after insert or update or delete on partner_service
            for each statement execute function directory_changed('partners');

        -- What pairwise numbers of people are made with; never changed, or every partner would know nobody any more.
        create table pairwise_secret (
            only_one boolean primary key default true check (only_one),
            secret   bytea not null check (length(secret) = 32)
        );
        insert into pairwise_secret (secret)
            values (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

        -- The private key is encrypted (AES-256-GCM) under a key derived from the session key that sealed_by names.
        create table signing_key (
            kid         text primary key,               -- RFC 7638
            algorithm   text not null check (algorithm in ('RS256', 'ES256', 'EdDSA')),
            -- prepared: published, does not sign yet · active: signs · retired: still published
            state       text not null check (state in ('prepared', 'active', 'retired')),
            sealed_by   text not null,
            sealed      bytea not null,
            created_at  timestamptz not null default now(),
            changed_at  timestamptz not null default now() -- when it took its present state
        );
        create unique index signing_key_active on signing_key (algorithm) where state = 'active';
        create trigger directory_changed after insert or update or delete on signing_key
            for each statement execute function directory_changed('partners');

        -- Of a client that may go on without asking again: its refresh token, by its SHA-256; each use makes the next one.
        create table refresh_grant (
            id            uuid primary key,
            service_id    uuid not null references partner_service on delete cascade,
            account_id    uuid not null references account on delete cascade,
            session_epoch integer not null,             -- of the account when it was given: a revocation ends it
            session_id    uuid,                         -- ends with that session; null: offline access
            document      jsonb not null,               -- scopes, time of the sign-in, nonce
            token_hash    bytea not null unique check (length(token_hash) = 32),
            generation    integer not null default 1,
            created_at    timestamptz not null default now(),
            expires_at    timestamptz not null
        );
        create index refresh_grant_account on refresh_grant (account_id);
        create index refresh_grant_service on refresh_grant (service_id);
        create index refresh_grant_session on refresh_grant (session_id);
        create index refresh_grant_expiry on refresh_grant (expires_at);

        -- Tokens that were used: seen again, their grant was stolen, and ends.
        create table refresh_token_used (
            token_hash bytea primary key check (length(token_hash) = 32),
            grant_id   uuid not null references refresh_grant on delete cascade,
            used_at    timestamptz not null default now()
        );
        create index refresh_token_used_grant on refresh_token_used (grant_id);

        grant select on partner_service, pairwise_secret, signing_key to preau_node, preau_admin;
        grant insert, update, delete on partner_service, signing_key to preau_admin;
        grant select, insert, update, delete on refresh_grant, refresh_token_used to preau_node, preau_admin;
        """)
}
