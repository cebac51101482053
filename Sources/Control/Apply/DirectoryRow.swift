internal import Runtime
internal import Tenancy
internal import Web

/// A row of the directory as a manifest declares it, or as it stands there: both sides of the difference are the same type.
protocol DirectoryRow: Hashable, Sendable {
    associatedtype Key: Hashable & Comparable & Sendable

    /// What makes it the same row before and after a change.
    var key: Key { get }
    var territory: String { get }
    /// Everything that can change, under the names that people are shown.
    var fields: [(name: String, value: JSON)] { get }
}

/// A key of several parts.
struct RowKey: Hashable, Comparable, Sendable {
    let parts: [String]

    init(_ parts: String...) { self.parts = parts }

    static func < (left: RowKey, right: RowKey) -> Bool { left.parts.lexicographicallyPrecedes(right.parts) }
}

struct TerritoryRow: DirectoryRow {
    let id: String
    let kind: String
    let code: String
    let name: String
    let title: String
    let region: String
    let parent: String?
    let timeZone: String
    let theme: JSON
    let defaults: JSON
    var accessibilityContact = ""

    var key: String { id }
    var territory: String { id }
}

struct HostRow: DirectoryRow {
    let host: String
    let territory: String
    let isPrimary: Bool

    var key: String { host }
}

struct DepartmentRow: DirectoryRow {
    let territory: String
    let code: String
    let name: String
    let academy: String
    let zone: String

    var key: RowKey { RowKey(territory, code) }
}

struct CalendarRow: DirectoryRow {
    let territory: String
    let year: Int
    let zone: String
    let startsOn: CivilDate
    let endsOn: CivilDate

    var key: RowKey { RowKey(territory, String(year), zone) }
}

struct HolidayRow: DirectoryRow {
    let territory: String
    let year: Int
    let zone: String
    let kind: String
    let name: String
    let startsOn: CivilDate
    let endsOn: CivilDate

    var key: RowKey { RowKey(territory, String(year), zone, startsOn.description) }
    var calendar: RowKey { RowKey(territory, String(year), zone) }
}

struct TermRow: DirectoryRow {
    let territory: String
    let year: Int
    let zone: String
    let number: Int
    let name: String
    let startsOn: CivilDate
    let endsOn: CivilDate

    var key: RowKey { RowKey(territory, String(year), zone, String(number)) }
    var calendar: RowKey { RowKey(territory, String(year), zone) }
}

struct NewsRow: DirectoryRow {
    let territory: String
    let language: String
    let title: String
    let body: String
    /// Microseconds since 1970.
    let from: Int64
    let until: Int64?

    var key: RowKey { RowKey(territory, language, title) }
}

struct RuleRow: DirectoryRow {
    let territory: String
    let scopeKind: String
    let scope: String
    let kind: String
    let name: String
    let document: JSON

    var key: RowKey { RowKey(scopeKind, scope, kind, name) }
}

struct QuotaRow: DirectoryRow {
    let territory: String
    let scopeKind: String
    let scope: String
    /// Nil: from the beginning.
    let from: CivilDate?
    /// Bits per second.
    let rate: Int
    let ceil: Int

    var key: RowKey { RowKey(scopeKind, scope, from?.description ?? "") }
}

/// What a manifest says of an establishment; its shard, number and state are the directory's own business.
struct EstablishmentRow: DirectoryRow {
    let uai: String
    let territory: String
    let name: String
    let kind: String
    let levels: [String]
    let department: String
    let city: String
    let timeZone: String
    let zone: String
    let isInvented: Bool
    /// Nil: not said, what is there stays; null: its territory's.
    var theme: JSON?
    /// Nil: not said. In their order.
    var hosts: [String]?

    var key: String { uai }

    /// With what it does not say as it stands there.
    func keeping(_ current: EstablishmentRow?) -> EstablishmentRow {
        var row = self
        row.theme = theme ?? current?.theme
        row.hosts = hosts ?? current?.hosts
        return row
    }
}
