/// One page of a list: its items, and the cursor of the next page when there is one.
///
/// Read `limit + 1` rows, hand them all over: the one too many only says that there is more.
package struct ListPage<Item: Sendable>: Sendable {
    package let items: [Item]
    package let next: String?

    /// - Parameters:
    ///   - rows: at most `limit + 1`.
    ///   - cursor: makes the cursor of the last item shown.
    package init(_ rows: [Item], limit: Int, cursor: (Item) -> String) {
        items = Array(rows.prefix(limit))
        next = rows.count > limit ? items.last.map(cursor) : nil
    }
}

extension ListPage: JSONRepresentable where Item: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("items", items)
            writer.field("next", next)
        }
    }

    package static var schema: Schema {
        .object([
            .required("items", .array(of: Item.schema, 0...200)),
            .required("next", .nullable(.text(format: .byte)), "Cursor of the next page; null on the last."),
        ])
    }
}

extension Call {
    /// The `limit` of a route that declares ``Parameter/paging``.
    package var listLimit: Int { query.integer("limit") ?? 50 }

    /// Where a list that declares ``Parameter/paging`` goes on; nil at its beginning.
    /// - Throws: `invalidCursor` for a text that `read` makes nothing of.
    package func cursor<Place>(_ read: (String) -> Place?) throws -> Place? {
        guard let text = query.text("cursor") else { return nil }
        guard let place = read(text) else { throw Problem(.invalidCursor) }
        return place
    }
}
