package import Web

/// What somebody put right in a file after it was sent: cells, and lines that are left aside. The file itself stays as it
/// came, so that its lines keep their numbers. Pure.
package struct CSVCorrections: Sendable, Equatable {
    package struct Cell: Sendable, Hashable {
        package let line: Int
        /// Counts from 0.
        package let column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    package private(set) var cells: [Cell: String] = [:]
    package private(set) var dropped: Set<Int> = []

    /// More than anybody corrects by hand.
    package static let most = 5000
    package static let longest = 500

    package init() {}

    /// - Returns: false when there is no room for more, or the text is too long.
    package mutating func set(_ text: String, at cell: Cell) -> Bool {
        guard text.count <= CSVCorrections.longest, !text.unicodeScalars.contains("\0"),
            cells[cell] != nil || cells.count < CSVCorrections.most
        else { return false }
        cells[cell] = text
        return true
    }

    package mutating func drop(_ line: Int) -> Bool {
        guard dropped.count < CSVCorrections.most else { return false }
        dropped.insert(line)
        return true
    }

    package mutating func keep(_ line: Int) { dropped.remove(line) }

    // MARK: Kept

    package var json: JSON {
        let cells = cells.sorted { ($0.key.line, $0.key.column) < ($1.key.line, $1.key.column) }.map { cell, text in
            JSON.array([.integer(cell.line), .integer(cell.column), .string(text)])
        }
        return ["cells": .array(cells), "dropped": .array(dropped.sorted().map { .integer($0) })]
    }

    /// What `json` wrote; whatever else it holds is passed over.
    package init(_ json: JSON) {
        for element in json["cells"]?.elements ?? [] {
            guard let line = element[0]?.integer, let column = element[1]?.integer, let text = element[2]?.text else {
                continue
            }
            _ = set(text, at: Cell(line: line, column: column))
        }
        dropped = Set((json["dropped"]?.elements ?? []).compactMap(\.integer).prefix(CSVCorrections.most))
    }
}

extension CSVText {
    /// The same file with what was put right in it.
    package func corrected(by corrections: CSVCorrections) -> CSVText {
        guard !corrections.cells.isEmpty || !corrections.dropped.isEmpty else { return self }
        var byLine: [Int: [(column: Int, text: String)]] = [:]
        for (cell, text) in corrections.cells where header.indices.contains(cell.column) {
            byLine[cell.line, default: []].append((cell.column, text))
        }
        return with(
            rows: rows.compactMap { row in
                guard !corrections.dropped.contains(row.line) else { return nil }
                guard let changes = byLine[row.line] else { return row }
                var fields = row.fields
                for change in changes {
                    while fields.count <= change.column { fields.append("") }
                    fields[change.column] = change.text
                }
                return Row(line: row.line, fields: fields)
            })
    }
}
