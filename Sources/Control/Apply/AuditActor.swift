/// Who did it, for the audit log.
package struct AuditActor: Sendable {
    /// The raw values are the directory's.
    package enum Kind: String, Sendable {
        case account
        case token
        case system
    }

    package let kind: Kind
    /// An account's identifier, a token's name; never a person's name.
    package let name: String

    package init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }
}
