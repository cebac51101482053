package import Postgres

/// A transaction on a tenant's shard, good until the body it was given to returns.
package struct TenantTransaction {
    package let context: TenantContext
    private let transaction: PostgresTransaction

    init(_ context: TenantContext, _ transaction: PostgresTransaction) {
        self.context = context
        self.transaction = transaction
    }

    /// Runs statements of the same tenant, in one trip.
    /// - Returns: the rows of each statement, in order.
    package func run(_ batch: TenantBatch) async throws(PostgresError) -> [PostgresRows] {
        guard batch.context == context else { throw .misuse("a batch of another tenant") }
        return try await transaction.run(batch.statements)
    }

    /// Runs one statement; `$1` is the establishment, `values` are `$2`, `$3` …
    package func query<each Value: PostgresBindable>(
        _ statement: PostgresStatement, _ values: repeat each Value
    ) async throws(PostgresError) -> PostgresRows {
        try await transaction.run(TenantBatch(context, statement, repeat each values).statements)[0]
    }
}
