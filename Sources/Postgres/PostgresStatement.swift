internal import Synchronization

/// A statement of the program, prepared once on each connection that runs it.
///
/// The same literal is the same statement wherever and however often a `PostgresStatement` is made of it; keep it in a
/// `static let` of a `…Store` file all the same. Parameters are `$1`, `$2`, …
package struct PostgresStatement: Sendable {
    /// Dense, so that a connection finds its prepared form by an index; 0 for one that is never prepared.
    let number: Int
    let sql: String
    /// Begins, ends or changes what outlives the batch: refused outside the calls made for it.
    let controlsSession: Bool

    package init(_ sql: StaticString) {
        let text = sql.description
        self.sql = text
        number = PostgresStatement.numbers.withLock { numbers in
            if let number = numbers[text] { return number }
            let number = numbers.count + 1
            numbers[text] = number
            return number
        }
        controlsSession = PostgresStatement.controlsSession(text)
    }

    /// A statement whose text is put together at run time, parsed each time it runs: migrations, `notify` of a computed
    /// channel. Never put what a person wrote in it.
    package init(unsafeSQL sql: String) {
        self.sql = sql
        number = 0
        controlsSession = PostgresStatement.controlsSession(sql)
    }

    private static let numbers = Mutex<[String: Int]>([:])

    /// A pooled connection must be handed on as it was found. What slips through here inside a transaction is undone by
    /// the reset at its end.
    private static func controlsSession(_ sql: String) -> Bool {
        let text = withoutLeadingComments(sql.lowercased())
        let words = text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        guard let first = words.first else { return false }
        switch first {
        case "begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release", "prepare", "deallocate",
            "discard", "reset", "listen", "unlisten", "declare", "load", "copy":
            return true
        case "set": return words.count < 2 || words[1] != "local"
        default: return setsForTheSession(text)
        }
    }

    /// Whether there is a `set_config(…, …, false)`.
    private static func setsForTheSession(_ text: Substring) -> Bool {
        var rest = text[...]
        while let call = rest.firstRange(of: "set_config") {
            rest = rest[call.upperBound...]
            let last = rest.prefix { $0 != ")" }.split(separator: ",").last ?? ""
            if last.drop(while: \.isWhitespace).hasPrefix("false") { return true }
        }
        return false
    }

    private static func withoutLeadingComments(_ sql: String) -> Substring {
        var rest = sql[...]
        while true {
            rest = rest.drop(while: \.isWhitespace)
            if rest.hasPrefix("--") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("/*"), let end = rest.firstRange(of: "*/") {
                rest = rest[end.upperBound...]
            } else {
                return rest
            }
        }
    }
}
