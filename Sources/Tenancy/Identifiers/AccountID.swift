package import Runtime

/// A human being on the platform: one account, several profiles.
package struct AccountID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: UUID

    package init(rawValue: UUID) { self.rawValue = rawValue }

    /// A new identifier.
    package static func new() -> AccountID { AccountID(rawValue: .v7()) }

    package static func < (left: AccountID, right: AccountID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { rawValue.description }
}
