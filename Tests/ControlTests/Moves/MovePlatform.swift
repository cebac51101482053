import Foundation
import Postgres
import Runtime
import Synchronization
import Tenancy
import TestTenancy

@testable import Control

/// Two shards and a directory of the suite's own: it breaks them.
struct MovePlatform {
    let platform: TestPlatform

    /// A server that is killed keeps what it has acknowledged.
    private static let servers = SharedTestPlatform(settings: ["synchronous_commit": "on"])

    static func start() async throws -> MovePlatform { MovePlatform(platform: try await servers.platform()) }

    /// A school with rows in tables that refer to each other, on shard 1.
    func school(rooms: Int = 200) throws -> EstablishmentID {
        let id = try platform.addEstablishment(on: 1)
        try platform.sql(
            .shard(1),
            """
            insert into school_year values (\(id), 2026, '2026-09-01', '2027-07-03', 'current');
            insert into timetable values (\(id), 2026, 7);
            insert into person (establishment_id, id, role, given_name, family_name, birth_date)
                select \(id), gen_random_uuid(), 'pupil', 'Élève ' || n, E'Inventé\\t"' || n, '2012-02-29' from generate_series(1, 300) n;
            insert into teaching_group (establishment_id, id, school_year, kind, name)
                select \(id), gen_random_uuid(), 2026, 'class', '6e' || n from generate_series(1, 4) n;
            insert into membership select \(id), 2026, g.id, p.id, 'pupil', '2026-09-01', null
                from teaching_group g, person p where g.establishment_id = \(id) and p.establishment_id = \(id) and g.name = '6e1';
            insert into room (establishment_id, id, name)
                select \(id), gen_random_uuid(), 'room ' || n from generate_series(1, \(rooms)) n;
            insert into idempotency (establishment_id, account_id, key, request_hash, status, headers, body)
                select \(id), gen_random_uuid(), 'key ' || n, '\\x00ff', 201, '{"a": 1}', decode(repeat('00ff', 5000), 'hex')
                from generate_series(1, 20) n
            """)
        return id
    }

    /// What every table of a shard holds of a school: name, rows and digest, one line each.
    func content(_ id: EstablishmentID, on shard: Int16) throws -> String {
        let tables = try platform.sql(.shard(shard), "select name from preau_tenant_tables()").split(separator: "\n")
        let queries = tables.map {
            "select '\($0)', count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from \($0) t where establishment_id = \(id)"
        }
        return try platform.sql(.shard(shard), queries.joined(separator: " union all ") + " order by 1")
    }

    func rows(_ id: EstablishmentID, on shard: Int16) throws -> Int {
        try content(id, on: shard).split(separator: "\n").compactMap { Int($0.split(separator: "|")[1]) }.reduce(0, +)
    }

    /// Slots, publications, subscriptions of moves, on both shards.
    func leftovers() throws -> [String] {
        try [Int16(1), 2].flatMap { shard in
            try platform.sql(
                .shard(shard),
                """
                select slot_name from pg_replication_slots union all select pubname from pg_publication
                union all select subname from pg_subscription
                """
            ).split(separator: "\n").map { "\(shard): \($0)" }
        }
    }

    func column(_ name: String, of move: Int64) throws -> String {
        try platform.sql(.directory, "select \(name) from move where id = \(move)")
    }

