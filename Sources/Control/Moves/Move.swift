package import Tenancy

/// One move of one establishment from shard to shard, as the directory keeps it.
package struct Move: Sendable {
    /// Written before what it names is begun. Up to `verifying` everything can be undone; `flipped` is the moment of the move.
    package enum State: String, Sendable, CaseIterable {
        case planned
        /// A slot on the source, and a snapshot of what it will not tell.
        case slot
        case copying
        /// The target takes what was written meanwhile.
        case catchingUp = "catching_up"
        /// Writes wait.
        case frozen
        /// Everything has arrived; source and target change their minds about who serves.
        case verifying
        /// The directory says the target.
        case flipped
        /// The source is emptied, or made to follow.
        case draining
        case done
        case aborting
        case aborted

        package var isOver: Bool { self == .done || self == .aborted }

        /// Whether the directory still names the source.
        package var precedesTheFlip: Bool {
            switch self {
            case .planned, .slot, .copying, .catchingUp, .frozen, .verifying, .aborting: true
            case .flipped, .draining, .done, .aborted: false
            }
        }
    }

    /// Whether the move can be taken back without copying anything.
    package enum WayBack: String, Sendable, CaseIterable {
        case none
        /// The source follows what the target writes.
        case open
        /// A return is under way, or has been made.
        case taken
        case closing
        case closed
        /// The source could not follow: its slot is gone.
        case lost
    }

    /// What comparing both sides, row by row, as of the moment of the move has found.
    package enum Verification: String, Sendable, CaseIterable {
        case pending
        case equal
        case different
        /// The mover was interrupted: that moment cannot be looked at again.
        case skipped
    }

    package let id: Int64
    package let establishment: EstablishmentID
    package let source: ShardID
    package let target: ShardID
    /// Of the placement on the target; the source's is one less.
    package let epoch: Int64
    /// The move whose way back this one takes.
    package let returns: Int64?
    package var state: State
    package let attempt: Int
    package let feed: String
    package let backFeed: String
    package let wayBack: WayBack
    package let keepSeconds: Int
    /// Microseconds since 1970, as all times here.
    package let wayBackUntil: Int64?
    package let isForced: Bool
    package let isCancelled: Bool
    package let bytesPerSecond: Int64?
    package let rowsExpected: Int64
    package let rowsCopied: Int64
    package let bytesCopied: Int64
    package let pauseMilliseconds: Double?
    package let verification: Verification
    package let error: String
    package let createdAt: Int64
    package let copyingAt: Int64?
    package let flippedAt: Int64?
    package let endedAt: Int64?
    /// Place in the target's log from which on the source follows.
    package let backFrom: String

    /// Seconds that the copying will still take, by its pace so far; nil when that says nothing.
    package func secondsLeft(now: Int64) -> Double? {
        guard state == .copying, let copyingAt, rowsCopied > 0, rowsExpected > rowsCopied else { return nil }
        return Double(now - copyingAt) / 1e6 / Double(rowsCopied) * Double(rowsExpected - rowsCopied)
    }
}
