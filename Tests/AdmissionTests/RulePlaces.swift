import Postgres
import Runtime

@testable import Admission
@testable import Tenancy

/// Establishments and rules of the tests, all of them invented.
enum RulePlaces {
    static let region = TerritoryID(rawValue: "region-fictive")
    static let department = TerritoryID(rawValue: "departement-fictif")

    /// - Parameter days: nil for a territory whose calendar nobody has given.
    static func place(
        _ number: Int = 1, zone: String = "Europe/Paris", days: ClosedRange<CivilDate>? = nil,
        holidays: [ClosedRange<CivilDate>] = [], parent: Bool = false
    ) throws -> RulePlace {
        let calendars = days.map { days in
            [
                SchoolCalendar(
                    schoolYear: SchoolYear(of: days.lowerBound), zone: "A", days: days,
                    holidays: holidays.map { .init(name: "Vacances", kind: .holiday, days: $0) }, terms: [])
            ]
        }
        guard let region, let department, let uai = UAI(number: 990_000 + number) else {
            throw TenancyError.directoryUnavailable
        }
        func territory(_ id: TerritoryID, _ kind: Territory.Kind, _ parent: TerritoryID?) throws -> Territory {
            Territory(
                id: id, kind: kind, parent: parent, code: "99", name: id.rawValue, title: id.rawValue, region: "",
                departments: [], timeZone: try SchoolTimeZone.named(zone), hosts: [], theme: JSONText("{}"),
                calendars: calendars ?? [], news: [])
        }
        let territories = Territories(
            version: 1,
            all: [try territory(region, .region, nil), try territory(department, .department, parent ? region : nil)])
        let establishment = Establishment(
            id: EstablishmentID(rawValue: Int32(number)), uai: uai, territory: department, name: "Collège \(number)",
            kind: .college, levels: ["6e", "5e", "4e", "3e"], department: "99", city: "",
            timeZone: try SchoolTimeZone.named(zone), zone: "A", placement: nil, state: .active, isInvented: true)
        return RulePlace(establishment, territories)
    }

    static func book(_ rules: CalendarRule...) -> RuleBook { RuleBook(version: 1, rules: rules, capacities: []) }

    static func rule(
        _ name: String, _ effect: CalendarRule.Effect, _ roles: Set<Role> = [.guardian],
        _ hours: String = "08:00-18:00",
        at scope: RuleScope? = nil, _ change: (inout CalendarRule) -> Void = { _ in }
    ) -> CalendarRule {
        let parts = hours.split(separator: "-").compactMap { CalendarRule.minutes(String($0)) }
        var rule = CalendarRule(
            scope: scope ?? department.map { .territory($0) } ?? .platform, name: name, effect: effect, roles: roles,
            from: parts[0], until: parts[1], reason: .init(french: "Revenez plus tard.", english: nil))
        change(&rule)
        return rule
    }

    static func subject(_ role: Role, _ groups: [SchoolGroup]? = []) -> RuleSubject {
        RuleSubject(role: role, account: .new(), groups: groups)
    }

    /// Microseconds since 1970 of a local time such as `2026-11-30 08:05`.
    static func moment(_ text: String, _ zone: String = "Europe/Paris") throws -> Int64 {
        let parts = text.split(separator: " ")
        guard let date = CivilDate(parts[0]), let minute = CalendarRule.minutes(String(parts[1])) else { return 0 }
        return try SchoolTimeZone.named(zone).microseconds(of: date, minute: minute)
    }
}

extension Verdict {
    /// `open`, `queued` or `closed`, and by which rule.
    var word: String {
        switch self {
        case .open(let rule): "open" + (rule.map { " " + $0 } ?? "")
        case .queued(let rule, _): "queued " + rule
        case .closed(let closure): "closed " + closure.rule
        }
    }
}
