internal import Postgres
package import Runtime
package import Web

/// Where a list that shows the newest first goes on: behind a row, told by its own values, so that the row itself may have gone
/// since.
package struct ListPlace: Sendable, Equatable {
    /// Of the row, in microseconds since 1970, as the directory keeps it.
    package let createdAt: Int64
    /// Tells rows of one moment apart.
    package let id: UUID

    package init(createdAt: Int64, id: UUID) {
        self.createdAt = createdAt
        self.id = id
    }

    /// As the conditions of a list compare it: `conditions.addRow("(created_at, id) < ", place.row)`.
    var row: [any PostgresBindable] { [PostgresTimestamp(microseconds: createdAt), id] }
}

/// A row of a list that shows the newest first.
protocol Dated: Sendable {
    var place: ListPlace { get }
}

extension CursorSigner {
    /// - Parameter list: names the list; a cursor of one is refused by another.
    package func cursor(_ place: ListPlace, list: String) -> String {
        cursor([String(place.createdAt), place.id.description], list: list)
    }

    /// - Throws: `invalidCursor`.
    package func place(of cursor: String, list: String) throws(Problem) -> ListPlace {
        let values = try values(of: cursor, list: list, count: 2)
        guard let createdAt = Int64(values[0]), let id = UUID(values[1]) else { throw Problem(.invalidCursor) }
        return ListPlace(createdAt: createdAt, id: id)
    }
}
