extension Migration {
    /// What SCIM clients call things, and what their writes still owe the shards.
    static let scim = Migration(
        18, "SCIM",
        """
        -- Of an account that a SCIM client has written: one more with each write.
        create table scim_account (
            account_id      uuid primary key references account on delete cascade,
            revision        bigint not null default 1,
            -- The client took "active" away: it is not shown, and counts as true.
            is_active_unset boolean not null default false
        );

        -- The client's own number of a person or a group. domain: the scope of the tokens that share these numbers.
        create table scim_external (
            domain      text not null,
            kind        text not null check (kind in ('user', 'group')),
            external_id text not null check (length(external_id) between 1 and 200),
            resource    text not null,
            primary key (domain, kind, external_id)
        );
        create unique index scim_external_resource on scim_external (kind, resource, domain);

        -- What a person's shard is still to be told. Written with the change itself, gone once the shard has it.
        create table scim_pending (
            account_id       uuid not null references account on delete cascade,
            establishment_id integer not null references establishment,
            person_id        uuid not null,
            payload          jsonb not null,
            created_at       timestamptz not null default now(),
            primary key (account_id, establishment_id, person_id)
        );
        create index scim_pending_created on scim_pending (created_at);
        create index scim_pending_establishment on scim_pending (establishment_id);

        -- Groups that clients made, for lists over more establishments than can be asked one by one.
        create table scim_group (
            establishment_id integer not null references establishment,
            group_id         uuid not null,
            created_at       timestamptz not null default now(),
            primary key (establishment_id, group_id)
        );
        create index scim_group_created on scim_group (created_at);

        grant select, insert, update, delete on scim_account, scim_external, scim_pending, scim_group to preau_admin;
        """)
}
