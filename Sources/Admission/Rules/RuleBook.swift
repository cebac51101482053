internal import Runtime
package import Tenancy

/// Every rule in force and every cap at one version of the directory; an immutable whole, swapped at once.
package final class RuleBook: Sendable {
    package let version: Int64
    /// Also those that are not enabled, for those who administer.
    package let all: [CalendarRule]
    package let capacities: [RuleScope: Capacity]
    private let enabled: [RuleScope: [CalendarRule]]

    package static let empty = RuleBook(version: 0, rules: [], capacities: [])

    package init(version: Int64, rules: [CalendarRule], capacities: [Capacity]) {
        self.version = version
        all = rules
        enabled = Dictionary(grouping: rules.filter(\.isEnabled), by: \.scope)
        self.capacities = Dictionary(capacities.map { ($0.scope, $0) }, uniquingKeysWith: { $1 })
    }

    /// The same book with one rule added, replaced or removed: what a simulation looks at before anything is saved.
    package func replacing(_ scope: RuleScope, _ name: String, with rule: CalendarRule?) -> RuleBook {
        var rules = all.filter { $0.scope != scope || $0.name != name }
        if let rule { rules.append(rule) }
        return RuleBook(version: version, rules: rules, capacities: Array(capacities.values))
    }

    /// No rule is enabled anywhere: nothing needs to be asked.
    package var isSilent: Bool { enabled.isEmpty }

    /// The rules that may say something to somebody of a role in a place.
    func rules(in place: RulePlace, for role: Role) -> [(rule: CalendarRule, depth: Int)] {
        guard !enabled.isEmpty else { return [] }
        var found: [(rule: CalendarRule, depth: Int)] = []
        for (depth, scope) in place.scopes.enumerated() {
            for rule in enabled[scope] ?? [] where rule.roles.isEmpty || rule.roles.contains(role) {
                found.append((rule, depth))
            }
        }
        return found
    }

    /// Whether a decision about the role there depends on levels or classes.
    package func needsGroups(in place: RulePlace, for role: Role) -> Bool {
        rules(in: place, for: role).contains { !$0.rule.levels.isEmpty || !$0.rule.classes.isEmpty }
    }
}
