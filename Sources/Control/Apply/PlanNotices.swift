internal import Tenancy

/// What the directory has and the manifests do not, or have otherwise, and that is left alone.
struct PlanNotices {
    private(set) var all: [PlanNotice] = []

    init(_ manifests: ManifestSet, _ state: DirectoryState) {
        let declared = Set(manifests.territories.map(\.id.rawValue))
        for row in state.rows.territories where !declared.contains(row.id) {
            guard let id = TerritoryID(rawValue: row.id) else { continue }
            add(.undeclaredTerritory, id, "no folder declares this territory: it stays as it is", [])
        }
        addUndeclaredEstablishments(manifests, state, of: declared)
        addConsole(manifests, state)
    }

    mutating func add(_ notices: [PlanNotice]) { all.append(contentsOf: notices) }

    mutating func addAll(closed: Set<String>, unfinished: Int) {
        if !closed.isEmpty {
            add(
                .closed, nil, "closed and still declared, left alone: \(PlanNotices.list(closed.sorted()))",
                closed.sorted())
        }
        if unfinished > 0 {
            add(
                .unfinished, nil,
                "\(unfinished) \(unfinished == 1 ? "establishment waits" : "establishments wait") to be opened on a shard:"
                    + " applying goes on with it", [])
        }
    }

    private mutating func addUndeclaredEstablishments(
        _ manifests: ManifestSet, _ state: DirectoryState, of territories: Set<String>
    ) {
        let declared = Set(manifests.territories.flatMap { $0.establishments.map(\.uai.rawValue) })
        let left = state.rows.establishments.filter {
            territories.contains($0.territory) && !declared.contains($0.uai)
                && state.placements[$0.uai]?.state != .closed
        }
        for (territory, rows) in Dictionary(grouping: left, by: \.territory).sorted(by: { $0.key < $1.key }) {
            let uais = rows.map(\.uai).sorted()
            let message =
                "\(PlanText.counted(uais.count, "establishment")) left the files and \(uais.count == 1 ? "stays" : "stay"):"
                + " \(PlanNotices.list(uais)); `preau establishment close UAI` closes one"
            add(.undeclaredEstablishments, TerritoryID(rawValue: territory), message, uais)
        }
    }

    private mutating func addConsole(_ manifests: ManifestSet, _ state: DirectoryState) {
        let desired = DirectoryRows(manifests)
        for rule in desired.rules where state.consoleRules.contains(rule.key) {
            add(
                .setInConsole, TerritoryID(rawValue: rule.territory),
                "the rule \(rule.name) was set in the console, which prevails", [rule.name])
        }
        for quota in desired.quotas where state.consoleQuotas.contains(quota.key) {
            add(
                .setInConsole, TerritoryID(rawValue: quota.territory),
                "the bandwidth of \(quota.scope) was set in the console, which prevails", [quota.scope])
        }
    }

    private mutating func add(
        _ kind: PlanNotice.Kind, _ territory: TerritoryID?, _ message: String, _ targets: [String]
    ) {
        all.append(PlanNotice(kind: kind, territory: territory, message: message, targets: targets))
    }

    private static func list(_ names: [String]) -> String {
        names.count <= 6
            ? names.joined(separator: ", ") : names.prefix(5).joined(separator: ", ") + " and \(names.count - 5) more"
    }
}
