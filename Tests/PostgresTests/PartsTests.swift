import Testing

@testable import Postgres

/// The parts that need no server.
@Suite struct PartsTests {
    @Test func aQueueKeepsItsOrder() {
        var queue = Fifo<Int>()
        var expected: [Int] = []
        var next = 0
        for round in 0..<200 {
            for _ in 0..<(round % 7) {
                queue.append(next)
                expected.append(next)
                next += 1
            }
            for _ in 0..<(round % 5) where !expected.isEmpty { #expect(queue.popFirst() == expected.removeFirst()) }
            #expect(queue.first == expected.first)
        }
        #expect(queue.elements == expected)
        queue.keep { $0.isMultiple(of: 2) }
        #expect(queue.removeAll() == expected.filter { $0.isMultiple(of: 2) })
        #expect(queue.isEmpty && queue.popFirst() == nil)
    }

    @Test func pausesDoubleUpToTheirLimit() {
        var backoff = Backoff(.milliseconds(50)...(.seconds(5)))
        for longest in [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000] {
            let pause = backoff.next()
            #expect(pause <= .milliseconds(longest) && pause >= .milliseconds(longest) / 2)
        }
        for _ in 0..<100 { #expect(backoff.next() <= .seconds(5)) }
        backoff.reset()
        #expect(backoff.next() <= .milliseconds(50))
    }

    @Test func aRefusalIsToldFromSilence() {
        #expect(HandshakeAttempt.reason("FATAL:  28P01\n") == .refused(sqlState: "28P01"))
        #expect(
            HandshakeAttempt.reason("connection to server at \"127.0.0.1\", port 1 failed: FATAL:  57P03\n")
                == .refused(sqlState: "57P03"))
        #expect(
            HandshakeAttempt.reason(
                "connection to server at \"127.0.0.1\", port 1 failed: Connection refused\n\tIs the server running?\n")
                == .unreachable)
        #expect(
            HandshakeAttempt.reason("connection to server at \"127.0.0.1\", port 1 failed: session is read-only\n")
                == .standby)
        #expect(HandshakeAttempt.reason("") == .unreachable)
    }

    @Test func aFullDiskIsTheServersAndAWrongStatementIsOurs() {
        func isIncapacity(_ sqlState: String) -> Bool {
            PostgresError.server(sqlState: sqlState, message: "", constraint: nil).isIncapacity
        }
        #expect(["53100", "53200", "53300", "58030"].map(isIncapacity) == Array(repeating: true, count: 4))
        #expect(["23505", "42P01", "25001", "25006"].map(isIncapacity) == Array(repeating: false, count: 4))
        #expect(!PostgresError.timedOut.isIncapacity)
    }

    @Test func aLiteralIsOneStatement() {
        func made() -> PostgresStatement { PostgresStatement("select 'the same one'") }
        #expect(made().number == made().number)
        #expect(made().number != PostgresStatement("select 'another'").number)
        #expect(PostgresStatement(unsafeSQL: "select 'the same one'").number == 0)
    }
}
