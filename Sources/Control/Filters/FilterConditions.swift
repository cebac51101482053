package import Postgres
internal import Tenancy

/// The conditions of a list that people filter, put together from what the program writes; values are always parameters.
/// Planned anew each time, for the filter that it is.
package struct FilterConditions {
    package private(set) var values: [any PostgresBindable] = []
    private var parts: [String] = []

    package init() {}

    /// `where …`, or nothing.
    package var sql: String { parts.isEmpty ? "" : "where " + parts.joined(separator: " and ") }

    /// `comparison` as in `"state = "`; the value's place is put behind it.
    package mutating func add(_ comparison: StaticString, _ value: any PostgresBindable) {
        values.append(value)
        parts.append("\(comparison)$\(values.count)")
    }

    /// `before` and `after` are put around the value's place.
    package mutating func add(_ before: StaticString, _ value: any PostgresBindable, _ after: StaticString) {
        values.append(value)
        parts.append("\(before)$\(values.count)\(after)")
    }

    /// A condition without a value.
    package mutating func add(_ condition: StaticString) { parts.append("\(condition)") }

    /// Only what is in somebody's charge.
    package mutating func add(_ scope: RowScope, territory: StaticString, establishment: StaticString) {
        guard case .only(let territories, let establishments) = scope else { return }
        values.append(territories.map(\.rawValue))
        values.append(establishments.map(\.rawValue))
        parts.append("(\(territory) = any ($\(values.count - 1)) or \(establishment) = any ($\(values.count)))")
    }
}
