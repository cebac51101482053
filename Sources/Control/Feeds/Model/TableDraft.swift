internal import Runtime
internal import Tenancy

/// A school's own table as it stands now: what was found in it, what was put right, what is still wrong.
struct TableDraft: Sendable {
    let id: UUID
    let establishment: Establishment
    let kind: FeedKind
    /// The file's, as its sender calls it.
    let name: String
    let isComplete: Bool
    /// The plan that was last made of it.
    let planned: UUID?
    /// As it was sent.
    let text: CSVText
    let columns: CSVColumns
    let corrections: CSVCorrections
    /// In the order of the file; empty while columns are missing.
    let faults: [CSVFault]
    /// People who can be taken as they are.
    let people: Int

    /// Columns without which nobody can be taken.
    var missing: [CSVColumns.Field] { columns.missing(for: kind) }

    /// The file with what was put right in it.
    var corrected: CSVText { text.corrected(by: corrections) }

    /// A few of a column's values, to recognise it by.
    func samples(of column: Int) -> [String] {
        var found: [String] = []
        for row in text.rows.prefix(200) where row.fields.indices.contains(column) {
            let value = row.fields[column].trimmedOfSpaces
            guard !value.isEmpty, !found.contains(value) else { continue }
            found.append(String(value.prefix(40)))
            if found.count == 3 { break }
        }
        return found
    }
}
