internal import Web

/// Where the gate leaves a session that still owes a second factor: for the pages that ask for it, and for no other.
enum PendingKey: CallKey { typealias Value = Session }

extension Call {
    /// A session that still owes a second factor.
    var pendingSession: Session? { self[PendingKey.self] }
}
