package import Tenancy

/// A role in an establishment, as the person that the establishment knows.
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
