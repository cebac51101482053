package import Tenancy

/// An administrator's role over a territory, or over the platform when `territory` is nil.
package struct Mandate: Hashable, Sendable {
    package let role: Role
    package let territory: TerritoryID?

    package init(role: Role, territory: TerritoryID?) {
        self.role = role
        self.territory = territory
    }
}
