extension Migration {
    /// What a cookie must still be found in before it may rebuild a session that Redis has lost.
    static let sessions = Migration(
        5, "Sessions",
        """
        -- One row a session, written at sign-in and removed at sign-out: a signed cookie whose row is gone is worth nothing.
        -- Read at most every few minutes by a session, never on each request.
        create table session (
            id         uuid primary key,
            account_id uuid not null references account on delete cascade,
            client     text not null default '' check (length(client) <= 100), -- 'Firefox, Android': for its owner's list
            started_at timestamptz not null default now(),
            expires_at timestamptz not null
        );
        create index session_account on session (account_id, started_at);
        create index session_expiry on session (expires_at);

        grant select, insert, update, delete on session to preau_node, preau_admin;
        """)
}