    /// Waits until the directory says so.
    func wait(_ move: Int64, for condition: String, seconds: Double = 30) async throws {
        let start = Instant.now
        while try column(condition, of: move) != "t" {
            guard Instant.now.since(start) < .seconds(seconds) else {
                throw MoveTestError.waitedInVain(try column("move::text", of: move))
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    func movingProcess(
        _ name: String = "admin", limits: Mover.Limits = Mover.Limits(),
        now: @escaping @Sendable () -> Int64 = { WallClock.microseconds }
    ) async throws -> MovingProcess {
        try await MovingProcess(self, name, limits, now)
    }

    /// Holds something up on a server until it is released.
    func block(_ server: TestPlatform.Server, _ sql: String) async throws -> Blocker {
        let blocker = Blocker(platform: platform, server: server)
        try await blocker.start(sql)
        return blocker
    }
}

enum MoveTestError: Error {
    case waitedInVain(String)
}

/// A process that moves establishments; stopping it is its sudden death: nothing is ended in order.
final class MovingProcess: Sendable {
    let node: TestNode
    private let parts: Mutex<(Mover, MoveRunner)?>

    fileprivate init(
        _ moves: MovePlatform, _ name: String, _ limits: Mover.Limits, _ now: @escaping @Sendable () -> Int64
    ) async throws {
        let node = try await moves.platform.startNode(user: "preau_admin")
        self.node = node
        let template = moves.platform.configuration(.shard(1), user: "preau_mover")
        parts = Mutex(
            try await node.run { tenancy in
                let mover = Mover(
                    loop: node.loop, directory: node.directory, tenancy: tenancy, shards: template, process: name,
                    metrics: node.metrics, log: Log("mover"), limits: limits, now: now)
                let runner = MoveRunner(mover, process: name, log: Log("mover"))
                runner.start()
                return (mover, runner)
            })
    }

    /// - Parameter now: microseconds since 1970; nil for the mover's own clock.
    func order(
        _ id: EstablishmentID, to shard: Int16, keep: Int = 0, rate: Int64? = nil, isForced: Bool = false,
        at now: Int64? = nil
    ) async throws -> Int64 {
        let mover = parts.withLock { $0?.0 }
        guard let mover else { throw MoveError.lost }
        return try await node.run { tenancy in
            var order = MoveDesk.Order()
            order.keepSeconds = keep
            order.bytesPerSecond = rate
            order.isForced = isForced
            return try await MoveDesk(mover.store, tenancy)
                .request(id, to: ShardID(rawValue: shard), order, now: now ?? mover.now()).move.id
        }
    }

    func desk<Value: Sendable>(_ body: @escaping @Sendable (MoveDesk) async throws -> Value) async throws -> Value {
        guard let mover = parts.withLock({ $0?.0 }) else { throw MoveError.lost }
        return try await node.run { tenancy in try await body(MoveDesk(mover.store, tenancy)) }
    }

    func sweep() async throws {
        guard let mover = parts.withLock({ $0?.0 }) else { throw MoveError.lost }
        try await node.run { _ in await MoveJanitor(mover, Log("janitor")).sweep() }
    }

    func die() async {
        let runner = parts.withLock { $0?.1 }
        await node.loop.run { runner?.stop() }
        await node.stop()
    }
}

/// A session that holds a lock until it is ended.
struct Blocker {
    let platform: TestPlatform
    let server: TestPlatform.Server
    private let name = "blocker \(Runtime.UUID.v7())"

    init(platform: TestPlatform, server: TestPlatform.Server) {
        self.platform = platform
        self.server = server
    }

    fileprivate func start(_ sql: String) async throws {
        // A thread of its own: those of Swift's tasks are as few as the cores.
        Thread.detachNewThread { [self] in
            _ = try? platform.sql(
                server, "set application_name = '\(name)'; begin; \(sql); select pg_sleep(60); rollback")
        }
        while try platform.sql(
            server,
            "select count(*) from pg_stat_activity where application_name = '\(name)' and wait_event = 'PgSleep'")
            == "0"
        {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func release() throws {
        try platform.sql(
            server, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = '\(name)'")
    }
}

/// People who write through the fence again and again, and what was acknowledged to them.
actor Writers {
    private(set) var acknowledged: [String] = []
    private(set) var errors: [String] = []
    private(set) var longest = Duration.zero
    private var isOver = false
    private var work: Task<Void, Never>?

    private static let insert = PostgresStatement("insert into room (establishment_id, id, name) values ($1, $2, $3)")

    func start(_ id: EstablishmentID, _ node: TestNode, count: Int = 4, pause: Duration = .milliseconds(2)) {
        work = Task.detached { [self] in
            await withTaskGroup(of: Void.self) { group in
                for writer in 0..<count {
                    group.addTask { [self] in
                        var number = 0
                        while await !isOver {
                            number += 1
                            let name = "written \(writer)-\(number)"
                            let start = Instant.now
                            do {
                                try await node.run { tenancy in
                                    _ = try await tenancy.write(
                                        TenantBatch(
                                            try tenancy.context(for: id), Writers.insert, Runtime.UUID.v7(), name))
                                }
                                await acknowledge(name, Instant.now.since(start))
                            } catch {
                                await fail(error)
                            }
                            try? await Task.sleep(for: pause)
                        }
                    }
                }
            }
        }
    }

    private func acknowledge(_ name: String, _ duration: Duration) {
        acknowledged.append(name)
        longest = max(longest, duration)
    }

    private func fail(_ error: any Error) { errors.append("\(error)") }

    /// Returns once every writer has its answer.
    func stop() async {
        isOver = true
        await work?.value
    }
}
