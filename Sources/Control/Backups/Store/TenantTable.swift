/// A table with rows of establishments, as the shard's catalogue describes it. Names are quoted where SQL needs it.
struct TenantTable: Sendable, Equatable {
    struct ForeignKey: Sendable, Equatable {
        /// Without the establishment's own.
        let columns: [String]
        let target: String
        let targetColumns: [String]
    }

    /// As it is, not quoted.
    let name: String
    /// As SQL writes it.
    let sql: String
    /// Every column but the establishment's, not quoted, in their order; those that are computed are not among them.
    let columns: [String]
    /// How SQL writes them.
    let quoted: [String: String]
    /// Those that may be null.
    let nullable: Set<String>
    /// Without the establishment's own.
    let key: [String]
    let foreignKeys: [ForeignKey]
    /// Columns that nodes hold their copies against, not quoted (docs/decisions/0003).
    let versions: [String]

    func list(_ columns: [String], prefix: String = "") -> String {
        columns.map { prefix + (quoted[$0] ?? "\"\"") }.joined(separator: ", ")
    }

    /// Those that are referred to before those that refer to them; in a circle, in the order given.
    static func ordered(_ tables: [TenantTable]) -> [TenantTable] {
        let byName = Dictionary(tables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var ordered: [TenantTable] = []
        var seen: Set<String> = []
        func visit(_ table: TenantTable) {
            guard seen.insert(table.name).inserted else { return }
            for key in table.foreignKeys { if let target = byName[key.target] { visit(target) } }
            ordered.append(table)
        }
        tables.forEach(visit)
        return ordered
    }
}
