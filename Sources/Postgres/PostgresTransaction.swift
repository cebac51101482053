internal import CPostgres
internal import Runtime

/// A transaction under way, on a connection of its own. Only valid inside the closure it was given to, by one task.
package final class PostgresTransaction: @unchecked Sendable {
    // Safety: confined to its pool's loop, as the connection is.
    let connection: Connection
    let pool: PostgresPool
    let until: Instant
    private let begin: PostgresStatement
    private var state = State.untouched

    private enum State {
        /// Nothing was sent: there is nothing to undo either.
        case untouched
        case begun
        case ended
    }

    private static let commitStatement = PostgresStatement("commit")
    private static let rollbackStatement = PostgresStatement("rollback")
    /// What a session may have been left with; `discard all` would also throw the prepared statements away.
    private static let resetStatements = [
        PostgresStatement("reset session authorization"), PostgresStatement("reset role"),
        PostgresStatement("reset all"),
        PostgresStatement("unlisten *"), PostgresStatement("select pg_catalog.pg_advisory_unlock_all()"),
    ]

    init(_ connection: Connection, pool: PostgresPool, mode: PostgresTransactionMode, until: Instant) {
        self.connection = connection
        self.pool = pool
        self.until = until
        begin = mode.begin
    }

    /// Runs statements in one trip. After an error, the transaction can only be undone.
    package func run(_ batch: PostgresBatch) async throws(PostgresError) -> [PostgresRows] {
        pool.loop.assertCurrent()
        try pool.check(batch)
        guard state != .ended else { throw .misuse("a transaction used after its end") }
        if batch.isEmpty { return [] }
        guard !Task.isCancelled else { throw .cancelled }
        if state == .begun { return try await send(batch, until: until, isCancellable: true) }
        state = .begun
        var rows = try await send(batch.preceded(by: begin), until: until, isCancellable: true)
        rows.removeFirst()
        return rows
    }

    /// Runs one statement.
    package func query<each Value: PostgresBindable>(
        _ statement: PostgresStatement, _ values: repeat each Value
    ) async throws(PostgresError) -> PostgresRows {
        let rows = try await run(PostgresBatch(statement, repeat each values))
        guard let first = rows.first else { throw .unavailable(.connectionLost) }
        return first
    }

    /// Begins now rather than with the first statement, for what cannot be sent together with it.
    func beginNow() async throws(PostgresError) {
        guard state != .ended else { throw .misuse("a transaction used after its end") }
        guard state == .untouched else { return }
        state = .begun
        _ = try await send(PostgresBatch(begin), until: until, isCancellable: true)
    }

    /// Uses the connection outside of any transaction of ours; what the script leaves open is undone by `rollBack`.
    func takeOver() async throws(PostgresError) {
        state = .begun
        // Answered once everything that others sent on the connection before it was ours has been.
        _ = try await send(PostgresBatch(PostgresStatement(unsafeSQL: "")), until: until, isCancellable: true)
    }

    // MARK: The end

    func commit() async throws(PostgresError) {
        guard state == .begun else { return finish() }
        guard !Task.isCancelled else { throw .cancelled }
        let rows = try await send(
            PostgresBatch(PostgresTransaction.commitStatement), until: until, isCancellable: false, isCommit: true)
        // The server answers "ROLLBACK" when a statement had failed and its error was swallowed.
        let isKept = rows.first?.commandTag == "COMMIT"
        finish()
        guard isKept else {
            throw .server(sqlState: "25P02", message: "the transaction was undone by an earlier error", constraint: nil)
        }
    }

    func rollBack() async {
        guard state == .begun else { return finish() }
        if connection.loss == nil {
            let patience = pool.configuration.cancelGrace + .seconds(1)
            do {
                _ = try await send(
                    PostgresBatch(PostgresTransaction.rollbackStatement), until: pool.loop.now + patience,
                    isCancellable: false)
            } catch {
                connection.lose(.hung)
            }
        }
        finish()
    }

    /// Hands the connection on, cleaned.
    private func finish() {
        guard state != .ended else { return }
        let wasUsed = state == .begun
        state = .ended
        guard connection.loss == nil else { return }
        if wasUsed {
            var reset = PostgresBatch()
            for statement in PostgresTransaction.resetStatements { reset.add(statement) }
            let deadline = pool.loop.now + pool.configuration.interactiveDeadline
            connection.send(
                Operation(.housekeeping, reset, lane: connection.lane.kind, started: pool.loop.now, deadline: deadline))
            pool.lookAgain(at: deadline)
        }
        connection.isLeased = false
        connection.lane.dispatch()
    }

    private func send(
        _ batch: PostgresBatch, until: Instant, isCancellable: Bool, isCommit: Bool = false
    ) async throws(PostgresError) -> [PostgresRows] {
        if let loss = connection.loss { throw .unavailable(loss == .hung ? .hung : .connectionLost) }
        // Not sent at all, a commit least of all: a quick answer would race with the look at the deadlines.
        guard pool.loop.now < until else { throw .timedOut }
        let operation = Operation(
            .exclusive, batch, lane: connection.lane.kind, started: pool.loop.now, deadline: until)
        operation.isCommit = isCommit
        guard isCancellable else {
            return try await withUnsafeContinuation { start(operation, $0) }.get()
        }
        let pool = pool
        let outcome = await withTaskCancellationHandler {
            await withUnsafeContinuation { start(operation, $0) }
        } onCancel: {
            pool.loop.execute { pool.abandon(operation) }
        }
        return try outcome.get()
    }

    private func start(_ operation: Operation, _ continuation: UnsafeContinuation<Operation.Outcome, Never>) {
        operation.start(continuation)
        connection.send(operation)
        pool.lookAgain(at: operation.deadline)
    }
}
