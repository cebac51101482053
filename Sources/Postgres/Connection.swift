internal import CPostgres
internal import Runtime

/// One session in pipeline mode: operations are sent as they come, each closed by a synchronisation point of its own, and
/// answered in order.
final class Connection: @unchecked Sendable {
    // Safety: confined to its pool's loop.
    let handle: OpaquePointer
    let loop: EventLoop
    let configuration: PostgresConfiguration
    /// When it was opened, and when the server last said something.
    let opened: Instant
    var lastHeard: Instant

    var inFlight = Fifo<Operation>()
    /// Given to one transaction; nothing else is sent on it.
    var isLeased = false
    /// Why it cannot be used any more; nil while it can.
    private(set) var loss: PostgresUnavailability?
    /// The operation that was asked to stop, and by when it has to.
    var cancellation: (operation: Operation, until: Instant)?
    /// A late request to cancel hits whatever runs by then: until this instant a cancelled query may be its victim.
    var strayCancelUntil: Instant?
    /// Set while a COPY or a script has the connection to itself, out of pipeline mode.
    var direct: DirectExchange?

    let lane: Lane
    // The pool outlives its connections: it is closed before it goes.
    unowned let pool: PostgresPool
    private var registration: RegistrationID?
    private var isWaitingToWrite = false
    private var cork: Cork
    private var arrays = ParameterArrays()
    private var prepared: [PreparedStatement?] = []
    private var preparedCount = 0
    /// Statements whose last preparation failed, until one succeeds: operations sent behind it find no statement.
    private var preparationFailures: [Int: PostgresError] = [:]

    /// Takes over an open session. - Throws: `RuntimeError` when the loop cannot watch it; the session is then closed.
    init(owned handle: OpaquePointer, of pool: PostgresPool, in lane: Lane) throws(RuntimeError) {
        self.handle = handle
        self.pool = pool
        self.lane = lane
        loop = pool.loop
        configuration = pool.configuration
        opened = loop.now
        lastHeard = loop.now
        cork = Cork(socket: PQsocket(handle))
        PQsetnonblocking(handle, 1)
        PQenterPipelineMode(handle)
        PQsetNoticeReceiver(
            handle,
            { connection, notice in
                guard let connection, let notice, ServerFailure.endsWaitForStandby(notice) else { return }
                Unmanaged<Connection>.fromOpaque(connection).takeUnretainedValue().inFlight.first?.isUnreplicated = true
            }, Unmanaged.passUnretained(self).toOpaque())
        do {
            registration = try loop.register(PQsocket(handle), .read) { [unowned self] in ready($0) }
        } catch {
            PQfinish(handle)
            throw error
        }
    }

    /// Ends the session; operations in flight fail with `reason` or are handed back to the lane.
    func lose(_ reason: PostgresUnavailability) {
        guard loss == nil else { return }
        loss = reason
        if let registration { loop.unregister(registration) }
        registration = nil
        let operations = inFlight.removeAll()
        PQfinish(handle)
        direct?.connectionLost()
        direct = nil
        pool.connectionWasLost(self, reason, operations)
    }

    var isSuspect: Bool { cancellation != nil }
    /// Something was written in this turn that leaves at its end.
    var isHoldingBack: Bool { cork.isClosed }

    // MARK: Sending

    func send(_ operation: Operation) {
        operation.attempts += 1
        let items = operation.batch.items
        for index in items.indices where items[index].statement.number > 0 {
            guard loss == nil else { break }
            if preparedStatement(for: items[index], of: operation.batch) == nil {
                prepare(items[index], of: operation)
            }
        }
        guard loss == nil else {
            operation.wasUndone = true
            return pool.operationWasStranded(operation)
        }
        inFlight.append(operation)
        // libpq writes at every synchronisation point; what one turn of the loop asks for leaves together.
        if cork.close() {
            loop.atEndOfRun { [self] in
                if loss == nil { cork.open() }
            }
        }
        sendItems(operation.batch)
        flush()
    }

    private func sendItems(_ batch: PostgresBatch) {
        let isSent = batch.bytes.withUnsafeBufferPointer { bytes in
            for item in batch.items {
                arrays.fill(item, of: batch, bytes: bytes)
                guard sendItem(item, of: batch) == 1 else { return false }
            }
            return PQpipelineSync(handle) == 1
        }
        if !isSent { loseAfterLastWords() }
    }

    /// A server that ends its sessions says so before it hangs up: what was sent to it since was not begun. libpq has that in
    /// its buffer when it finds that nothing can be sent any more.
    private func loseAfterLastWords() {
        PQconsumeInput(handle)
        receive()
        lose(.connectionLost)
    }

    private func sendItem(_ item: PostgresBatch.Item, of batch: PostgresBatch) -> Int32 {
        let count = Int32(item.parameters.count)
        guard let statement = preparedStatement(for: item, of: batch) else {
            return PQsendQueryParams(
                handle, item.statement.sql, count, arrays.types, arrays.values, arrays.lengths, arrays.formats, 1)
        }
        return PQsendQueryPrepared(
            handle, statement.name, count, arrays.values, arrays.lengths, arrays.formats, 1)
    }

    func flush() {
        guard loss == nil, let registration else { return }
        let result = PQflush(handle)
        guard result >= 0 else { return loseAfterLastWords() }
        guard (result == 1) != isWaitingToWrite else { return }
        isWaitingToWrite = result == 1
        loop.update(registration, isWaitingToWrite ? [.read, .write] : .read)
    }

    /// What a direct exchange waits for; `[]` while its caller is not ready for more.
    func watch(_ interest: Readiness) {
        if let registration { loop.update(registration, interest) }
        isWaitingToWrite = false
    }

