import Runtime
import TestSupport
import Testing

@testable import Postgres

@Suite struct CopyTests {
    let server: TestPostgres

    private struct Refused: Error {}

    init() throws { server = try SharedServer.server.get() }

    @Test func streamsRowsInAndOut() async throws {
        try server.sql("drop table if exists copied; create table copied (id int, body text)")
        try await server.withPool { pool, _ async throws in
            let rows = 200_000
            let written = try await pool.copyIn("copy copied from stdin", deadline: .seconds(60)) { writer in
                var piece: [UInt8] = []
                for row in 0..<rows {
                    piece.append(contentsOf: "\(row)\tligne \(row) é\n".utf8)
                    if piece.count > 100_000 {
                        try await writer.write(piece)
                        piece = []
                    }
                }
                try await writer.write(piece)
            }
            #expect(written == rows)
            var lines = 0
            var sum = 0
            var largest = 0
            let read = try await pool.copyOut("copy copied to stdout", deadline: .seconds(60)) { piece in
                lines += piece.count { $0 == UInt8(ascii: "\n") }
                sum += piece.count
                largest = max(largest, piece.count)
                #expect(piece.last == UInt8(ascii: "\n"))
            }
            #expect(read == rows && lines == rows)
            #expect(largest < 200_000)
            #expect(sum > 3_000_000)
        }
    }

    @Test func nothingIsKeptOfACopyThatFails() async throws {
        try server.sql("drop table if exists copied_b; create table copied_b (id int)")
        try await server.withPool { pool, _ async throws in
            let malformed = await failure {
                _ = try await pool.copyIn("copy copied_b from stdin") { try await $0.write(Array("1\nx\n3\n".utf8)) }
            }
            #expect(malformed.error?.sqlState == "22P02")
            await #expect(throws: Refused.self) {
                _ = try await pool.copyIn("copy copied_b from stdin") { writer in
                    try await writer.write(Array("1\n2\n".utf8))
                    throw Refused()
                }
            }
            let unknown = await failure { _ = try await pool.copyIn("copy nowhere from stdin") { _ in } }
            #expect(unknown.error?.sqlState == "42P01")
            let wrongWay = await failure { _ = try await pool.copyIn("copy copied_b to stdout") { _ in } }
            #expect(wrongWay.error == .misuse("the statement is not the COPY that was announced"))
            #expect(try await pool.query(PostgresStatement("select count(*) from copied_b"))[0].int(0) == 0)
        }
    }

    @Test func aReaderMayStopInTheMiddle() async throws {
        try await server.withPool { pool, _ async throws in
            for _ in 0..<3 {
                await #expect(throws: Refused.self) {
                    try await pool.copyOut("copy (select generate_series(1, 50000000)) to stdout") { _ in
                        throw Refused()
                    }
                }
            }
            let rows = try await pool.run(PostgresBatch(Statements.one), lane: .background)
            #expect(try rows[0][0].int(0) == 1)
        }
    }

    @Test func aCancelledTaskEndsItsCopy() async throws {
        try await server.withPool { pool, loop async throws in
            await withTaskGroup(of: PostgresError?.self) { group in
                group.addTask(executorPreference: loop) {
                    await failure {
                        try await pool.copyOut("copy (select pg_sleep(20)) to stdout") { _ in }
                    }.error
                }
                try? await loop.sleep(for: .milliseconds(200))
                group.cancelAll()
                #expect(await group.next() == .cancelled)
            }
            let rows = try await pool.run(PostgresBatch(Statements.one), lane: .background)
            #expect(try rows[0][0].int(0) == 1)
        }
    }

    @Test func aDeadlineEndsACopy() async throws {
        try await server.withPool { pool, loop async throws in
            let out = await failure {
                try await pool.copyOut(
                    "copy (select pg_sleep(10)) to stdout", deadline: .milliseconds(300)
                ) { _ in }
            }
            #expect(out.error == .timedOut)
            #expect(out.after < .seconds(8))
            _ = try await blocking { [server] in
                try server.sql("drop table if exists copied_c; create table copied_c (id int)")
            }
            let stalled = await failure {
                _ = try await pool.copyIn("copy copied_c from stdin", deadline: .milliseconds(300)) { writer in
                    while true {
                        try await writer.write(Array("1\n".utf8))
                        try await loop.sleep(for: .milliseconds(20))
                    }
                }
            }
            #expect(stalled.error == .timedOut && stalled.after < .seconds(8))
            let rows = try await pool.run(PostgresBatch(Statements.one), lane: .background)
            #expect(try rows[0][0].int(0) == 1)
        }
    }
}
