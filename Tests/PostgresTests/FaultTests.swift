import Runtime
import TestSupport
import Testing

@testable import Postgres

/// Servers that die, hang and come back; each test has its own.
@Suite(.serialized) struct FaultTests {
    private static func configure(_ configuration: inout PostgresConfiguration) {
        configuration.connectDeadline = .seconds(1)
        configuration.interactiveDeadline = .seconds(2)
        configuration.cancelGrace = .milliseconds(500)
        configuration.reconnectDelays = .milliseconds(20)...(.milliseconds(200))
    }

    private static let repeatable = {
        var batch = PostgresBatch(Statements.one)
        batch.isRepeatable = true
        return batch
    }()

    private static func answers(_ pool: PostgresPool) async -> Bool {
        guard let rows = try? await pool.query(Statements.one) else { return false }
        return (try? rows[0].int(0)) == 1
    }

    @Test func aKilledServerFailsFastAndIsFoundAgain() async throws {
        let server = try TestPostgres.start()
        try await server.withPool(FaultTests.configure) { pool, loop async throws in
            #expect(await FaultTests.answers(pool))
            try await blocking { server.kill() }
            #expect(try await eventually(loop) { pool.health == .down(.unreachable) })
            var delays: [Duration] = []
            for _ in 0..<100 {
                let outcome = await failure { _ = try await pool.query(Statements.one) }
                #expect(outcome.error == .unavailable(.unreachable))
                delays.append(outcome.after)
            }
            #expect(delays.sorted()[90] < .milliseconds(10))
            let transaction = await failure { try await pool.transaction { _ in } }
            #expect(transaction.error == .unavailable(.unreachable))
            try await blocking { try server.startAgain() }
            #expect(try await eventually(loop) { await FaultTests.answers(pool) })
            #expect(pool.health == .up)
        }
    }

