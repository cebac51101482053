import Postgres
import Runtime
import Synchronization
import Tenancy
import TestSupport
import TestTenancy
import Testing
import Web

@testable import Control

/// On a real directory, with runners that are killed as a process would be: they say nothing any more.
@Suite(.serialized) struct JobTests {
    private static let servers = SharedTestPlatform()
    private let actor = AuditActor(kind: .system, name: "test")

    /// Two instances of the admin service, each on a loop of its own.
    private func withInstances(
        _ count: Int = 2, _ kinds: [JobKind], _ body: (TestPlatform, TestNode, [Instance]) async throws -> Void
    ) async throws {
        let platform = try await JobTests.servers.platform()
        try platform.sql(.directory, "truncate job, job_schedule, leadership cascade")
        let node = try await platform.startNode(user: "preau_admin")
        var instances: [Instance] = []
        for number in 1...count {
            instances.append(try await Instance.start("admin-\(number)", platform, kinds))
        }
        do {
            try await body(platform, node, instances)
        } catch {
            for instance in instances { await instance.stop() }
            await node.stop()
            throw error
        }
        for instance in instances { await instance.stop() }
        await node.stop()
    }

    private func enqueue(_ job: NewJob, _ node: TestNode) async throws -> JobID {
        let (store, actor) = (await node.loop.run { [directory = node.directory] in JobStore(directory) }, actor)
        return try await node.run { _ in try await store.enqueue(job, by: actor) }
    }

    private func find(_ id: JobID, _ node: TestNode) async throws -> Job {
        let directory = node.directory
        return try #require(try await node.run { _ in try await JobStore(directory).find(id) })
    }

    private func until(
        _ what: String, seconds: Int = 40, _ condition: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("never: \(what)")
        throw CancellationError()
    }

    @Test func jobsAreDoneOnceEach() async throws {
        let counts = Counts()
        let kind = JobKind(test: "test.count") { run in
            counts.add(run.parameters["n"]?.integer ?? 0)
            return ["seen": run.parameters["n"] ?? .null]
        }
        try await withInstances(3, [kind]) { platform, node, _ in
            var ids: [JobID] = []
            for number in 1...60 {
                ids.append(
                    try await enqueue(
                        NewJob("test.count", title: "n", parameters: ["n": .integer(number)]), node))
            }
            try await until("all done") {
                try platform.sql(
                    .directory, "select count(*) from job where state = 'succeeded' and kind = 'test.count'")
                    == "60"
            }
            #expect(counts.all.sorted() == Array(1...60))
            #expect(try await find(ids[6], node).result?["seen"] == 7)
            let holders = try platform.sql(
                .directory, "select count(distinct lease_holder) from job where kind = 'test.count'")
            #expect((Int(holders) ?? 0) >= 2, "several instances shared the work")
        }
    }

    @Test func aKilledInstancesJobGoesOnFromItsCheckpointElsewhere() async throws {
        let counts = Counts()
        let gate = Gate()
        let kind = JobKind(test: "test.steps") { run in
            var step = run.checkpoint["step"]?.integer ?? 0
            while step < 5 {
                step += 1
                counts.add(step)
                try await run.save(["step": .integer(step)], step: "step \(step)", done: step, total: 5)
                if step == 3 { try await gate.waitFirst() }
            }
            return ["steps": .integer(step)]
        }
        try await withInstances(2, [kind]) { platform, node, instances in
            let id = try await enqueue(NewJob("test.steps", title: "steps"), node)
            try await until("at the gate") { gate.isWaiting }
            let holder = try await find(id, node).holder
            let victim = try #require(instances.first { $0.name == holder })
            await victim.kill()
            try await until("done elsewhere") { try await find(id, node).state == .succeeded }
            let job = try await find(id, node)
            #expect(job.holder != holder)
            #expect(job.attempts == 2)
            #expect(job.done == 5)
            // What was written down was not done again.
            #expect(counts.all == [1, 2, 3, 4, 5])
            let lines = try platform.sql(.directory, "select message from job_log where job_id = '\(id)'")
            #expect(lines.contains("Attempt 2"))
        }
    }

