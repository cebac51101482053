import Runtime
import TestSupport
import Testing

@testable import Postgres

@Suite struct DeadlineTests {
    let server: TestPostgres

    init() throws { server = try SharedServer.server.get() }

    private func withPool(_ body: @escaping @Sendable (PostgresPool, EventLoop) async throws -> Void) async throws {
        try await server.withPool(
            {
                $0.interactiveConnections = 1
                $0.applicationName = "preau-test-deadline-\(UInt32.random(in: 0...(.max)))"
            }, body)
    }

    private func sleeping(_ pool: PostgresPool) async throws -> Int {
        let name = pool.configuration.applicationName
        return try await blocking { [server] in
            Int(
                try server.sql(
                    """
                    select count(*) from pg_stat_activity
                    where state = 'active' and query like '%pg_sleep%' and application_name = '\(name)'
                    """)) ?? -1
        }
    }

    @Test func aSlowQueryIsCancelledAndTheConnectionLives() async throws {
        try await withPool { pool, loop async throws in
            let before = try await pool.query(Statements.process)[0].int(0)
            let outcome = await failure {
                _ = try await pool.run(PostgresBatch(Statements.sleep, 20.0), deadline: .milliseconds(200))
            }
            #expect(outcome.error == .timedOut)
            #expect(outcome.after > .milliseconds(190))
            #expect(outcome.after < .seconds(3))
            #expect(try await pool.query(Statements.process)[0].int(0) == before)
            #expect(try await sleeping(pool) == 0)
        }
    }

    @Test func thoseBehindACancelledQueryAreServed() async throws {
        try await withPool { pool, loop async throws in
            _ = try await pool.query(Statements.one)
            async let slow = pool.run(PostgresBatch(Statements.sleep, 20.0), deadline: .milliseconds(150))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for value in 0..<50 {
                    group.addTask(executorPreference: loop) {
                        try await pool.query(PostgresStatement("select $1::int"), value)[0].int(0)
                    }
                }
                let sum = try await group.reduce(0, +)
                #expect(sum == 1225)
            }
            do {
                _ = try await slow
                Issue.record("the slow query should be cancelled")
            } catch {
                #expect(error as? PostgresError == .timedOut)
            }
        }
    }

    @Test func aCancelledTaskCancelsItsQuery() async throws {
        try await withPool { pool, loop async throws in
            _ = try await pool.query(Statements.one)
            let start = Instant.now
            await withTaskGroup(of: PostgresError?.self) { group in
                group.addTask(executorPreference: loop) {
                    await failure { _ = try await pool.run(PostgresBatch(Statements.sleep, 20.0)) }.error
                }
                try? await loop.sleep(for: .milliseconds(100))
                group.cancelAll()
                #expect(await group.next() == .cancelled)
            }
            #expect(Instant.now.since(start) < .seconds(5))
            #expect(try await pool.query(Statements.one)[0].int(0) == 1)
            #expect(try await sleeping(pool) == 0)
        }
    }

    @Test func aTaskCancelledBeforeItAsksSendsNothing() async throws {
        try await withPool { pool, loop async throws in
            await withTaskGroup(of: PostgresError?.self) { group in
                group.cancelAll()
                group.addTask(executorPreference: loop) {
                    await failure { _ = try await pool.run(PostgresBatch(Statements.sleep, 20.0)) }.error
                }
                #expect(await group.next() == .cancelled)
            }
        }
    }

    @Test func aCancelledTransactionIsUndone() async throws {
        try server.sql("drop table if exists cancelled; create table cancelled (x int)")
        try await withPool { pool, loop async throws in
            await withTaskGroup(of: PostgresError?.self) { group in
                group.addTask(executorPreference: loop) {
                    await failure {
                        try await pool.transaction { transaction in
                            _ = try await transaction.query(PostgresStatement("insert into cancelled values (1)"))
                            _ = try await transaction.query(Statements.sleep, 20.0)
                        }
                    }.error
                }
                try? await loop.sleep(for: .milliseconds(200))
                group.cancelAll()
                #expect(await group.next() == .cancelled)
            }
            #expect(try await pool.query(PostgresStatement("select count(*) from cancelled"))[0].int(0) == 0)
        }
    }

    @Test func whatWaitsIsBoundedInNumberAndTime() async throws {
        try await server.withPool({
            $0.interactiveConnections = 1
            $0.pipelineDepth = 4
            $0.queueLimit = 8
        }) { pool, loop async throws in
            _ = try await pool.query(Statements.sleep, 0.0)
            let outcomes = await withTaskGroup(of: PostgresError?.self) { group in
                for _ in 0..<20 {
                    group.addTask(executorPreference: loop) {
                        await failure {
                            _ = try await pool.run(PostgresBatch(Statements.sleep, 10.0), deadline: .milliseconds(300))
                        }.error
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .overloaded } == 8)
            #expect(outcomes.count { $0 == .timedOut } == 12)
            #expect(try await pool.query(Statements.one)[0].int(0) == 1)
        }
    }

    @Test func thePoolClosesAtOnce() async throws {
        try await withPool { pool, loop async throws in
            _ = try await pool.query(Statements.one)
            await withTaskGroup(of: PostgresError?.self) { group in
                for _ in 0..<3 {
                    group.addTask(executorPreference: loop) {
                        await failure { _ = try await pool.run(PostgresBatch(Statements.sleep, 20.0)) }.error
                    }
                }
                try? await loop.sleep(for: .milliseconds(50))
                pool.close()
                for await error in group { #expect(error == .closed) }
            }
            #expect(await failure { _ = try await pool.query(Statements.one) }.error == .closed)
        }
    }
}