    @Test func aHungServerFailsFastAndIsFoundAgain() async throws {
        let server = try TestPostgres.start()
        try await server.withPool(FaultTests.configure) { pool, loop async throws in
            #expect(await FaultTests.answers(pool))
            try await blocking { server.pause() }
            let first = await failure { _ = try await pool.query(Statements.one) }
            #expect(first.error == .timedOut)
            #expect(first.after < .seconds(4))
            // Those that come while the first connection is being given up wait for the second, and no longer than their deadline.
            #expect(
                try await eventually(loop, within: .seconds(15)) {
                    let outcome = await failure {
                        _ = try await pool.run(PostgresBatch(Statements.one), deadline: .milliseconds(100))
                    }
                    return outcome.error == .unavailable(.hung)
                })
            var delays: [Duration] = []
            for _ in 0..<200 {
                let outcome = await failure { _ = try await pool.query(Statements.one) }
                #expect(outcome.error == .unavailable(.hung))
                delays.append(outcome.after)
                try await loop.sleep(for: .milliseconds(5))
            }
            // Through several attempts to reconnect, none of which anybody waits for.
            #expect(delays.sorted()[190] < .milliseconds(10))
            try await blocking { server.resume() }
            #expect(try await eventually(loop) { await FaultTests.answers(pool) })
        }
    }

    @Test func anIdlePoolNoticesAHungServer() async throws {
        let server = try TestPostgres.start()
        try await server.withPool({
            FaultTests.configure(&$0)
            $0.idleCheck = .milliseconds(200)
        }) { pool, loop async throws in
            #expect(await FaultTests.answers(pool))
            try await loop.sleep(for: .milliseconds(600))
            #expect(pool.health == .up)
            try await blocking { server.pause() }
            #expect(try await eventually(loop, within: .seconds(15)) { pool.health == .down(.hung) })
            try await blocking { server.resume() }
            #expect(try await eventually(loop) { pool.health == .up })
        }
    }

    @Test func oneHungBackendIsReplaced() async throws {
        let server = try TestPostgres.start()
        try await server.withPool(FaultTests.configure) { pool, loop async throws in
            // With one connection there would be no other to serve anybody.
            let lane = pool.lane(.interactive)
            #expect(try await eventually(loop) { lane.connections.count == lane.size })
            let process = try await pool.query(Statements.process)[0].int(0)
            _ = try await blocking { try TestShell.run("kill", "-STOP", String(process)) }
            // Least loaded first: some of these meet the stopped one and pay for it, the others do not.
            let outcomes = await withTaskGroup(of: PostgresError?.self) { group in
                for _ in 0..<20 {
                    group.addTask(executorPreference: loop) {
                        await failure { _ = try await pool.run(FaultTests.repeatable, deadline: .milliseconds(300)) }
                            .error
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.contains { $0 == nil })
            try await loop.sleep(for: .milliseconds(1500))
            for _ in 0..<50 { #expect(await FaultTests.answers(pool)) }
            _ = try await blocking { try TestShell.run("kill", "-CONT", String(process)) }
        }
    }

    @Test func aKilledBackendCostsReadersNothing() async throws {
        let server = try TestPostgres.start()
        try await server.withPool({
            FaultTests.configure(&$0)
            $0.interactiveDeadline = .seconds(10)
        }) { pool, loop async throws in
            #expect(await FaultTests.answers(pool))
            let killer = Task { [server] in
                // One at a time, as an administrator or the out-of-memory killer would; kill -9 restarts the whole server.
                for _ in 0..<5 {
                    _ = try? server.sql(
                        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'preau-test'")
                    try? await Task.sleep(for: .milliseconds(200))
                }
            }
            var failures = 0
            for _ in 0..<2000 {
                if (try? await pool.run(FaultTests.repeatable)) == nil { failures += 1 }
            }
            await killer.value
            #expect(failures == 0)
            // Sent again if need be: the last of the sessions to be ended may be the one that is asked.
            let last = try await pool.run(FaultTests.repeatable)[0]
            #expect(try last[0].int(0) == 1)
        }
    }

    @Test func aCrashOfOneBackendIsSurvived() async throws {
        let server = try TestPostgres.start()
        try await server.withPool(FaultTests.configure) { pool, loop async throws in
            let process = try await pool.query(Statements.process)[0].int(0)
            _ = try await blocking { try TestShell.run("kill", "-KILL", String(process)) }
            // Any connection is asked, and one may not have met the end of its session yet: what cannot be sent again is then lost.
            var other: Int?
            let isBack = try await eventually(loop) {
                other = try? await pool.query(Statements.process)[0].int(0)
                return other != nil
            }
            #expect(isBack)
            #expect(other != process)
        }
    }

    @Test func aRestartOnlyCostsWhatWasUnderWay() async throws {
        let server = try TestPostgres.start()
        try await server.withPool(FaultTests.configure) { pool, loop async throws in
            let statement = PostgresStatement("select $1::int + 1")
            #expect(try await pool.query(statement, 1)[0].int(0) == 2)
            let slow = loopTask(loop) {
                await failure { _ = try await pool.run(PostgresBatch(Statements.sleep, 30.0), deadline: .seconds(60)) }
            }
            try await loop.sleep(for: .milliseconds(100))
            try await blocking { try server.restart() }
            // Undone and to be sent again, but no other server takes over, and this one is not back at once.
            guard case .unavailable = await slow.value.error else {
                Issue.record("not told that the server is away")
                return
            }
            // Prepared statements went with the sessions.
            #expect(try await eventually(loop) { (try? await pool.query(statement, 41)[0].int(0)) == 42 })
        }
    }

    @Test func vanishedStatementsArePreparedAgain() async throws {
        let server = try TestPostgres.start()
        try await server.withPool({
            FaultTests.configure(&$0)
            $0.interactiveConnections = 1
        }) { pool, _ async throws in
            let statement = PostgresStatement("select $1::int + 1")
            #expect(try await pool.query(statement, 1)[0].int(0) == 2)
            try await pool.execute(unprepared: "deallocate all", lane: .interactive)
            #expect(try await pool.query(statement, 2)[0].int(0) == 3)
            // The same statement with a parameter of another type.
            #expect(try await pool.query(PostgresStatement("select $1::text"), "a")[0].text(0) == "a")
            let identifier = UUID.v7()
            #expect(
                try await pool.query(PostgresStatement("select $1::text"), identifier)[0].text(0) == "\(identifier)")
            #expect(try await pool.query(PostgresStatement("select $1::text"), "b")[0].text(0) == "b")
        }
    }

    @Test func aTableThatChangesUnderAStatementIsNoError() async throws {
        let server = try TestPostgres.start()
        try server.sql("create table changing (a int); insert into changing values (1)")
        try await server.withPool(FaultTests.configure) { pool, _ async throws in
            let everything = PostgresStatement("select * from changing")
            #expect(try await pool.query(everything)[0].int(0) == 1)
            _ = try await blocking { try server.sql("alter table changing add b text default 'x'") }
            for _ in 0..<4 { #expect(try await pool.query(everything)[0].text(1) == "x") }
        }
    }

    @Test func aStatementThatCannotBePreparedSaysWhy() async throws {
        let server = try TestPostgres.start()
        try await server.withPool({
            FaultTests.configure(&$0)
            $0.interactiveConnections = 1
        }) { pool, loop async throws in
            let broken = PostgresStatement("select * from not_yet_there")
            let outcomes = await withTaskGroup(of: PostgresError?.self) { group in
                for index in 0..<10 {
                    group.addTask(executorPreference: loop) {
                        await failure {
                            _ = try await pool.query(index.isMultiple(of: 2) ? broken : Statements.one)
                        }.error
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 5)
            #expect(outcomes.count { $0?.sqlState == "42P01" } == 5)
            _ = try await blocking { try server.sql("create table not_yet_there ()") }
            #expect(try await pool.query(broken).isEmpty)
        }
    }

    @Test func refusalsSayWhy() async throws {
        let server = try TestPostgres.start(authentication: "scram-sha-256")
        try server.sql("create role reader login password 'right'")
        let cases: [(String, String, String, PostgresUnavailability)] = [
            ("reader", "wrong", "postgres", .refused(sqlState: "28P01")),
            ("nobody", "right", "postgres", .refused(sqlState: "28P01")),
            ("reader", "right", "nowhere", .refused(sqlState: "3D000")),
        ]
        for (user, password, database, reason) in cases {
            try await server.withPool({
                FaultTests.configure(&$0)
                ($0.user, $0.password, $0.database) = (user, password, database)
            }) { pool, loop async throws in
                let outcome = await failure { _ = try await pool.query(Statements.one) }
                #expect(outcome.error == .unavailable(reason))
                #expect(outcome.after < .seconds(2))
            }
        }
        try await server.withPool({
            FaultTests.configure(&$0)
            ($0.user, $0.password) = ("reader", "right")
        }) { pool, loop async throws in
            #expect(await FaultTests.answers(pool))
            _ = try await blocking { try server.sql("alter role reader password 'changed'") }
            #expect(await FaultTests.answers(pool))
        }
        try await server.withPool({
            FaultTests.configure(&$0)
            $0.host = "no-such-host.invalid"
            $0.connectDeadline = .seconds(10)
        }) { pool, loop async throws in
            let outcome = await failure {
                _ = try await pool.run(PostgresBatch(Statements.one), deadline: .seconds(15))
            }
            #expect(outcome.error == .unavailable(.unknownHost))
        }
        try await server.withPool({
            FaultTests.configure(&$0)
            ($0.host, $0.user, $0.password) = ("localhost", "reader", "changed")
            $0.connectDeadline = .seconds(10)
        }) { pool, loop async throws in
            #expect(await FaultTests.answers(pool))
        }
    }

    /// Two servers, one loop: what the first one does must not show on the second.
    @Test(arguments: ["kill", "pause"]) func oneServersBadDayIsNotAnothers(_ day: String) async throws {
        let sick = try TestPostgres.start()
        let well = try TestPostgres.start()
        try await onLoop { loop in
            var configuration = sick.configuration("sick")
            FaultTests.configure(&configuration)
            let first = PostgresPool(loop: loop, configuration: configuration, metrics: Metrics(), log: Log("test"))
            configuration = well.configuration("well")
            FaultTests.configure(&configuration)
            let second = PostgresPool(loop: loop, configuration: configuration, metrics: Metrics(), log: Log("test"))
            defer {
                first.close()
                second.close()
            }
            #expect(await FaultTests.answers(first))
            #expect(await FaultTests.answers(second))
            let load = loopTask(loop) {
                while !Task.isCancelled {
                    _ = try? await first.run(PostgresBatch(Statements.one))
                    try? await loop.sleep(for: .milliseconds(1))
                }
            }
            var slowest = Duration.zero
            // A server that hangs is noticed at the time limits of two connections, one after the other: the other one is
            // watched until then and past it.
            let patience = Instant.now + .seconds(30)
            var (round, roundsLeft) = (0, 300)
            while roundsLeft > 0, Instant.now < patience {
                if round == 100 {
                    loopTask(loop) { try? await blocking { day == "kill" ? sick.kill() : sick.pause() } }
                }
                let outcome = await failure { _ = try await second.query(Statements.one) }
                #expect(outcome.error == nil)
                slowest = max(slowest, outcome.after)
                if first.health != .up { roundsLeft -= 1 }
                round += 1
                try await loop.sleep(for: .milliseconds(3))
            }
            load.cancel()
            await load.value
            #expect(first.health != .up)
            #expect(second.health == .up)
            // Less than any time limit of the sick one's.
            #expect(slowest < .milliseconds(1500), "\(slowest)")
            if day == "pause" { try await blocking { sick.resume() } }
        }
    }
}

@discardableResult
func loopTask<Value: Sendable>(_ loop: EventLoop, _ body: @escaping @Sendable () async -> Value) -> Task<Value, Never> {
    Task(executorPreference: loop, operation: body)
}
