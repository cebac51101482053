package import Runtime

/// One partner application, as it is registered. Immutable, and handed on by reference: each round has it in hand many times.
package final class PartnerService: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case cas
        case oidc
        case saml
    }

    package let id: UUID
    package let kind: Kind
    package let name: String
    package let scope: PartnerScope
    package let isEnabled: Bool
    /// Of OpenID Connect: the client's public name.
    package let clientID: String?
    /// SHA-256 of the client's secret; nil for a public client.
    package let secretHash: [UInt8]?
    package let settings: PartnerSettings
    /// Whether something that it is told of people is asked of their establishments.
    let asksShard: Bool

    package init(
        id: UUID, kind: Kind, name: String, scope: PartnerScope, isEnabled: Bool = true, clientID: String? = nil,
        secretHash: [UInt8]? = nil, settings: PartnerSettings
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.scope = scope
        self.isEnabled = isEnabled
        self.clientID = clientID
        self.secretHash = secretHash
        self.settings = settings
        asksShard = ([settings.user] + settings.attributes).contains { $0.source.isOnShard }
    }

    /// Whether people are asked before it knows them: where it is not the platform's operators or a territory's administrators who
    /// answer for it, unless they said otherwise.
    package var asksConsent: Bool {
        guard kind == .oidc else { return false }
        if let asks = settings.asksConsent { return asks }
        if case .establishment = scope { return true }
        return false
    }

    /// What pairwise numbers are made for: services of one sector know a person by the same one.
    package var sector: String { settings.sector ?? id.description }
}
