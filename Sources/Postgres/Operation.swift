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
    private(set) var deadline: Instant
    var attempts = 0
    var failure: PostgresError?
    /// It failed through no fault of its own, and was undone.
    var needsRestart = false
    /// It was not sent, or the server said that it ends the session before its end: nothing of it was kept.
    var wasUndone = false
    /// The commit of a transaction: not cancelled, since what a cancelled commit has written stays, on this server alone.
    var isCommit = false
    /// Its commit stopped waiting for the standby: it is kept here, and may be lost with this server.
    var isUnreplicated = false
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
    var canRestart: Bool { mayBeSentAgain(attempts: 3) }

    /// Whether it may be sent again although its session has ended. A server that goes down ends sessions one by one, and what
    /// was undone with one may meet the end of every other of its lane.
    var canRepeat: Bool { wasUndone ? mayBeSentAgain(attempts: 12) : batch.isRepeatable && canRestart }

    private func mayBeSentAgain(attempts most: Int) -> Bool {
        if case .batch = kind { !isAbandoned && attempts < most } else { false }
    }

    func start(_ continuation: UnsafeContinuation<Outcome, Never>) { self.continuation = continuation }

    func prepareToRestart() {
        rows = []
        failure = nil
        needsRestart = false
        wasUndone = false
        isUnreplicated = false
    }

    /// Lets it wait longer than its caller had thought.
    func extend(to instant: Instant) { deadline = max(deadline, instant) }

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
