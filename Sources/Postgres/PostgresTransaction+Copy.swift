internal import CPostgres
internal import Runtime

extension PostgresTransaction {
    /// Runs a script of statements separated by `;` inside the transaction.
    package func execute(unprepared sql: String) async throws(PostgresError) {
        try await beginNow()
        try await directly { exchange throws(PostgresError) in try await exchange.script(sql) }
    }

    /// Streams rows into a table. - Parameters:
    ///   - sql: `copy … from stdin`, text or binary format.
    ///   - body: writes the format's bytes, in pieces of any size; when it throws, nothing is kept.
    /// - Returns: the number of rows.
    package func copyIn(_ sql: String, _ body: (PostgresCopyWriter) async throws -> Void) async throws -> Int {
        try await beginNow()
        return try await directly { exchange in try await exchange.copyIn(sql, body) }
    }

    /// Streams rows out. - Parameters:
    ///   - sql: `copy … to stdout`, text or binary format.
    ///   - body: takes the format's bytes, some 64 kB at a time, cut between rows; the server waits while it works.
    /// - Returns: the number of rows.
    @discardableResult
    package func copyOut(_ sql: String, _ body: ([UInt8]) async throws -> Void) async throws -> Int {
        try await beginNow()
        return try await directly { exchange in try await exchange.copyOut(sql, body) }
    }

    func runScript(_ sql: String) async throws(PostgresError) {
        try await takeOver()
        try await directly { exchange throws(PostgresError) in try await exchange.script(sql) }
    }

    /// Takes the connection out of pipeline mode for `body`.
    private func directly<Value, Failure: Error>(
        _ body: (DirectExchange) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let exchange = DirectExchange(connection, deadline: until)
        exchange.open()
        pool.lookAgain(at: until)
        defer { exchange.finish() }
        return try await body(exchange)
    }
}

extension PostgresPool {
    /// `PostgresTransaction.copyIn` in a transaction of its own, on the background lane.
    package func copyIn(
        _ sql: String, deadline: Duration? = nil, _ body: (PostgresCopyWriter) async throws -> Void
    ) async throws -> Int {
        try await transaction(lane: .background, deadline: deadline) { try await $0.copyIn(sql, body) }
    }

    /// `PostgresTransaction.copyOut` in a transaction of its own, on the background lane.
    @discardableResult
    package func copyOut(
        _ sql: String, deadline: Duration? = nil, _ body: ([UInt8]) async throws -> Void
    ) async throws -> Int {
        try await transaction(lane: .background, mode: .readOnly, deadline: deadline) {
            try await $0.copyOut(sql, body)
        }
    }
}

/// The writing end of a COPY into the server. Only valid inside the closure it was given to.
package final class PostgresCopyWriter: @unchecked Sendable {
    // Safety: confined to its pool's loop.
    private let exchange: DirectExchange

    init(_ exchange: DirectExchange) { self.exchange = exchange }

    /// Sends some of the format's bytes, and waits while the server cannot keep up.
    package func write(_ bytes: [UInt8]) async throws(PostgresError) { try await exchange.put(bytes) }
}
