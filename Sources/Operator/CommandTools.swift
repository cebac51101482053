internal import Foundation

/// What the commands have in common: reading and writing the API's JSON, laying out columns, walking pages.
protocol CommandSet {}

extension CommandSet {
    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys]
        return encoder
    }

    /// A value as a part of an address.
    static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    /// `?a=b&c=d` of the items that have a value.
    static func query(_ items: [(String, String?)]) -> String {
        let given = items.compactMap { name, value in value.map { "\(name)=\(escaped($0))" } }
        return given.isEmpty ? "" : "?" + given.joined(separator: "&")
    }

    static func columns(_ rows: [[String]]) -> String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count + 2)
            }.joined()
        }.joined(separator: "\n")
    }

    /// What was written to a file, said.
    static func written(_ data: Data, _ path: String) throws -> Output {
        Output(
            text: "\(path): \(data.count) bytes", json: try encoder.encode(WrittenFile(path: path, bytes: data.count)))
    }

    /// The items of a list, page after page, at most `most` of them.
    /// - Parameter path: with a `?` and at least one item of the query.
    static func all<Item: Decodable>(
        _ type: Item.Type, at path: String, most: Int = 100_000, _ client: AdminClient
    ) async throws -> [Item] {
        var items: [Item] = []
        var cursor: String?
        repeat {
            let more = cursor.map { "&cursor=\(escaped($0))" } ?? ""
            let page = try decoder.decode(Page<Item>.self, from: try await client.send("GET", path + more))
            items += page.items
            cursor = page.next
        } while cursor != nil && items.count < most
        return Array(items.prefix(most))
    }
}

private struct WrittenFile: Encodable {
    let path: String
    let bytes: Int
}

/// One page of a list of the API.
struct Page<Item: Decodable>: Decodable {
    let items: [Item]
    let next: String?
}
