package import Postgres

/// The shards as the directory keeps them. Reading takes any role, writing `preau_admin` or the owner.
package enum ShardStore {
    static let all = PostgresStatement(
        "select id, name, host, port, database, state, weight, schema_version from shard order by id")

    private static let register = PostgresStatement(
        """
        insert into shard (id, name, host, port, database, weight) values ($1, $2, $3, $4, $5, $6)
        on conflict (id) do update set name = excluded.name, host = excluded.host, port = excluded.port,
            database = excluded.database, weight = excluded.weight
        """)

    private static let setState = PostgresStatement("update shard set state = $2 where id = $1")

    private static let recordSuccess = PostgresStatement(
        "update shard set schema_version = $2, migrated_at = now(), migration_error = null where id = $1")

    private static let recordFailure = PostgresStatement(
        "update shard set schema_version = greatest(schema_version, $2), migration_error = $3 where id = $1")

    /// Every shard, by identifier.
    package static func all(_ directory: PostgresPool) async throws(PostgresError) -> [Shard] {
        var shards: [Shard] = []
        for row in try await directory.run(PostgresBatch(all))[0] {
            if let shard = try shard(row) { shards.append(shard) }
        }
        return shards
    }

    /// Makes a shard known, or gives a known one another name, address or weight; its state stays.
    /// - Throws: `.server` with `violatedConstraint` when its name or address is another shard's.
    /// - Parameter trace: adds what is kept with it, or not at all.
    package static func register(
        _ id: ShardID, name: String, address: Shard.Address, weight: Int = 100, in directory: PostgresPool,
        with trace: (inout PostgresBatch) -> Void = { _ in }
    ) async throws(PostgresError) {
        var batch = PostgresBatch(register, id, name, address.host, address.port, address.database, weight)
        trace(&batch)
        _ = try await directory.run(batch)
    }

    /// - Returns: false when there is no such shard.
    package static func setState(
        of id: ShardID, _ state: Shard.State, in directory: PostgresPool
    ) async throws(PostgresError) -> Bool {
        try await directory.run(PostgresBatch(setState, id, state.rawValue))[0].affected == 1
    }

    static func recordMigration(
        of id: ShardID, _ outcome: MigrationOutcome, in directory: PostgresPool
    ) async throws(PostgresError) {
        switch outcome {
        case .migrated(_, let version):
            _ = try await directory.run(PostgresBatch(recordSuccess, id, version))
        case .failed(let version, let error):
            _ = try await directory.run(PostgresBatch(recordFailure, id, version, error.description))
        }
    }

    /// Nil when its state is none that this program knows.
    static func shard(_ row: PostgresRow) throws(PostgresError) -> Shard? {
        guard let state = Shard.State(rawValue: try row.text(5)) else { return nil }
        return Shard(
            id: try row.value(0), name: try row.text(1),
            address: .init(host: try row.text(2), port: try row.int(3), database: try row.text(4)),
            state: state, weight: try row.int(6), schemaVersion: try row.int(7))
    }
}
