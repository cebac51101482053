internal import Runtime

/// A transaction that waits for a connection of its own.
final class LeaseWaiter: @unchecked Sendable {
    // Safety: confined to its pool's loop; other threads only carry the reference there.
    typealias Outcome = Result<Connection, PostgresError>

    let deadline: Instant
    private var continuation: UnsafeContinuation<Outcome, Never>?

    init(deadline: Instant) { self.deadline = deadline }

    var isSettled: Bool { continuation == nil }

    func start(_ continuation: UnsafeContinuation<Outcome, Never>) { self.continuation = continuation }

    /// Answers the caller, once.
    func settle(_ outcome: Outcome) {
        continuation?.resume(returning: outcome)
        continuation = nil
    }
}
