internal import Runtime

extension PostgresPool {
    /// Runs a batch as one transaction, in one trip.
    /// - Parameter deadline: how long it may take in all; the lane's own when nil.
    /// - Returns: the rows of each statement, in the order they were added.
    package func run(
        _ batch: PostgresBatch, lane: PostgresLane = .interactive, deadline: Duration? = nil
    ) async throws(PostgresError) -> [PostgresRows] {
        loop.assertCurrent()
        try check(batch)
        if batch.isEmpty { return [] }
        if let refusal = refusal(self.lane(lane)) {
            instruments.refused.add()
            throw refusal
        }
        guard !Task.isCancelled else { throw .cancelled }
        let operation = Operation(
            .batch, batch, lane: lane, started: loop.now, deadline: self.deadline(deadline, lane))
        let outcome = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                operation.start(continuation)
                if self.lane(lane).submit(operation) {
                    lookAgain(at: operation.deadline)
                } else {
                    instruments.refused.add()
                    operation.abandon(.overloaded)
                }
            }
        } onCancel: {
            loop.execute { self.abandon(operation) }
        }
        return try outcome.get()
    }

    /// Runs one statement.
    package func query<each Value: PostgresBindable>(
        _ statement: PostgresStatement, _ values: repeat each Value
    ) async throws(PostgresError) -> PostgresRows {
        let rows = try await run(PostgresBatch(statement, repeat each values))
        guard let first = rows.first else { throw .unavailable(.connectionLost) }
        return first
    }

    func abandon(_ operation: Operation) {
        guard !operation.isSettled else { return }
        operation.abandon(.cancelled)
        lookAgain(at: loop.now + Connection.patience)
    }

    func check(_ batch: PostgresBatch) throws(PostgresError) {
        if let defect = batch.defect { throw defect }
        let items = batch.items
        for index in items.indices where items[index].statement.controlsSession {
            throw .misuse("a statement that controls the session or the transaction, in a batch")
        }
    }

    // MARK: Transactions

    /// Runs `body` with a connection of its own, in one transaction: kept when `body` returns, undone when it throws or its
    /// task is cancelled. For what needs an answer before the next statement; anything else is a batch.
    ///
    /// Nothing is sent before the first statement. Settings changed inside, advisory locks included, do not outlive it;
    /// temporary tables need `on commit drop`.
    /// - Parameter deadline: how long it may take in all, `body` included; the lane's own when nil.
    package func transaction<Value>(
        lane: PostgresLane = .interactive, mode: PostgresTransactionMode = .readCommitted, deadline: Duration? = nil,
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        loop.assertCurrent()
        let until = self.deadline(deadline, lane)
        let transaction = PostgresTransaction(try await lease(lane, until: until), pool: self, mode: mode, until: until)
        do {
            let value = try await body(transaction)
            try await transaction.commit()
            return value
        } catch {
            await transaction.rollBack()
            throw error
        }
    }

    /// Runs a script of any statements, separated by `;`, as one transaction unless it says otherwise: migrations.
    package func execute(
        unprepared sql: String, lane: PostgresLane = .background, deadline: Duration? = nil
    ) async throws(PostgresError) {
        loop.assertCurrent()
        let until = self.deadline(deadline, lane)
        let transaction = PostgresTransaction(
            try await lease(lane, until: until), pool: self, mode: .readCommitted, until: until)
        do {
            try await transaction.runScript(sql)
        } catch {
            await transaction.rollBack()
            throw error
        }
        await transaction.rollBack()
    }

    private func lease(_ lane: PostgresLane, until: Instant) async throws(PostgresError) -> Connection {
        if let refusal = refusal(self.lane(lane)) {
            instruments.refused.add()
            throw refusal
        }
        guard !Task.isCancelled else { throw .cancelled }
        let waiter = LeaseWaiter(deadline: until)
        let outcome = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                waiter.start(continuation)
                if self.lane(lane).requestLease(waiter) {
                    lookAgain(at: until)
                } else {
                    instruments.refused.add()
                    waiter.settle(.failure(.overloaded))
                }
            }
        } onCancel: {
            loop.execute { waiter.settle(.failure(.cancelled)) }
        }
        return try outcome.get()
    }
}

/// How a transaction begins.
package enum PostgresTransactionMode: Sendable {
    case readCommitted
    case readOnly
    /// Everything read is of one instant.
    case repeatableRead
    case serializable

    private static let readCommittedBegin = PostgresStatement("begin isolation level read committed read write")
    private static let readOnlyBegin = PostgresStatement("begin isolation level read committed read only")
    private static let repeatableReadBegin = PostgresStatement("begin isolation level repeatable read read write")
    private static let serializableBegin = PostgresStatement("begin isolation level serializable read write")

    var begin: PostgresStatement {
        switch self {
        case .readCommitted: PostgresTransactionMode.readCommittedBegin
        case .readOnly: PostgresTransactionMode.readOnlyBegin
        case .repeatableRead: PostgresTransactionMode.repeatableReadBegin
        case .serializable: PostgresTransactionMode.serializableBegin
        }
    }
}
