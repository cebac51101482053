extension Migration {
    /// Tokens by which programs of a region, a department or a school use the admin service.
    static let tokens = Migration(
        16, "Tokens",
        """
        create table admin_token (
            id               uuid primary key default gen_random_uuid(),
            name             text not null check (name ~ '^[a-z0-9][a-z0-9._-]{0,59}$'),
            hash             bytea not null unique check (length(hash) = 32), -- SHA-256: 32 random bytes need no slow one
            role             text not null
                             check (role in ('territory_admin', 'region_admin', 'platform_admin', 'establishment_admin')),
            territory_id     text references territory,
            establishment_id integer references establishment,
            rights           text[] check (cardinality(rights) > 0),          -- null: all that the role has
            created_by       text not null,
            created_at       timestamptz not null default now(),
            expires_at       timestamptz not null,
            last_used_at     timestamptz,                                     -- to the hour
            check (case role
                when 'platform_admin' then territory_id is null and establishment_id is null
                when 'establishment_admin' then territory_id is null and establishment_id is not null
                else territory_id is not null and establishment_id is null end)
        );
        create index admin_token_territory on admin_token (territory_id);
        create index admin_token_establishment on admin_token (establishment_id);
        grant select, insert, update, delete on admin_token to preau_admin;
        """)
}
