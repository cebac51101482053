internal import Cryptography
internal import Identity
package import Runtime
package import Tenancy

/// A program's way into the admin service: a name, what it may do and where, and until when.
package struct AdminToken: Dated {
    package let id: UUID
    /// Of the program: `scim-orleans`. Stands in the audit log.
    package let name: String
    package let role: Role
    package let territory: TerritoryID?
    package let establishment: EstablishmentID?
    /// Nil: all that the role has.
    package let rights: [AdminRight]?
    /// Microseconds since 1970.
    package let createdAt: Int64
    package let expiresAt: Int64
    package let lastUsedAt: Int64?

    package var place: ListPlace { ListPlace(createdAt: createdAt, id: id) }

    /// Whether its last use is to be written down anew: it is known to the hour.
    /// - Parameter now: microseconds since 1970.
    func isLongUnused(now: Int64) -> Bool { lastUsedAt.map { now - $0 > 3_600_000_000 } ?? true }

    /// By which scanners of leaked secrets know one.
    private static let prefix = "preau_admin_"
    private static let length = prefix.utf8.count + 43

    /// A new one: shown once, kept as its hash.
    static func make() -> String { prefix + SecureRandom.token(byteCount: 32) }

    /// What is kept of a token; nil for what cannot be one, which is then not looked for.
    static func hash(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count == length, text.hasPrefix(prefix) else { return nil }
        return SHA256.hash(Array(text.utf8))
    }
}
