internal import CPostgres

/// The rows that one statement returned, still in the memory libpq read them into: a column nobody asks for costs nothing.
package struct PostgresRows: RandomAccessCollection, Sendable {
    private let result: QueryResult?
    package let count: Int

    init(_ result: QueryResult) {
        self.result = result
        count = Int(PQntuples(result.pointer))
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { count }

    package subscript(index: Int) -> PostgresRow {
        precondition(index >= 0 && index < count, "row \(index) of \(count)")
        return PostgresRow(result: result, index: Int32(index))
    }

    /// How many rows an `insert`, `update`, `delete`, `merge` or `select` touched.
    package var affected: Int {
        guard let result, let text = PQcmdTuples(result.pointer) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// The command as PostgreSQL names it: `INSERT 0 1`, `COMMIT`.
    var commandTag: String {
        guard let result, let text = PQcmdStatus(result.pointer) else { return "" }
        return String(cString: text)
    }
}

/// Owns one PGresult.
final class QueryResult: @unchecked Sendable {
    // Safety: a PGresult is never changed once it is handed over, reading it is safe from any thread, and it is freed once.
    let pointer: OpaquePointer

    init(owned pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQclear(pointer) }
}
