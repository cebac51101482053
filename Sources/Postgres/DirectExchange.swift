internal import CPostgres
internal import Runtime

/// The use of a connection out of pipeline mode, by one caller: a script or a COPY.
final class DirectExchange: @unchecked Sendable {
    // Safety: confined to its pool's loop; other threads only carry the reference there.
    let connection: Connection
    private var deadline: Instant
    private var continuation: UnsafeContinuation<PostgresError?, Never>?
    /// Set once the deadline has passed or the task was cancelled: the server was asked to stop.
    private(set) var failure: PostgresError?

    init(_ connection: Connection, deadline: Instant) {
        self.connection = connection
        self.deadline = deadline
    }

    func open() {
        guard connection.loss == nil else { return }
        connection.direct = self
        connection.watch([])
        if PQexitPipelineMode(connection.handle) != 1 { connection.lose(.connectionLost) }
    }

    /// Gives the connection back to its pipeline. One that was left in the middle of something is lost.
    func finish() {
        guard connection.loss == nil else { return }
        connection.direct = nil
        guard PQtransactionStatus(connection.handle) != PQTRANS_ACTIVE, PQenterPipelineMode(connection.handle) == 1
        else {
            return connection.lose(.connectionLost)
        }
        connection.watch(.read)
    }

    /// Suspends until the connection is ready for `interest`. - Throws: when the connection is lost meanwhile.
    func wait(for interest: Readiness) async throws(PostgresError) {
        if let loss = connection.loss { throw .unavailable(loss) }
        let loop = connection.loop
        let error = await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<PostgresError?, Never>) in
                self.continuation = continuation
                connection.watch(interest)
            }
        } onCancel: {
            loop.execute { self.interrupt(.cancelled) }
        }
        if let error { throw error }
        connection.watch([])
    }

    func ready(_ readiness: Readiness) {
        // A hang-up is reported even when nothing is waited for.
        if continuation == nil, readiness.contains(.failed) { return connection.lose(.connectionLost) }
        resume(nil)
    }

    func connectionLost() { resume(.unavailable(connection.loss ?? .connectionLost)) }

    func expire(at now: Instant) -> Instant {
        guard now >= deadline else { return deadline }
        guard failure == nil else {
            connection.lose(.hung)
            return .distantFuture
        }
        interrupt(.timedOut)
        return deadline
    }

    /// Asks the server to stop; its answer ends the exchange.
    func interrupt(_ error: PostgresError) {
        guard failure == nil, connection.direct === self else { return }
        failure = error
        connection.requestCancel()
        deadline = connection.loop.now + connection.configuration.cancelGrace
        connection.pool.lookAgain(at: deadline)
        // Wakes a caller that waits for room to write to a server that may have stopped reading.
        resume(nil)
    }

    private func resume(_ error: PostgresError?) {
        let continuation = continuation
        self.continuation = nil
        continuation?.resume(returning: error)
    }
}
