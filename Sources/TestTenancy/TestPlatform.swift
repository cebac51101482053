package import Postgres
package import Runtime
package import Tenancy
package import TestSupport

/// A whole platform for tests: a directory and shards on PostgreSQL servers of their own, the application's roles, schemas
/// applied by the migrator, shards registered and active.
package final class TestPlatform: Sendable {
    package enum Server: Sendable {
        case directory
        case shard(Int16)
    }

    package static let directoryDatabase = "preau_directory"
    package static let shardDatabase = "preau_shard"

    package let directory: TestPostgres
    /// Shard 1 first.
    package let shards: [TestPostgres]
    /// Where the platform's own work runs; tests may use it or start others.
    package let thread: EventLoopThread

    package static let shared = SharedTestPlatform()

    /// Starts the servers and brings them up to date.
    /// - Parameter migrated: false leaves the databases empty, with the roles there and no shard registered.
    package static func start(
        shards count: Int = 2, migrated: Bool = true, settings: [String: String] = [:]
    ) async throws -> TestPlatform {
        let platform = try TestPlatform(shards: count, settings)
        if migrated {
            // The directory must exist before shards can be registered in it.
            _ = await platform.migrate()
            try platform.registerShards()
            let report = await platform.migrate()
            guard report.succeeded else { throw TestPlatformError.notMigrated("\(report)") }
            try platform.sql(.directory, "update shard set state = 'active'")
        }
        return platform
    }

    private init(shards count: Int, _ settings: [String: String]) throws {
        directory = try TestPlatform.server(database: TestPlatform.directoryDatabase, settings)
        shards = try (0..<count).map { _ in
            let server = try TestPlatform.server(database: TestPlatform.shardDatabase, settings)
            // What the superuser sets up is the real thing: the mover's rights are what its tests are about.
            try server.sql(
                "\\set database '\(TestPlatform.shardDatabase)'\n\\set mover_password 'unused'\n"
                    + TestShell.run("cat", TestPlatform.checkout + "/Infra/postgres/shard.sql"),
                database: TestPlatform.shardDatabase)
            return server
        }
        thread = try EventLoopThread(name: "platform")
    }

    deinit { thread.stopAndJoin() }

    private static let checkout = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    private static func server(database: String, _ settings: [String: String]) throws -> TestPostgres {
        let server = try TestPostgres.start(
            settings: settings.merging(["wal_retrieve_retry_interval": "100ms"]) { own, _ in own })
        try server.sql("create role preau_owner login; create role preau_node login; create role preau_admin login")
        try server.createDatabase(database, owner: "preau_owner")
        return server
    }

    // MARK: Databases

    package func registerShards() throws {
        for (index, shard) in shards.enumerated() {
            try sql(
                .directory,
                """
                insert into shard (id, name, host, port, database)
                values (\(index + 1), 'shard-\(index + 1)', '\(shard.host)', \(shard.port), '\(TestPlatform.shardDatabase)')
                """)
        }
    }

    package func server(_ server: Server) -> TestPostgres {
        switch server {
        case .directory: directory
        case .shard(let number): shards[Int(number) - 1]
        }
    }

    /// Runs SQL as the superuser and returns the bare rows.
    @discardableResult
    package func sql(_ server: Server, _ text: String) throws -> String {
        let database =
            if case .directory = server { TestPlatform.directoryDatabase } else { TestPlatform.shardDatabase }
        return try self.server(server).sql(text, database: database)
    }

    /// Runs SQL as `preau_node`, with nothing to go back to: what a node's stolen connection could do.
    @discardableResult
    package func sqlAsNode(_ server: Server, _ text: String) throws -> String {
        let configuration = configuration(server, user: "preau_node")
        return try TestShell.run(
            [
                TestPostgres.programs + "/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h",
                configuration.host,
                "-p", String(configuration.port), "-U", configuration.user, "-d", configuration.database,
            ], input: text)
    }

    package func configuration(_ server: Server, user: String) -> PostgresConfiguration {
        let (name, database) =
            switch server {
            case .directory: ("directory", TestPlatform.directoryDatabase)
            case .shard(let number): ("shard-\(number)", TestPlatform.shardDatabase)
            }
        let target = self.server(server)
        return PostgresConfiguration(
            name: name, host: target.host, port: target.port, database: database, user: user, password: nil,
            applicationName: "test")
    }

    package func migrate(
        directoryMigrations: [Migration] = Migration.directory, shardMigrations: [Migration] = Migration.shard
    ) async -> MigrationReport {
        let loop = thread.loop
        return await loop.run { [self] in
            await Migrator(
                loop: loop, directory: configuration(.directory, user: "preau_owner"),
                shards: configuration(.shard(1), user: "preau_owner"), metrics: Metrics(),
                directoryMigrations: directoryMigrations, shardMigrations: shardMigrations
            ).run()
        }
    }

    // MARK: Contents

    private static let numbers = Counting()

    /// A new invented establishment, open on a shard.
    @discardableResult
    package func addEstablishment(
        on shard: Int16, territory: String = "seine-et-marne", timeZone: String = "Europe/Paris",
        state: String = "active"
    ) throws -> EstablishmentID {
        let number = TestPlatform.numbers.next()
        let uai = UAI(number: 9_000_000 + number).map(\.rawValue) ?? ""
        let id = try sql(
            .directory,
            """
            insert into territory (id, kind, code, name) values ('\(territory)', 'department', '77', '\(territory)')
                on conflict do nothing;
            insert into establishment (uai, territory_id, name, kind, department, time_zone, zone, shard_id, state, is_invented)
                values ('\(uai)', '\(territory)', 'Collège \(number)', 'college', '77', '\(timeZone)', 'C', \(shard), '\(state)', true)
                returning id
            """)
        guard let value = Int32(id) else { throw TestPlatformError.unexpected(id) }
        try sql(.shard(shard), "insert into placement (establishment_id, epoch, state) values (\(value), 1, 'active')")
        return EstablishmentID(rawValue: value)
    }

    // MARK: Nodes

    /// A node's way to the tenants on a loop of its own, with its own copy of the directory.
    /// - Parameters:
    ///   - watching: whether it listens to notifications and polls, or is left to find out by itself.
    ///   - loaded: whether it waits until it knows the map.
    package func startNode(
        user: String = "preau_node", watching: Bool = false, pollInterval: Duration = .seconds(2),
        listening: Bool = true,
        neededVersion: Int = Migration.shard.count, loaded: Bool = true
    ) async throws -> TestNode {
        try await TestNode.start(
            self, user: user, watching: watching, pollInterval: pollInterval, listening: listening,
            neededVersion: neededVersion, loaded: loaded)
    }
}

package enum TestPlatformError: Error {
    case notMigrated(String)
    case unexpected(String)
}

extension EventLoop {
    /// Runs `body` as a task of the loop and returns what it returns.
    package func run<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await Task(executorPreference: self, operation: body).value
    }

    /// The same for a body that does not throw.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
        await Task(executorPreference: self, operation: body).value
    }
}
