internal import Postgres

/// The first statement of everything that is done for a tenant on a shard: it names the tenant for row-level security, for
/// this transaction only, and checks that the tenant is here under the epoch that the caller's map says. A map may be as
/// stale as it likes; what it leads to is never wrong.
enum Fence {
    /// One row, or none when the tenant is not here: then the setting is not made either, and what follows sees no rows.
    /// The transaction becomes read-only, so that nothing is ever written without the write fence. The condition on the state is for
    /// the admin service; nodes see no other rows (`placement_node`).
    static let read = PostgresStatement(
        """
        select set_config('preau.establishment', establishment_id::text, true), set_config('transaction_read_only', 'on', true)
        from placement where establishment_id = $1 and epoch = $2 and state in ('active', 'frozen')
        """)

    /// Fails with `moved` or `frozen`, before anything else has run. Holds the tenant's lock, shared, until the commit.
    static let write = PostgresStatement("select preau_enter($1, $2)")

    static let schemaVersion = PostgresStatement("select coalesce(max(number), 0) from migration")

    static let moved = "PR001"
    static let frozen = "PR002"
}

/// What came of one try on one shard.
enum FencedOutcome<Value> {
    case done(Value)
    /// Not here under this epoch.
    case moved
    /// Here, and about to move; reads go on, writes wait.
    case frozen
}
