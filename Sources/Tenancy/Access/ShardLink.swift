internal import Postgres
internal import Runtime

/// One loop's way to one shard: its connections, and whether the shard has the schema this program needs.
final class ShardLink {
    private enum Gate {
        case unchecked
        case open
        case behind(version: Int, checkedAt: Instant)
    }

    let shard: ShardID
    let address: Shard.Address
    let pool: PostgresPool
    private let neededVersion: Int
    private var gate = Gate.unchecked

    /// How long the answer "behind" is believed: a migration may be under way.
    private static let patience = Duration.seconds(1)

    init(shard: ShardID, address: Shard.Address, pool: PostgresPool, neededVersion: Int) {
        self.shard = shard
        self.address = address
        self.pool = pool
        self.neededVersion = neededVersion
    }

    /// Lets through to a shard whose schema is known to be recent enough; asks it when not known.
    /// - Throws: `.shardBehind`, or what asking failed with.
    @inline(__always)
    func admit() async throws(TenancyError) {
        if case .open = gate { return }
        try await check()
    }

    /// The newest migration the shard has had, asked for now; 0 when it has had none.
    func schemaVersion() async throws(TenancyError) -> Int {
        do {
            var batch = PostgresBatch(Fence.schemaVersion)
            batch.isRepeatable = true
            let rows = try await pool.run(batch)
            return try rows[0][0].int(0)
        } catch {
            // No such table: not a shard of ours yet.
            if error.sqlState == "42P01" { return 0 }
            throw translated(error)
        }
    }

    private func check() async throws(TenancyError) {
        if case .behind(let version, let checkedAt) = gate, Instant.now.since(checkedAt) < ShardLink.patience {
            throw .shardBehind(shard, version: version, needed: neededVersion)
        }
        let version = try await schemaVersion()
        guard version >= neededVersion else {
            gate = .behind(version: version, checkedAt: .now)
            throw .shardBehind(shard, version: version, needed: neededVersion)
        }
        gate = .open
    }

    /// The error as callers of `Tenancy` know it. A server that went away may come back as another one, restored from a
    /// backup of last month: its schema is looked at again.
    func translated(_ error: PostgresError) -> TenancyError {
        switch error {
        case .unavailable, .closed:
            gate = .unchecked
            return .shardUnavailable(shard)
        case .timedOut: return .timedOut(shard)
        case .overloaded: return .overloaded(shard)
        case .server where error.isIncapacity: return .shardUnavailable(shard)
        default: return .database(error)
        }
    }
}
