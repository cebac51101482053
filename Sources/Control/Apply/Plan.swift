internal import Runtime
internal import Tenancy
internal import Web
internal import YAML

/// The difference between the manifests and the directory: what applying would do, and what it would not.
package struct Plan: Sendable {
    /// Establishments on one shard beyond which it is advised to add another.
    static let advisedLoad = 100

    let territories: RowDifference<TerritoryRow>
    let hosts: RowDifference<HostRow>
    let departments: RowDifference<DepartmentRow>
    let calendars: RowDifference<CalendarRow>
    let holidays: RowDifference<HolidayRow>
    let terms: RowDifference<TermRow>
    let news: RowDifference<NewsRow>
    let rules: RowDifference<RuleRow>
    let quotas: RowDifference<QuotaRow>
    let establishments: RowDifference<EstablishmentRow>
    /// The shards of establishments that have none yet.
    let placements: [Placement]
    let digests: [(territory: TerritoryID, digest: String)]

    /// In the order of the territories, then of the subjects.
    package let items: [PlanItem]
    package let notices: [PlanNotice]
    /// Establishments that an earlier application placed and did not open.
    package let unfinished: Int

    struct Placement: Sendable {
        let uai: String
        let shard: ShardID
    }

    /// Whether there is nothing to do.
    package var isEmpty: Bool { items.isEmpty && toOpen == 0 }

    /// Establishments of the directory that applying opens, those it adds left out.
    var toOpen: Int {
        let added = Set(establishments.added.map(\.uai))
        return unfinished + placements.count { !added.contains($0.uai) }
    }

    /// Whether applying would be refused.
    package var isRefused: Bool { notices.contains(where: \.isBlocking) }

    /// Compares everything once: no query, no matter how many establishments.
    init(_ manifests: ManifestSet, _ state: DirectoryState) {
        let declared = Set(manifests.territories.map(\.id.rawValue))
        var desired = DirectoryRows(manifests)
        desired.rules.removeAll { state.consoleRules.contains($0.key) }
        desired.quotas.removeAll { state.consoleQuotas.contains($0.key) }
        let current = state.rows
        let closed = Set(desired.establishments.map(\.uai).filter { state.placements[$0]?.state == .closed })
        desired.establishments.removeAll { closed.contains($0.uai) }
        let standing = Dictionary(current.establishments.map { ($0.uai, $0) }, uniquingKeysWith: { first, _ in first })
        desired.establishments = desired.establishments.map { $0.keeping(standing[$0.uai]) }

        territories = RowDifference(from: current.territories, to: desired.territories, of: [])
        hosts = RowDifference(from: current.hosts, to: desired.hosts, of: declared)
        departments = RowDifference(from: current.departments, to: desired.departments, of: declared)
        calendars = RowDifference(from: current.calendars, to: desired.calendars, of: declared)
        holidays = RowDifference(from: current.holidays, to: desired.holidays, of: declared)
        terms = RowDifference(from: current.terms, to: desired.terms, of: declared)
        news = RowDifference(from: current.news, to: desired.news, of: declared)
        rules = RowDifference(from: current.rules, to: desired.rules, of: declared)
        quotas = RowDifference(from: current.quotas, to: desired.quotas, of: declared)
        establishments = RowDifference(from: current.establishments, to: desired.establishments, of: [])
        digests = manifests.territories.map { ($0.id, $0.digest) }

        var placing = Placing(state)
        placing.place(manifests)
        placements = placing.placements
        unfinished = state.placements.values.filter { $0.state == .provisioning && $0.shard != nil }.count

        var notices = PlanNotices(manifests, state)
        notices.add(placing.notices)
        notices.addAll(closed: closed, unfinished: unfinished)
        notices.add(
            HostConflicts.lines(
                current, hosts, desired.establishments,
                closed: Set(state.placements.filter { $0.value.state == .closed }.keys)
            ).map {
                PlanNotice(kind: .refused, territory: nil, message: $0, targets: [])
            })
        self.notices = notices.all
        items =
            PlanItems(
                territories: territories, hosts: hosts, departments: departments, calendars: calendars,
                holidays: holidays,
                terms: terms, news: news, rules: rules, quotas: quotas, establishments: establishments,
                shards: Dictionary(placements.map { ($0.uai, $0.shard) }, uniquingKeysWith: { first, _ in first })
            ).all
    }
}
