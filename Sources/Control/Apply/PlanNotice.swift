package import Tenancy

/// What a plan says beside its changes.
package struct PlanNotice: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The directory has a territory that no folder declares: it stays.
        case undeclaredTerritory = "undeclared_territory"
        /// Establishments that left their territory's files: they stay.
        case undeclaredEstablishments = "undeclared_establishments"
        /// Declared on another shard than it lives on: it stays there.
        case otherShard = "other_shard"
        /// Declared, and closed.
        case closed
        /// Declared, and set in the console: what the console says stays.
        case setInConsole = "set_in_console"
        /// A shard would have more establishments than is advised.
        case crowdedShard = "crowded_shard"
        /// Placed by an earlier application that did not come to its end: this one goes on with it.
        case unfinished
        /// Nothing can be applied before this is put right.
        case refused
    }

    package let kind: Kind
    package let territory: TerritoryID?
    package let message: String
    /// UAIs, rule names: what the message is about.
    package let targets: [String]

    /// Whether applying is refused because of it.
    package var isBlocking: Bool { kind == .refused }
}