    @Test func aHolderThatLostItsLeaseWritesNothing() async throws {
        let gate = Gate()
        let refused = Flagged()
        let kind = JobKind(test: "test.slow") { run in
            if run.job.attempts == 1 {
                try await gate.waitFirst()
                do { try await run.save(["from": "the first"], step: "late", done: 9) } catch {
                    if case JobError.leaseLost = error { refused.set() }
                    throw error
                }
            }
            return ["attempt": .integer(run.job.attempts)]
        }
        try await withInstances(2, [kind]) { platform, node, instances in
            let id = try await enqueue(NewJob("test.slow", title: "slow"), node)
            try await until("at the gate") { gate.isWaiting }
            let holder = try await find(id, node).holder
            let sleeper = try #require(instances.first { $0.name == holder })
            // It goes on working and says nothing: as a process that was paused.
            await sleeper.mute()
            try platform.sql(.directory, "update job set due_at = now() - interval '1 second' where id = '\(id)'")
            try await until("done by the other") { try await find(id, node).state == .succeeded }
            gate.open()
            try await until("refused") { refused.isSet }
            let job = try await find(id, node)
            #expect(job.result?["attempt"] == 2)
            #expect(job.checkpoint["from"] == nil)
            #expect(job.done == 0)
        }
    }

    @Test func aJobStopsWhenAsked() async throws {
        let kind = JobKind(test: "test.forever") { run in
            var round = 0
            while true {
                round += 1
                try await run.save(step: "round", done: round)
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        try await withInstances(1, [kind]) { platform, node, _ in
            let running = try await enqueue(NewJob("test.forever", title: "runs"), node)
            try await until("it runs") { try await find(running, node).done > 2 }
            let later = try await enqueue(NewJob("test.forever", title: "waits", delay: 3600), node)
            for id in [running, later] {
                let directory = node.directory
                _ = try await node.run { _ in
                    try await directory.run(PostgresBatch(JobStore.cancel, id.rawValue))
                }
            }
            try await until("stopped") { try await find(running, node).state == .cancelled }
            #expect(try await find(later, node).state == .cancelled)
            let done = try await find(running, node).done
            try await Task.sleep(for: .milliseconds(200))
            #expect(try await find(running, node).done == done)
        }
    }

    @Test func whatFailsIsTriedAgainAndThenGivenUp() async throws {
        let kind = JobKind(test: "test.fails") { run in
            throw run.parameters["forever"]?.bool == true
                ? JobError.permanent("there is no such thing") : JobError.temporary("not today")
        }
        try await withInstances(1, [kind]) { platform, node, _ in
            let permanent = try await enqueue(
                NewJob("test.fails", title: "no", parameters: ["forever": true]), node)
            let temporary = try await enqueue(NewJob("test.fails", title: "no", mostAttempts: 3), node)
            try await until("given up at once") { try await find(permanent, node).state == .failed }
            #expect(try await find(permanent, node).attempts == 1)
            #expect(try await find(permanent, node).failure == "there is no such thing")
            try await until("given up in the end") {
                // Without waiting for the pauses.
                try platform.sql(
                    .directory, "update job set due_at = now() where id = '\(temporary)' and state = 'queued'")
                return try await find(temporary, node).state == .failed
            }
            #expect(try await find(temporary, node).attempts == 3)
        }
    }

    @Test func aJobThatEndsItsProcessEachTimeIsGivenUp() async throws {
        try await withInstances(1, [JobKind(test: "test.poison") { _ in .null }]) { platform, node, _ in
            let id = JobID.new()
            try platform.sql(
                .directory,
                """
                insert into job (id, kind, title, actor_kind, actor, state, lease, attempts, most_attempts, due_at)
                values ('\(id)', 'test.poison', 'poison', 'system', 'test', 'running', gen_random_uuid(), 5, 5, now())
                """)
            try await until("given up") { try await find(id, node).state == .failed }
        }
    }

    @Test func oneUnfinishedJobHasAKey() async throws {
        let kind = JobKind(test: "test.once") { _ in .null }
        try await withInstances(1, []) { platform, node, _ in
            let first = try await enqueue(NewJob("test.once", title: "once", uniqueKey: "key"), node)
            let second = try await enqueue(NewJob("test.once", title: "once", uniqueKey: "key"), node)
            #expect(first == second)
            // A kind that no instance knows waits for one that does.
            let instance = try await Instance.start("admin-9", platform, [kind])
            try await until("done") { try await find(first, node).state == .succeeded }
            #expect(try await enqueue(NewJob("test.once", title: "once", uniqueKey: "key"), node) != first)
            await instance.stop()
        }
    }

    @Test func oneLeadsAndAnotherTakesOver() async throws {
        let counts = Counts()
        let kind = JobKind(test: "test.tick", every: 1) { _ in
            counts.add(1)
            return .null
        }
        try await withInstances(2, [kind]) { platform, node, instances in
            func leader() throws -> String {
                try platform.sql(.directory, "select instance from leadership where name = 'jobs'")
            }
            try await until("somebody leads") { try leader() != "" }
            try await until("it ticks") { counts.all.count >= 2 }
            let first = try leader()
            let held = try platform.sql(
                .directory, "select count(*) from pg_locks where locktype = 'advisory' and classid = 20559 and granted")
            #expect(held == "1")
            await (try #require(instances.first { $0.name == first })).kill()
            try await until("the other leads") { try leader() != first }
            let ticks = counts.all.count
            try await until("it goes on ticking") { counts.all.count >= ticks + 2 }
        }
    }

    @Test func theAuditOfAnActIsKeptWithIt() async throws {
        try await withInstances(1, []) { platform, node, _ in
            let directory = node.directory
            let actor = AuditActor(kind: .token, name: "operator", address: "192.0.2.7", requestID: "request-7")
            try await node.run { _ in
                let store = AuditStore(directory)
                for number in 1...5 {
                    try await store.write(
                        AuditEntry(
                            "test.act_\(number % 2)", by: actor, territory: TerritoryID(rawValue: "seine-et-marne"),
                            establishment: EstablishmentID(rawValue: 77), target: "0770001H",
                            before: ["n": .integer(number)], after: .null))
                }
            }
            func list(_ change: @escaping @Sendable (inout AuditStore.Filter) -> Void) async throws -> [AuditRecord] {
                try await node.run { _ in
                    var filter = AuditStore.Filter()
                    filter.target = "0770001H"
                    change(&filter)
                    return try await AuditStore(directory).list(filter, before: nil, limit: 100)
                }
            }
            let found = try await list { _ in }
            #expect(found.map { $0.before?["n"]?.integer } == [5, 4, 3, 2, 1])
            #expect(found.first?.address == "192.0.2.7")
            #expect(try await list { $0.action = "test.act_1" }.count == 3)
            #expect(try await list { $0.action = "test.act_" }.count == 5)
            // An underscore is an underscore.
            #expect(try await list { $0.action = "test_act" }.isEmpty)
            #expect(
                try await list {
                    $0.scope = .only(territories: [], establishments: [EstablishmentID(rawValue: 77)])
                }.count == 5)
            #expect(
                try await list {
                    $0.scope = .only(territories: [], establishments: [EstablishmentID(rawValue: 78)])
                }.isEmpty)
            // The application's own role can neither change nor remove a line.
            for statement in ["update audit set actor = ''", "delete from audit"] {
                await #expect(throws: (any Error).self) {
                    try await node.run { _ in
                        try await directory.run(PostgresBatch(PostgresStatement(unsafeSQL: statement)))
                    }
                }
            }
        }
    }
}

