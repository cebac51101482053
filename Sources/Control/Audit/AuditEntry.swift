package import Tenancy
package import Web

/// One administrative act: who, from where, what, on what, what it was before and after. Written in the transaction of the act.
///
/// Values are those of the control plane: never a password, a code or a token; people are named by their account's number.
package struct AuditEntry: Sendable {
    package let actor: AuditActor
    /// `establishment.suspend`.
    package let action: String
    package let territory: TerritoryID?
    package let establishment: EstablishmentID?
    /// A UAI, an account's number, a rule's name.
    package let target: String
    package let before: JSON?
    package let after: JSON?

    package init(
        _ action: String, by actor: AuditActor, territory: TerritoryID? = nil, establishment: EstablishmentID? = nil,
        target: String, before: JSON? = nil, after: JSON? = nil
    ) {
        self.actor = actor
        self.action = action
        self.territory = territory
        self.establishment = establishment
        self.target = target
        self.before = before
        self.after = after
    }
}

/// An entry as it was written down.
package struct AuditRecord: Sendable {
    package let number: Int64
    /// Microseconds since 1970.
    package let at: Int64
    package let actorKind: String
    package let actor: String
    package let address: String
    package let action: String
    package let scope: String
    package let establishment: EstablishmentID?
    package let target: String
    package let before: JSON?
    package let after: JSON?
    package let requestID: String
}
