package import Postgres
internal import Tenancy

/// The conditions of a list that people filter, put together from what the program writes; values are always parameters.
/// Planned anew each time, for the filter that it is.
package struct FilterConditions {
    package private(set) var values: [any PostgresBindable] = []
    private var parts: [String] = []

    private let offset: Int

    /// - Parameter offset: how many values other parts of the statement have before these.
    package init(numberedFrom offset: Int = 0) { self.offset = offset }

    private var last: Int { offset + values.count }

    /// `where …`, or nothing.
    package var sql: String { parts.isEmpty ? "" : "where " + parts.joined(separator: " and ") }

    /// `before` and `after` are put around the value's place.
    package mutating func add(_ before: StaticString, _ value: any PostgresBindable, _ after: StaticString) {
        values.append(value)
        parts.append("\(before)$\(last)\(after)")
    }

    /// Two values with text around them.
    package mutating func add(
        _ before: StaticString, _ first: any PostgresBindable, _ between: StaticString, _ then: StaticString,
        _ second: any PostgresBindable, _ after: StaticString
    ) {
        values += [first, second]
        parts.append("\(before)$\(last - 1)\(between)\(then)$\(last)\(after)")
    }

    /// `comparison` with a row of values: `"(a, b) > "`.
    package mutating func addRow(_ comparison: StaticString, _ row: [any PostgresBindable]) {
        let first = last + 1
        values += row
        parts.append("\(comparison)(\((first...last).map { "$\($0)" }.joined(separator: ", ")))")
    }

    /// `comparison` as in `"state = "`, of the program's own words; the value's place is put behind it.
    package mutating func add(_ condition: String, _ value: any PostgresBindable) {
        values.append(value)
        parts.append("\(condition)$\(last)")
    }

    /// Rows in whose text each of some words begins a word.
    /// - Parameters:
    ///   - words: folded (``NameFolding/words(_:)``); when there are none, nothing is found.
    ///   - text: an expression whose value is folded in the same way.
    package mutating func add(_ words: [String], beginWordsOf text: StaticString) {
        if words.isEmpty { add("false") }
        for word in words { add("(' ' || \(text)) like ", "% " + FilterConditions.escaped(word) + "%") }
    }

    /// Text that `like` takes as it is.
    package static func escaped(_ text: String) -> String {
        text.map { "%_\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    }

    /// A condition without a value.
    package mutating func add(_ condition: StaticString) { parts.append("\(condition)") }

    /// Only what is in somebody's charge.
    package mutating func add(_ scope: RowScope, territory: StaticString, establishment: StaticString) {
        guard case .only(let territories, let establishments) = scope else { return }
        values.append(territories.map(\.rawValue))
        values.append(establishments.map(\.rawValue))
        parts.append("(\(territory) = any ($\(last - 1)) or \(establishment) = any ($\(last)))")
    }

    /// The same, where rows about an establishment need not name its territory.
    package mutating func add(
        through scope: RowScope, territory: StaticString, establishment: StaticString
    ) {
        if let condition = within(scope, territory: territory, establishment: establishment) { parts.append(condition) }
    }

    /// Rows with one of some words, each in its own part of what is in somebody's charge; none when there are no words at all.
    package mutating func add(
        either grants: [(words: [String], scope: RowScope)], word: StaticString, territory: StaticString,
        establishment: StaticString
    ) {
        var ways: [String] = []
        for grant in grants {
            values.append(grant.words)
            let isOne = "\(word) = any ($\(last))"
            let place = within(grant.scope, territory: territory, establishment: establishment)
            ways.append(place.map { "(\(isOne) and \($0))" } ?? isOne)
        }
        parts.append(ways.isEmpty ? "false" : "(" + ways.joined(separator: " or ") + ")")
    }

    private mutating func within(
        _ scope: RowScope, territory: StaticString, establishment: StaticString
    ) -> String? {
        guard case .only(let territories, let establishments) = scope else { return nil }
        values.append(territories.map(\.rawValue))
        values.append(establishments.map(\.rawValue))
        let (own, schools) = ("$\(last - 1)", "$\(last)")
        return """
            (\(territory) = any (\(own)) or \(establishment) = any (\(schools))
            or \(establishment) in (select e.id from establishment e where e.territory_id = any (\(own))))
            """
    }
}
