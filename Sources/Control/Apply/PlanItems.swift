internal import Runtime
internal import Tenancy
internal import Web

/// The differences, told.
struct PlanItems {
    private(set) var all: [PlanItem] = []

    init(
        territories: RowDifference<TerritoryRow>, hosts: RowDifference<HostRow>,
        departments: RowDifference<DepartmentRow>, calendars: RowDifference<CalendarRow>,
        holidays: RowDifference<HolidayRow>, terms: RowDifference<TermRow>, news: RowDifference<NewsRow>,
        rules: RowDifference<RuleRow>, quotas: RowDifference<QuotaRow>,
        establishments: RowDifference<EstablishmentRow>, shards: [String: ShardID]
    ) {
        add(territories, .territory, target: \.id) { "territory \($0.name) (\($0.title), \($0.kind) \($0.code))" }
        add(hosts, .host, target: \.host) { "host name \($0.host)" }
        add(departments, .department, target: \.code) {
            "department \($0.code) \($0.name), academy of \($0.academy), zone \($0.zone)"
        }
        addCalendars(calendars, holidays, terms)
        add(news, .news, target: \.title) { "news “\($0.title)” (\($0.language))" }
        addRules(rules)
        add(quotas, .bandwidth, target: \.scope) { row in
            let owner = row.scopeKind == "territory" ? "the territory" : "\(row.scopeKind) \(row.scope)"
            return "bandwidth of \(owner)\(row.from.map { " from \($0)" } ?? ""):"
                + " \(PlanText.bits(row.rate)), up to \(PlanText.bits(row.ceil))"
        }
        add(establishments, .establishment, target: \.uai, shards: shards) { row in
            "establishment \(row.uai) \(row.name)\(shards[row.uai].map { ", on shard \($0)" } ?? "")"
        }
        sort()
    }

    private mutating func add<Row: DirectoryRow>(
        _ difference: RowDifference<Row>, _ subject: PlanItem.Subject, target: KeyPath<Row, String>,
        shards: [String: ShardID] = [:], label: (Row) -> String
    ) {
        for row in difference.added {
            add(
                .add, subject, row.territory, row[keyPath: target], label(row), shards[row[keyPath: target]],
                after: row.document)
        }
        for change in difference.changed {
            add(
                .change, subject, change.after.territory, change.after[keyPath: target], label(change.after), nil,
                details: change.before.differences(to: change.after), before: change.before.document,
                after: change.after.document)
        }
        for row in difference.removed {
            add(.remove, subject, row.territory, row[keyPath: target], label(row), nil, before: row.document)
        }
    }

    private mutating func addRules(_ rules: RowDifference<RuleRow>) {
        for (kind, subject) in [("window", PlanItem.Subject.window), ("admission", .admission)] {
            add(rules.only { $0.kind == kind }, subject, target: \.name) { row in
                guard subject == .admission else { return "window \(row.name)" }
                return "admission of \(row.document["sessions"]?.integer ?? 0) sessions at once"
            }
        }
    }

    /// A calendar is one thing to people: its year, its holidays and its terms.
    private mutating func addCalendars(
        _ calendars: RowDifference<CalendarRow>, _ holidays: RowDifference<HolidayRow>, _ terms: RowDifference<TermRow>
    ) {
        let added = Set(calendars.added.map(\.key))
        let removed = Set(calendars.removed.map(\.key))
        for row in calendars.added {
            let days = holidays.added.filter { $0.calendar == row.key }
            let terms = terms.added.filter { $0.calendar == row.key }
            add(
                .add, .calendar, row.territory, "\(row.year) \(row.zone)",
                "calendar \(row.year)-\(row.year + 1) of zone \(row.zone): \(row.startsOn) to \(row.endsOn),"
                    + " \(PlanText.counted(days.count, "holiday")), \(PlanText.counted(terms.count, "term"))", nil,
                after: row.document)
        }
        for row in calendars.removed {
            add(
                .remove, .calendar, row.territory, "\(row.year) \(row.zone)",
                "calendar \(row.year)-\(row.year + 1) of zone \(row.zone)", nil, before: row.document)
        }
        var details: [RowKey: [PlanItem.Detail]] = [:]
        for change in calendars.changed { details[change.after.key] = change.before.differences(to: change.after) }
        PlanItems.collect(holidays, by: \.calendar, label: \.name, into: &details)
        PlanItems.collect(terms, by: \.calendar, label: \.name, into: &details)
        for (key, details) in details.sorted(by: { $0.key < $1.key })
        where !added.contains(key) && !removed.contains(key) {
            let (territory, year, zone) = (key.parts[0], Int(key.parts[1]) ?? 0, key.parts[2])
            let before = JSON.object(details.map { JSON.Member($0.field, $0.before) })
            let after = JSON.object(details.map { JSON.Member($0.field, $0.after) })
            add(
                .change, .calendar, territory, "\(year) \(zone)", "calendar \(year)-\(year + 1) of zone \(zone)", nil,
                details: details, before: before, after: after)
        }
    }

    private static func collect<Row: DirectoryRow>(
        _ difference: RowDifference<Row>, by calendar: KeyPath<Row, RowKey>, label: KeyPath<Row, String>,
        into details: inout [RowKey: [PlanItem.Detail]]
    ) {
        for row in difference.added {
            details[row[keyPath: calendar], default: []].append(
                PlanItem.Detail(field: row[keyPath: label], before: .null, after: row.document))
        }
        for change in difference.changed {
            details[change.after[keyPath: calendar], default: []] += PlanItem.Detail.differences(
                change.before.document, change.after.document, under: change.after[keyPath: label])
        }
        for row in difference.removed {
            details[row[keyPath: calendar], default: []].append(
                PlanItem.Detail(field: row[keyPath: label], before: row.document, after: .null))
        }
    }

    private mutating func add(
        _ action: PlanItem.Action, _ subject: PlanItem.Subject, _ territory: String, _ target: String, _ label: String,
        _ shard: ShardID?, details: [PlanItem.Detail] = [], before: JSON? = nil, after: JSON? = nil
    ) {
        guard let territory = TerritoryID(rawValue: territory) else { return }
        all.append(
            PlanItem(
                action: action, subject: subject, territory: territory, target: target, label: label, shard: shard,
                details: details, before: before, after: after))
    }

    /// Territory, then subject; within a subject as above: added, changed, removed.
    private mutating func sort() {
        let order = Dictionary(
            PlanItem.Subject.allCases.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        all = all.enumerated().sorted { left, right in
            let leftKey = (left.element.territory.rawValue, order[left.element.subject] ?? 0, left.offset)
            return leftKey < (right.element.territory.rawValue, order[right.element.subject] ?? 0, right.offset)
        }.map(\.element)
    }
}
