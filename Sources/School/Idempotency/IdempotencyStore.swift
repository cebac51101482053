internal import Postgres

/// The SQL of writes that are done once.
enum IdempotencyStore {
    static let begin = PostgresStatement(
        """
        insert into idempotency (establishment_id, account_id, key, request_hash, status) values ($1, $2, $3, $4, 0)
        on conflict do nothing
        """)
    // The lock writes to the log, so that this commit waits for the standby: what was kept before may be on this server alone,
    // when somebody's patience ended while it waited itself.
    static let answer = PostgresStatement(
        """
        select request_hash, status, body, headers->>'location' from idempotency
        where establishment_id = $1 and account_id = $2 and key = $3
        for update
        """)
    static let finish = PostgresStatement(
        """
        update idempotency set status = $4, body = $5, headers = jsonb_build_object('location', $6::text)
        where establishment_id = $1 and account_id = $2 and key = $3
        """)
}
