package import Runtime

/// A person as one establishment knows them; someone in two establishments is two persons and one account.
package struct PersonID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: UUID

    package init(rawValue: UUID) { self.rawValue = rawValue }

    /// A new identifier.
    package static func new() -> PersonID { PersonID(rawValue: .v7()) }

    package static func < (left: PersonID, right: PersonID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { rawValue.description }
}
