package import Tenancy

/// A class that somebody belongs to, or that a guardian has a child in.
package struct SchoolGroup: Hashable, Sendable {
    package let level: String
    package let name: String

    package init(level: String, name: String) {
        self.level = level
        self.name = name
    }

    /// Of a guardian's child who has no class, beside others who have: a rule about levels or classes says nothing about it.
    package static let unknown = SchoolGroup(level: "", name: "")
}

/// Somebody in one establishment, as rules see them.
package struct RuleSubject: Sendable {
    package let role: Role
    package let account: AccountID
    /// Nil when it could not be found out, empty for somebody without a class: either way a rule about levels or classes
    /// says nothing to them.
    package let groups: [SchoolGroup]?

    package init(role: Role, account: AccountID, groups: [SchoolGroup]?) {
        self.role = role
        self.account = account
        self.groups = groups
    }
}
