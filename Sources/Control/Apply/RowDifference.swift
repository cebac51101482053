/// What to do to one kind of rows.
struct RowDifference<Row: DirectoryRow>: Sendable {
    struct Change: Sendable {
        let before: Row
        let after: Row
    }

    private(set) var added: [Row] = []
    private(set) var changed: [Change] = []
    private(set) var removed: [Row] = []

    /// - Parameters:
    ///   - current: what is there, of any territory.
    ///   - desired: what should be there.
    ///   - territories: those whose rows go when nothing declares them any more.
    init(from current: [Row], to desired: [Row], of territories: Set<String>) {
        var current = Dictionary(current.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for row in desired {
            switch current.removeValue(forKey: row.key) {
            case nil: added.append(row)
            case .some(let before) where before != row: changed.append(Change(before: before, after: row))
            case .some: break
            }
        }
        removed = current.values.filter { territories.contains($0.territory) }.sorted { $0.key < $1.key }
    }

    /// The part of it about some of the rows.
    func only(_ isWanted: (Row) -> Bool) -> RowDifference {
        var part = self
        part.added = added.filter(isWanted)
        part.changed = changed.filter { isWanted($0.after) }
        part.removed = removed.filter(isWanted)
        return part
    }

    var isEmpty: Bool { added.isEmpty && changed.isEmpty && removed.isEmpty }

    /// What no longer stands as it did.
    var outdated: [Row] { removed + changed.map(\.before) }
    /// What is to stand.
    var upserted: [Row] { added + changed.map(\.after) }
}
