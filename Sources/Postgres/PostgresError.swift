/// What a database call can fail with. Never contains a parameter, a row or a password.
package enum PostgresError: Error, Equatable, Sendable {
    /// The server refused a statement; nothing of the batch was kept. `message` is the primary message without the values
    /// that PostgreSQL quotes in it; `constraint` is the violated one's name.
    case server(sqlState: String, message: String, constraint: String?)
    /// No connection, or the connection was lost. Sent batches that were not `isRepeatable` may or may not have been kept.
    case unavailable(PostgresUnavailability)
    /// Not done within its deadline; the query was cancelled. A write may or may not have been kept.
    case timedOut
    /// The calling task was cancelled; so was the query.
    case cancelled
    /// Too much is waiting for this server already.
    case overloaded
    /// A column does not hold what the code expects; `column` counts from 0.
    case decoding(column: Int, expected: String)
    /// A value that PostgreSQL cannot hold, such as text with a NUL; `parameter` counts from 1.
    case invalidValue(parameter: Int)
    /// The code asked for what this interface does not allow; the text says what.
    case misuse(String)
    /// The pool was closed.
    case closed

    /// SQLSTATE of a `.server` error.
    package var sqlState: String? {
        if case .server(let sqlState, _, _) = self { sqlState } else { nil }
    }

    /// The server lacks what it would need: room on its disk, memory, connections (class 53), a disk that works (58030).
    /// Nothing is wrong with what it was asked. A write in a transaction of ours that only reads (25006) is.
    package var isIncapacity: Bool {
        guard let sqlState else { return false }
        return sqlState.hasPrefix("53") || sqlState == "58030"
    }

    /// The violated constraint's name when this is a violation of a unique, foreign key, check or exclusion constraint.
    package var violatedConstraint: String? {
        if case .server(let sqlState, _, let constraint) = self, sqlState.hasPrefix("23") { constraint } else { nil }
    }
}

/// Why a server cannot be used.
package enum PostgresUnavailability: Error, Equatable, Sendable {
    /// The host name does not resolve.
    case unknownHost
    /// Nothing listens there, or the network does not reach it.
    case unreachable
    /// It accepts connections and does not answer within `connectDeadline`, or has stopped answering.
    case hung
    /// It refused us; SQLSTATE, such as 28P01 (password), 3D000 (no such database), 53300 (too many connections), 57P03
    /// (starting up or shutting down).
    case refused(sqlState: String)
    /// It follows another server, or has become one that does: writes are somebody else's.
    case standby
    /// The connection ended while the batch was under way.
    case connectionLost
}
