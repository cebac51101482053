internal import Postgres

/// How a shard's server is.
package struct ShardServerState: Sendable {
    /// Of the database, in bytes.
    package let size: Int
    /// Servers that follow it; nil when the server has not been told to say so (`Infra/postgres/shard.sql`).
    package let standbys: Int?
    /// How far the one that is furthest behind is: bytes of its log not yet done again there, and for how long, in milliseconds.
    package let lagBytes: Int?
    package let lagMilliseconds: Int?
}

/// What a shard's server says of itself. Any role may ask.
enum ShardStateStore {
    private static let size = PostgresStatement(
        "select pg_database_size(current_database()), to_regprocedure('preau_server.standbys()') is not null")

    private static let standbys = PostgresStatement(
        "select standbys, lag_bytes, lag_milliseconds from preau_server.standbys()")

    static func state(_ pool: PostgresPool) async throws(PostgresError) -> ShardServerState {
        var batch = PostgresBatch(size)
        batch.isRepeatable = true
        let first = try await pool.run(batch)[0][0]
        guard try first.bool(1) else {
            return ShardServerState(size: try first.int(0), standbys: nil, lagBytes: nil, lagMilliseconds: nil)
        }
        batch = PostgresBatch(standbys)
        batch.isRepeatable = true
        let second = try await pool.run(batch)[0][0]
        return ShardServerState(
            size: try first.int(0), standbys: try second.int(0), lagBytes: try second.optionalInt(1),
            lagMilliseconds: try second.optionalInt(2))
    }
}
