internal import Runtime

/// One batch on its way: waiting in a lane, then sent on a connection, until its caller has an answer and the server has
/// sent its last word on it. The two differ when the caller gave up.
final class Operation: @unchecked Sendable {
    // Safety: confined to its pool's loop; other threads only carry the reference there.
    enum Kind {
        /// What a caller asked for on a shared connection.
        case batch
        /// One of a transaction's: bound to its connection, never sent again.
        case exclusive
        /// The preparation of a statement that operations behind it use.
        case preparation(statement: Int)
        /// Our own; its failure costs the connection.
        case housekeeping
    }

    typealias Outcome = Result<[PostgresRows], PostgresError>

    let kind: Kind
    let batch: PostgresBatch
    let lane: PostgresLane
    let started: Instant
    let deadline: Instant
    var attempts = 0
    var failure: PostgresError?
    /// It failed through no fault of its own, and was undone.
    var needsRestart = false
    /// Nobody waits for the answer any more.
    private(set) var isAbandoned = false
    private(set) var abandoned = Instant.distantFuture
    private(set) var rows: [PostgresRows] = []
    private var continuation: UnsafeContinuation<Outcome, Never>?
    private let hasNoCaller: Bool

    init(_ kind: Kind, _ batch: PostgresBatch, lane: PostgresLane, started: Instant, deadline: Instant) {
        self.kind = kind
        self.batch = batch
        self.lane = lane
        self.started = started
        self.deadline = deadline
        hasNoCaller =
            switch kind {
            case .batch, .exclusive: false
            case .preparation, .housekeeping: true
            }
    }

    /// Whether it has had its answer. What has no caller is settled by its deadline only.
    var isSettled: Bool { continuation == nil && (isAbandoned || !hasNoCaller) }

    /// Whether it may be sent again after its implicit transaction was certainly undone.
    var canRestart: Bool {
        if case .batch = kind { !isAbandoned && attempts < 3 } else { false }
    }

    /// Whether it may be sent again when nobody knows if it was done: a server that goes down slowly ends sessions one by one.
    var canRepeat: Bool { canRestart && batch.isRepeatable }

    func start(_ continuation: UnsafeContinuation<Outcome, Never>) { self.continuation = continuation }

    func prepareToRestart() {
        rows = []
        failure = nil
        needsRestart = false
    }

    func append(_ result: PostgresRows) {
        guard !isAbandoned else { return }
        if rows.isEmpty { rows.reserveCapacity(batch.count) }
        rows.append(result)
    }

    /// Answers the caller, once.
    func settle(_ outcome: Outcome) {
        guard let continuation else { return }
        self.continuation = nil
        continuation.resume(returning: outcome)
    }

    func abandon(_ error: PostgresError) {
        isAbandoned = true
        abandoned = .now
        rows = []
        settle(.failure(error))
    }
}
