extension Migration {
    /// What shows that a password is not all that somebody has.
    static let secondFactors = Migration(
        14, "SecondFactors",
        """
        create table second_factor (
            id            uuid primary key,
            account_id    uuid not null references account on delete cascade,
            kind          text not null check (kind in ('application', 'passkey')),
            name          text not null check (length(name) <= 60),
            -- application: its secret, encrypted under a key derived from the session key that sealed_by names
            sealed_by     text,
            sealed        bytea,
            last_step     bigint,                       -- of the last code that was used: none is used twice
            -- passkey
            credential_id bytea unique check (length(credential_id) between 16 and 1023),
            public_key    bytea,                        -- COSE
            sign_count    bigint,
            party         text,                         -- the host name it belongs to
            created_at    timestamptz not null default now(),
            last_used_at  timestamptz,
            check ((kind = 'application') = (sealed is not null and sealed_by is not null and last_step is not null)),
            check ((kind = 'passkey') = (credential_id is not null and public_key is not null and sign_count is not null
                and party is not null))
        );
        create index second_factor_account on second_factor (account_id);

        create table recovery_code (
            account_id uuid not null references account on delete cascade,
            code_hash  bytea not null check (length(code_hash) = 32),
            created_at timestamptz not null default now(),
            primary key (account_id, code_hash)
        );

        -- What somebody signs in with, in a few words; something new among them is shown to them. A few dozen words there are.
        create table known_device (
            account_id    uuid not null references account on delete cascade,
            client        text not null check (length(client) <= 100),
            first_seen_at timestamptz not null default now(),
            last_seen_at  timestamptz not null default now(),
            primary key (account_id, client)
        );

        grant select, insert, update, delete on second_factor, recovery_code, known_device to preau_node, preau_admin;
        """)
}
