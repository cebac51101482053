/// Who did it and from where, for the audit log.
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
    /// The client's address; empty for what the platform does by itself.
    package let address: String
    /// The request's number; empty when there was none.
    package let requestID: String

    package init(kind: Kind, name: String, address: String = "", requestID: String = "") {
        self.kind = kind
        self.name = name
        self.address = address
        self.requestID = requestID
    }
}