    // MARK: Prepared statements

    private func preparedStatement(for item: PostgresBatch.Item, of batch: PostgresBatch) -> PreparedStatement? {
        let number = item.statement.number
        guard number < prepared.count, let statement = prepared[number], statement.fits(item, of: batch) else {
            return nil
        }
        return statement
    }

    /// Sends the preparation as an operation of its own, so that its failure is told apart from the batch's.
    private func prepare(_ item: PostgresBatch.Item, of operation: Operation) {
        let batch = operation.batch
        let number = item.statement.number
        while prepared.count <= number { prepared.append(nil) }
        // The same statement with parameters of other types: the old form will not be used again.
        if let old = prepared[number] { release(old, deadline: operation.deadline) }
        guard loss == nil else { return }
        preparedCount += 1
        let statement = PreparedStatement(
            name: "p\(preparedCount)", types: item.parameters.map { batch.parameters[$0].type })
        prepared[number] = statement
        inFlight.append(
            Operation(
                .preparation(statement: number), PostgresBatch(), lane: lane.kind, started: operation.started,
                deadline: operation.deadline))
        let sent = PQsendPrepare(
            handle, statement.name, item.statement.sql, Int32(statement.types.count), statement.types)
        if sent != 1 || PQpipelineSync(handle) != 1 { loseAfterLastWords() }
    }

    private func release(_ statement: PreparedStatement, deadline: Instant) {
        guard let name = statement.name else { return }
        let batch = PostgresBatch(PostgresStatement(unsafeSQL: "deallocate " + String(cString: name)))
        // May fail: the statement may be gone already, which is what we want.
        inFlight.append(
            Operation(.preparation(statement: 0), batch, lane: lane.kind, started: loop.now, deadline: deadline))
        sendItems(batch)
    }

    private func forgetPrepared(_ number: Int) {
        if number < prepared.count { prepared[number] = nil }
    }

    func forgetEveryPrepared() { prepared = [] }

    // MARK: Receiving

    private func ready(_ readiness: Readiness) {
        if let direct { return direct.ready(readiness) }
        let isAlive = PQconsumeInput(handle) == 1
        receive()
        guard loss == nil else { return }
        guard isAlive else { return lose(.connectionLost) }
        if isWaitingToWrite || readiness.contains(.write) { flush() }
    }

    private func receive() {
        lastHeard = loop.now
        var answered = false
        var emptyResults = 0
        while let operation = inFlight.first, loss == nil, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else {
                // The end of one statement's results. Two in a row: libpq has forgotten what we wait for.
                emptyResults += 1
                if emptyResults == 2 { return lose(.connectionLost) }
                continue
            }
            emptyResults = 0
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                operation.append(PostgresRows(QueryResult(owned: result)))
            case PGRES_PIPELINE_SYNC:
                PQclear(result)
                _ = inFlight.popFirst()
                answered = true
                complete(operation)
            case PGRES_PIPELINE_ABORTED: PQclear(result)
            case PGRES_FATAL_ERROR:
                let failure = ServerFailure(result, statementIndex: operation.rows.count)
                PQclear(result)
                note(failure, of: operation)
            default:
                // COPY started from inside a function: its data would have no place in a pipeline.
                PQclear(result)
                operation.settle(.failure(.misuse("COPY in a batch")))
                return lose(.connectionLost)
            }
        }
        guard answered, loss == nil else { return }
        if let head = inFlight.first, head.isAbandoned { pool.lookAgain(at: loop.now + Connection.patience) }
        lane.dispatch()
    }

    private func note(_ failure: ServerFailure, of operation: Operation) {
        guard operation.failure == nil else { return }
        operation.failure = failure.error
        if failure.endsSession {
            // Those behind it had not begun.
            if failure.isOrderlyEnd { for each in inFlight.elements { each.wasUndone = true } }
            return lose(.connectionLost)
        }
        let items = operation.batch.items
        let number = failure.statementIndex < items.count ? items[failure.statementIndex].statement.number : 0
        if failure.isStatementMissing, let cause = preparationFailures[number] {
            operation.failure = cause
        } else if failure.isStatementMissing {
            // Somebody deallocated behind our back: whatever else was prepared is gone as well.
            forgetEveryPrepared()
            operation.needsRestart = true
        } else if failure.isPlanStale {
            forgetPrepared(number)
            operation.needsRestart = true
        } else if failure.isCancelled, let strayCancelUntil, loop.now < strayCancelUntil, !operation.isAbandoned {
            operation.needsRestart = true
        }
    }

    private func complete(_ operation: Operation) {
        if let cancellation, cancellation.operation === operation { self.cancellation = nil }
        switch operation.kind {
        case .preparation(let statement):
            if statement > 0 {
                preparationFailures[statement] = operation.failure
                if operation.failure != nil { forgetPrepared(statement) }
            }
            return
        case .housekeeping:
            if operation.failure != nil { return lose(.connectionLost) }
        case .batch where operation.needsRestart && operation.canRestart:
            operation.prepareToRestart()
            return lane.restart(operation)
        case .batch, .exclusive: break
        }
        // Nothing of ours is said to be done that may still be undone. Whoever asked finds out on another connection.
        if operation.isUnreplicated {
            operation.settle(.failure(.unavailable(.connectionLost)))
            return lose(.connectionLost)
        }
        if let failure = operation.failure {
            operation.settle(.failure(failure))
        } else {
            operation.settle(.success(operation.rows))
        }
        pool.operationWasAnswered(operation)
        // A transaction left open would swallow whatever comes next.
        if !isLeased, inFlight.isEmpty, PQtransactionStatus(handle) != PQTRANS_IDLE { lose(.connectionLost) }
    }
}
