extension Migration {
    /// What people let applications know that their school, or somebody outside, registered.
    static let consents = Migration(
        28, "Consents",
        """
        create table consent (
            account_id uuid not null references account on delete cascade,
            service_id uuid not null references partner_service on delete cascade,
            scopes     text not null,                   -- set apart by spaces
            given_at   timestamptz not null default now(),
            primary key (account_id, service_id)
        );
        create index consent_service on consent (service_id);
        grant select, insert, update, delete on consent to preau_node;
        grant select, delete on consent to preau_admin;
        """)
}
