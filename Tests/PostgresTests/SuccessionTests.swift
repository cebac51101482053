import Runtime
import TestSupport
import Testing

@testable import Postgres

/// Several servers of which one takes writes. A standby is played by a server that refuses them.
@Suite(.serialized) struct SuccessionTests {
    /// Two servers on one port, as members of a cluster are: 127.0.0.1 takes over from 127.0.0.2.
    private struct Pair {
        let first: TestPostgres
        let second: TestPostgres
    }

    private static func pair() throws -> Pair {
        let second = try TestPostgres.start(settings: ["default_transaction_read_only": "on"])
        let first = try TestPostgres.start(settings: ["listen_addresses": "127.0.0.2", "port": String(second.port)])
        return Pair(first: first, second: second)
    }

    private static func takeOver(_ server: TestPostgres) throws {
        try server.sql("alter system set default_transaction_read_only = off; select pg_reload_conf()")
    }

    private static func configure(_ configuration: inout PostgresConfiguration) {
        configuration.host = "127.0.0.1,127.0.0.2"
        configuration.connectDeadline = .seconds(2)
        configuration.interactiveDeadline = .seconds(2)
        configuration.cancelGrace = .milliseconds(500)
    }

    private static let whichServer = PostgresStatement("select current_setting('listen_addresses')")

    private static func server(_ pool: PostgresPool) async throws -> String {
        try await pool.query(whichServer)[0].value(0)
    }

    @Test func theOneThatTakesWritesIsUsed() async throws {
        let pair = try SuccessionTests.pair()
        try await pair.second.withPool(SuccessionTests.configure) { pool, _ async throws in
            for _ in 0..<10 {
                let server = try await SuccessionTests.server(pool)
                #expect(server == "127.0.0.2")
            }
        }
    }

    @Test func nobodyIsRefusedWhileAnotherTakesOver() async throws {
        let pair = try SuccessionTests.pair()
        try await pair.second.withPool(SuccessionTests.configure) { pool, loop async throws in
            _ = try await SuccessionTests.server(pool)
            try await blocking { pair.first.kill() }
            let successor = Task(executorPreference: loop) {
                try await loop.sleep(for: .milliseconds(2500))
                try await blocking { try SuccessionTests.takeOver(pair.second) }
            }
            // They come all along, and none of them waits for less than it has to.
            let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<20 {
                    group.addTask(executorPreference: loop) {
                        try await loop.sleep(for: .milliseconds(50 + number * 50))
                        return try await SuccessionTests.server(pool)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try await successor.value
            #expect(outcomes == Array(repeating: "127.0.0.1", count: 20))
            #expect(pool.waitingForSuccessor == 0)
        }
    }

    @Test func whenNobodyTakesOverTheyAreToldAndThenAtOnce() async throws {
        let pair = try SuccessionTests.pair()
        try await pair.second.withPool({
            SuccessionTests.configure(&$0)
            $0.succession = .milliseconds(700)
        }) { pool, loop async throws in
            _ = try await SuccessionTests.server(pool)
            try await blocking { pair.first.kill() }
            #expect(try await eventually(loop) { pool.health == .down(.standby) })
            let outcome = await failure { _ = try await pool.query(Statements.one) }
            #expect(outcome.error == .unavailable(.standby))
            #expect(outcome.after < .milliseconds(50))
        }
    }

    @Test func aServerThatSaysNothingHidesNoSuccessor() async throws {
        let pair = try SuccessionTests.pair()
        try await pair.second.withPool(SuccessionTests.configure) { pool, loop async throws in
            _ = try await SuccessionTests.server(pool)
            try await blocking { pair.first.pause() }
            defer { pair.first.resume() }
            try await blocking { try SuccessionTests.takeOver(pair.second) }
            let answered = try await eventually(loop, within: .seconds(20)) {
                (try? await SuccessionTests.server(pool)) == "127.0.0.1"
            }
            #expect(answered)
        }
    }

    @Test func whatAnOrderlyEndCutOffIsDoneOnceElsewhere() async throws {
        let server = try TestPostgres.start()
        try server.sql("create table written (id int)")
        try await server.withPool { pool, loop async throws in
            _ = try await pool.query(Statements.one)
            // Long enough for a busy machine to end it in the middle: at its end nobody could say whether it was done.
            let slow = PostgresStatement("insert into written select 1 from pg_sleep(1)")
            let writers = (0..<4).map { _ in
                Task(executorPreference: loop) { _ = try await pool.query(slow) }
            }
            try await loop.sleep(for: .milliseconds(200))
            _ = try await blocking {
                try server.sql(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'preau-test'")
            }
            for writer in writers { try await writer.value }
            let written = try await blocking { try server.sql("select count(*) from written") }
            #expect(written == "4")
        }
    }

    /// A server whose commits wait for a standby that is not there.
    private static func alone() throws -> TestPostgres {
        let server = try TestPostgres.start(
            settings: ["synchronous_standby_names": "nobody", "synchronous_commit": "on"])
        try server.sql("set synchronous_commit = local; create table written (id int)")
        return server
    }

    private static let write = PostgresStatement("insert into written values (1)")

    @Test func aCommitThatIsNotOnTheStandbyIsNotAcknowledged() async throws {
        let server = try SuccessionTests.alone()
        try await server.withPool { pool, loop async throws in
            let writer = Task(executorPreference: loop) {
                await failure { _ = try await pool.query(SuccessionTests.write) }.error
            }
            // Somebody's request to cancel comes late and hits this one.
            try await loop.sleep(for: .milliseconds(500))
            _ = try await blocking {
                try server.sql("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'")
            }
            #expect(await writer.value == .unavailable(.connectionLost))
        }
    }

    @Test func aCommitWhoseTimeIsOverGoesOnWaitingForTheStandby() async throws {
        let server = try SuccessionTests.alone()
        try await server.withPool({ $0.interactiveDeadline = .milliseconds(500) }) { pool, loop async throws in
            let writer = await failure {
                try await pool.transaction { transaction in _ = try await transaction.query(SuccessionTests.write) }
            }
            #expect(writer.error == .timedOut || writer.error == .unavailable(.connectionLost))
            try await loop.sleep(for: .milliseconds(500))
            // It is seen by nobody before it is safe.
            let seen = try await blocking { try server.sql("select count(*) from written") }
            #expect(seen == "0")
            let waiting = try await blocking {
                try server.sql("select count(*) from pg_stat_activity where wait_event = 'SyncRep'")
            }
            #expect(waiting == "1")
        }
    }
}
