package import Postgres
package import Runtime

/// Brings the directory and then every shard up to date, the shards in parallel.
///
/// Each migration is one transaction that also writes itself down: stopped at any point, the next run goes on where this
/// one ended, and two at once do each step once. Connects as the schema's owner.
package final class Migrator: @unchecked Sendable {
    // Safety: confined to its loop.
    private let loop: EventLoop
    private let directory: PostgresConfiguration
    private let template: PostgresConfiguration
    private let metrics: Metrics
    private let log: Log
    private let directoryMigrations: [Migration]
    private let shardMigrations: [Migration]

    /// How long a migration waits for a lock before it steps back: whoever wants the table meanwhile waits behind it, and people's
    /// requests have three seconds in all.
    private static let lockTimeout = "500ms"
    private static let attempts = 30
    /// Between two attempts, in milliseconds.
    private static let longestPause = 2000

    /// - Parameters:
    ///   - directory: the directory's database, as its owner.
    ///   - shards: how to connect to a shard as its owner; address and name are put in.
    package init(
        loop: EventLoop, directory: PostgresConfiguration, shards template: PostgresConfiguration, metrics: Metrics,
        log: Log = Log("migrator"), directoryMigrations: [Migration] = Migration.directory,
        shardMigrations: [Migration] = Migration.shard
    ) {
        self.loop = loop
        self.directory = directory
        self.template = template
        self.metrics = metrics
        self.log = log
        self.directoryMigrations = directoryMigrations
        self.shardMigrations = shardMigrations
    }

    /// The directory first, then all shards that it names.
    /// - Parameter parallel: how many shards at once.
    package func run(parallel: Int = 16) async -> MigrationReport {
        loop.assertCurrent()
        let pool = PostgresPool(loop: loop, configuration: oneConnection(directory), metrics: metrics, log: log)
        defer { pool.close() }
        let outcome = await migrate(pool, directoryMigrations)
        tell("directory", outcome)
        guard outcome.error == nil else { return MigrationReport(directory: outcome, shards: []) }
        do {
            let shards = try await ShardStore.all(pool).filter { $0.state != .retired }
            return MigrationReport(
                directory: outcome, shards: await migrate(shards, recordingIn: pool, parallel: parallel))
        } catch {
            return MigrationReport(
                directory: .failed(version: outcome.version, .unreachable(error)), shards: [])
        }
    }

    /// One shard alone, such as a new one before it is put to use. Written down in the directory as well.
    package func run(shard: Shard) async -> MigrationOutcome {
        loop.assertCurrent()
        let pool = PostgresPool(loop: loop, configuration: oneConnection(directory), metrics: metrics, log: log)
        defer { pool.close() }
        return await migrate(shard, recordingIn: pool)
    }

    private func migrate(
        _ shards: [Shard], recordingIn directory: PostgresPool, parallel: Int
    ) async -> [(shard: Shard, outcome: MigrationOutcome)] {
        await withTaskGroup(of: (shard: Shard, outcome: MigrationOutcome).self) { group in
            var rest = shards[...]
            func startNext(_ group: inout TaskGroup<(shard: Shard, outcome: MigrationOutcome)>) {
                guard let shard = rest.popFirst() else { return }
                group.addTask(executorPreference: loop) { [self] in
                    (shard, await migrate(shard, recordingIn: directory))
                }
            }
            for _ in 0..<max(1, parallel) { startNext(&group) }
            var outcomes: [(shard: Shard, outcome: MigrationOutcome)] = []
            for await outcome in group {
                outcomes.append(outcome)
                startNext(&group)
            }
            return outcomes.sorted { $0.shard.id < $1.shard.id }
        }
    }

    private func migrate(_ shard: Shard, recordingIn directory: PostgresPool) async -> MigrationOutcome {
        var configuration = template
        configuration.name = "shard-\(shard.id)"
        configuration.host = shard.address.host
        configuration.port = UInt16(clamping: shard.address.port)
        configuration.database = shard.address.database
        let pool = PostgresPool(loop: loop, configuration: oneConnection(configuration), metrics: metrics, log: log)
        defer { pool.close() }
        let outcome = await migrate(pool, shardMigrations)
        tell("shard-\(shard.id)", outcome)
        do {
            try await ShardStore.recordMigration(of: shard.id, outcome, in: directory)
        } catch {
            log.warning("outcome of a migration not written down", ("shard", "\(shard.id)"), ("error", "\(error)"))
        }
        return outcome
    }

    // MARK: One database

    private static let create = """
        select pg_advisory_xact_lock(20558, 1);
        create table if not exists migration (
            number     integer primary key check (number > 0),
            name       text not null,
            checksum   text not null,
            applied_at timestamptz not null default now()
        );
        """
    private static let applied = PostgresStatement("select number, name, checksum from migration order by number")
    private static let checksum = PostgresStatement("select encode(sha256(convert_to($1, 'UTF8')), 'hex')")
    private static let enter = PostgresStatement("select pg_advisory_xact_lock(20558, 1)")
    private static let writeDown = PostgresStatement(
        "insert into migration (number, name, checksum) values ($1, $2, $3)")

    private func migrate(_ pool: PostgresPool, _ migrations: [Migration]) async -> MigrationOutcome {
        let checksums: [String]
        let applied: PostgresRows
        do {
            try await pool.execute(unprepared: Migrator.create)
            var batch = PostgresBatch(Migrator.applied)
            for migration in migrations { batch.add(Migrator.checksum, migration.sql) }
            let results = try await pool.run(batch)
            applied = results[0]
            checksums = try results.dropFirst().map { rows throws(PostgresError) in try rows[0].text(0) }
            for (index, row) in applied.enumerated() {
                guard try row.int(0) == index + 1 else { return .failed(version: index, .gap(after: index)) }
                // A newer program has been here: what it added is not ours to judge.
                guard index < migrations.count else { break }
                guard try row.text(2) == checksums[index] else {
                    return .failed(
                        version: applied.count, .edited(number: index + 1, name: migrations[index].name))
                }
            }
        } catch {
            return .failed(version: 0, .unreachable(error))
        }
        for (migration, checksum) in zip(migrations, checksums).dropFirst(applied.count) {
            do {
                try await apply(migration, checksum, pool)
            } catch {
                return .failed(
                    version: migration.number - 1, .failed(number: migration.number, name: migration.name, error))
            }
        }
        return .migrated(from: applied.count, to: max(applied.count, migrations.count))
    }

    private func apply(_ migration: Migration, _ checksum: String, _ pool: PostgresPool) async throws(PostgresError) {
        for attempt in 1... {
            do {
                try await pool.transaction(lane: .background, deadline: .seconds(3600)) { transaction in
                    try await transaction.execute(unprepared: "set local lock_timeout = '\(Migrator.lockTimeout)'")
                    _ = try await transaction.run(PostgresBatch(Migrator.enter))
                    _ = try await transaction.run(
                        PostgresBatch(Migrator.writeDown, migration.number, migration.name, checksum))
                    try await transaction.execute(unprepared: migration.sql)
                }
                return
            } catch let error as PostgresError {
                switch error.sqlState {
                // Another migrator has just done this step.
                case "23505" where error.violatedConstraint == "migration_pkey": return
                // Something held a lock: stepped back, to come again when it is free.
                case "55P03" where attempt < Migrator.attempts:
                    let pause = Duration.milliseconds(min(250 * attempt, Migrator.longestPause))
                    do { try await loop.sleep(for: pause) } catch { throw .cancelled }
                default: throw error
                }
            } catch {
                throw .cancelled
            }
        }
    }

    private func oneConnection(_ configuration: PostgresConfiguration) -> PostgresConfiguration {
        var configuration = configuration
        configuration.interactiveConnections = 1
        configuration.backgroundConnections = 1
        configuration.backgroundStatementLimit = .seconds(3600)
        return configuration
    }

    private func tell(_ database: String, _ outcome: MigrationOutcome) {
        switch outcome {
        case .migrated(let from, let to):
            log.info("schema up to date", ("database", .text(database)), ("from", .integer(from)), ("to", .integer(to)))
        case .failed(let version, let error):
            log.error(
                "schema not up to date", ("database", .text(database)), ("version", .integer(version)),
                ("error", .text("\(error)")))
        }
    }
}
