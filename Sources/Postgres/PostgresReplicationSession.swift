internal import CPostgres
package import Runtime

/// A session that speaks the replication protocol, for the one thing that SQL cannot do: make a slot together with a snapshot
/// of exactly the rows that the slot will tell nothing of. The snapshot lasts as long as the session.
package final class PostgresReplicationSession: @unchecked Sendable {
    // Safety: confined to its loop.
    private let loop: EventLoop
    private let handle: OpaquePointer
    private var registration: RegistrationID?
    private var continuation: UnsafeContinuation<PostgresError?, Never>?
    private var timer: TimerID?
    private var isClosed = false

    /// Opens a session as `configuration` says. Must be called on `loop`, and closed.
    package static func open(
        on loop: EventLoop, _ configuration: PostgresConfiguration
    ) async throws(PostgresError) -> PostgresReplicationSession {
        loop.assertCurrent()
        var configuration = configuration
        configuration.isReplication = true
        // The session waits in its transaction while others read from its snapshot.
        configuration.openTransactionLimit = .zero
        configuration.backgroundStatementLimit = .zero
        let outcome = await withUnsafeContinuation {
            (continuation: UnsafeContinuation<Result<LoopHandle, PostgresUnavailability>, Never>) in
            let keeper = Keeper()
            let handshake = Handshake(configuration, lane: .background, on: loop) { outcome in
                keeper.handshake = nil
                continuation.resume(returning: outcome.map(LoopHandle.init))
            }
            keeper.handshake = handshake
            handshake.start()
        }
        switch outcome {
        case .success(let handle): return try PostgresReplicationSession(loop, handle.pointer)
        case .failure(let reason): throw .unavailable(reason)
        }
    }

    /// Keeps the attempt alive until it has ended.
    private final class Keeper { var handshake: Handshake? }

    private struct LoopHandle: @unchecked Sendable {
        // Safety: handed from the loop to the loop.
        let pointer: OpaquePointer
    }

    private init(_ loop: EventLoop, _ handle: OpaquePointer) throws(PostgresError) {
        self.loop = loop
        self.handle = handle
        PQsetnonblocking(handle, 1)
        registration = try? loop.register(PQsocket(handle), .read) { [unowned self] _ in resume(nil) }
        guard registration != nil else {
            PQfinish(handle)
            throw .unavailable(.unreachable)
        }
    }

    /// Makes a logical slot for publications.
    /// - Parameter name: lower-case letters, digits and underscores.
    /// - Returns: the name of the snapshot, for `set transaction snapshot`, good until `close()`.
    /// - Throws: `.timedOut` when transactions that were open before have not ended by then; the server may still make the
    ///   slot, so that the caller has to remove it.
    package func createSlot(_ name: String, within limit: Duration) async throws(PostgresError) -> String {
        loop.assertCurrent()
        guard
            name.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
            )
        else { throw .misuse("not the name of a slot") }
        guard !isClosed,
            PQsendQuery(handle, "CREATE_REPLICATION_SLOT \(name) LOGICAL pgoutput (SNAPSHOT 'export')") == 1,
            PQflush(handle) >= 0
        else { throw .unavailable(.connectionLost) }
        timer = loop.schedule(after: limit) { [unowned self] in
            timer = nil
            resume(.timedOut)
        }
        defer {
            if let timer { loop.cancel(timer) }
            timer = nil
        }
        var snapshot: String?
        var failure: PostgresError?
        while let result = try await nextResult() {
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK where PQntuples(result) == 1 && PQnfields(result) > 2:
                snapshot = PQgetvalue(result, 0, 2).map { String(cString: $0) }
            case PGRES_FATAL_ERROR: failure = ServerFailure(result).error
            default: break
            }
            PQclear(result)
        }
        if let failure { throw failure }
        guard let snapshot else { throw .unavailable(.connectionLost) }
        return snapshot
    }

    /// Ends the session, and with it the snapshot; the slot stays.
    package func close() {
        loop.assertCurrent()
        guard !isClosed else { return }
        isClosed = true
        if let registration { loop.unregister(registration) }
        registration = nil
        PQfinish(handle)
        resume(.closed)
    }

    private func nextResult() async throws(PostgresError) -> OpaquePointer? {
        while true {
            guard !isClosed else { throw .closed }
            guard PQisBusy(handle) != 0 else { return PQgetResult(handle) }
            let error = await withUnsafeContinuation { continuation = $0 }
            if let error { throw error }
            guard !isClosed else { throw .closed }
            if PQconsumeInput(handle) == 0, PQisBusy(handle) != 0 { throw .unavailable(.connectionLost) }
        }
    }

    private func resume(_ error: PostgresError?) {
        // Nothing is expected while the snapshot is only held: a server that ends the session shows when it is next used.
        guard let continuation else {
            if !isClosed, PQconsumeInput(handle) == 0, let registration {
                loop.unregister(registration)
                self.registration = nil
            }
            return
        }
        self.continuation = nil
        continuation.resume(returning: error)
    }
}
