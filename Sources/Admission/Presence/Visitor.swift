internal import Runtime
package import Tenancy

/// A person with a session, as admission knows them.
package struct Visitor: Sendable {
    package struct Profile: Hashable, Sendable {
        package let establishment: EstablishmentID
        package let role: Role
        package let person: PersonID

        package init(establishment: EstablishmentID, role: Role, person: PersonID) {
            self.establishment = establishment
            self.role = role
            self.person = person
        }
    }

    package struct Mandate: Hashable, Sendable {
        package let territory: TerritoryID?
        package let role: Role

        package init(territory: TerritoryID?, role: Role) {
            self.territory = territory
            self.role = role
        }
    }

    package let account: AccountID
    package let profiles: [Profile]
    package let mandates: [Mandate]

    package init(account: AccountID, profiles: [Profile], mandates: [Mandate]) {
        self.account = account
        self.profiles = profiles
        self.mandates = mandates
    }

    /// More establishments than this do not count one by one; the person counts in their territories all the same.
    static let mostProfiles = 16
}