/// One admin process's runner, on a thread of its own.
private final class Instance: @unchecked Sendable {
    // Safety: the parts are set before it is shared and used on their loop.
    let name: String
    private let node: TestNode
    private let runner: JobRunner
    private var isGone = false

    private init(_ name: String, _ node: TestNode, _ runner: JobRunner) {
        self.name = name
        self.node = node
        self.runner = runner
    }

    static func start(_ name: String, _ platform: TestPlatform, _ kinds: [JobKind]) async throws -> Instance {
        let node = try await platform.startNode(user: "preau_admin")
        let runner = await node.loop.run {
            let runner = JobRunner(
                loop: node.loop, directory: node.directory,
                connection: platform.configuration(.directory, user: "preau_admin"), kinds: kinds, instance: name,
                lease: 3,
                metrics: Metrics())
            runner.start()
            return runner
        }
        return Instance(name, node, runner)
    }

    func mute() async { await node.loop.run { [runner] in runner.mute() } }

    /// As `kill -9`: connections break, nothing is said.
    func kill() async {
        isGone = true
        await node.loop.run { [runner, node] in
            runner.abandon()
            node.directory.close()
        }
    }

    func stop() async {
        if !isGone { await node.loop.run { [runner] in await runner.stop() } }
        await node.stop()
    }
}

private final class Counts: Sendable {
    private let numbers = Mutex<[Int]>([])

    func add(_ number: Int) { numbers.withLock { $0.append(number) } }

    var all: [Int] { numbers.withLock { $0 } }
}

private final class Flagged: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }

    func set() { flag.store(true, ordering: .releasing) }
}

/// Holds back whoever comes first, until it is opened or cancelled.
private final class Gate: Sendable {
    private let waiting = Atomic(false)
    private let opened = Atomic(false)

    var isWaiting: Bool { waiting.load(ordering: .acquiring) }

    func open() { opened.store(true, ordering: .releasing) }

    func waitFirst() async throws {
        guard !waiting.exchange(true, ordering: .acquiringAndReleasing) else { return }
        while !opened.load(ordering: .acquiring) {
            // Also when cancelled: what a paused process does next is what is looked at.
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
