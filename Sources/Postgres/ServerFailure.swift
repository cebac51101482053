internal import CPostgres

/// An error that the server reported, and what it means for the connection.
struct ServerFailure {
    let error: PostgresError
    /// Which statement of the batch it was.
    let statementIndex: Int
    private let sqlState: String
    private let source: String

    init(_ result: OpaquePointer, statementIndex: Int = 0) {
        func field(_ code: UnicodeScalar) -> String? {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
        }
        self.statementIndex = statementIndex
        sqlState = field("C") ?? ""
        source = field("R") ?? ""
        if sqlState.isEmpty {
            // Made up by libpq, when the connection broke.
            error = .unavailable(.connectionLost)
        } else {
            error = .server(
                sqlState: sqlState, message: ServerFailure.withoutValues(field("M") ?? "", sqlState),
                constraint: field("n"))
        }
    }

    /// The session is over: the server shuts down, crashed or was told to end it.
    var endsSession: Bool {
        sqlState.isEmpty || sqlState == "57P01" || sqlState == "57P02" || sqlState == "57P05" || sqlState == "25P03"
    }

    /// An administrator ended the session, or the whole server. The server only says so between two steps of a transaction, never
    /// after its commit: a commit that still waits for a standby ends without a word.
    var isOrderlyEnd: Bool { sqlState == "57P01" }

    /// Whether a notice says that a commit stopped waiting for the standby. Told by where it comes from: its text has a language.
    static func endsWaitForStandby(_ notice: OpaquePointer) -> Bool {
        guard let source = PQresultErrorField(notice, Int32(UnicodeScalar("R").value)) else { return false }
        return String(cString: source) == "SyncRepWaitForLSN"
    }

    var isStatementMissing: Bool { sqlState == "26000" }

    /// "Cached plan must not change result type": a migration changed a table under a prepared `select *`.
    var isPlanStale: Bool { sqlState == "0A000" && source == "RevalidateCachedQuery" }

    var isCancelled: Bool { sqlState == "57014" }

    /// Data exceptions (class 22) quote the value after a colon: `invalid input syntax for type integer: "…"`.
    private static func withoutValues(_ message: String, _ sqlState: String) -> String {
        guard sqlState.hasPrefix("22"), let quote = message.firstIndex(of: "\"") else { return message }
        let words = message[..<quote]
        return String(words.reversed().drop { $0 == " " || $0 == ":" }.reversed())
    }
}
