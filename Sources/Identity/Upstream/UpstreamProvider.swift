package import SAMLExchange
package import Tenancy
package import Web

/// An identity provider that people sign in through: ÉduConnect, an agents' portal, ProConnect.
package struct UpstreamProvider: Sendable {
    /// How somebody who comes for the first time is found among our accounts.
    package enum Match: String, Sendable, CaseIterable {
        /// Not at all: the person links the two, signed in here.
        case none
        /// A claim is the login. Only for a provider that says nothing but what it gave out itself; never for people who
        /// administer or head anything.
        case login
        /// A claim is the key by which an academy's feed calls the person, as ÉduConnect's FrEduCtRefId is. As `login`.
        case feed
    }

    /// How it is spoken to.
    package enum Way: Sendable {
        case openID(UpstreamOpenID)
        case saml(UpstreamSAML)
    }

    package let id: String
    package let name: String
    package let territory: TerritoryID?
    package let match: Match
    /// The claim, or the attribute, that `match` looks at.
    package let claim: String
    package let way: Way

    package init?(
        id: String, name: String, territory: TerritoryID?, clientID: String, secret: String, settings: JSON
    ) {
        guard let match = Match(rawValue: settings["match"]?.text ?? "none") else { return nil }
        if settings["protocol"]?.text == "saml" {
            guard let saml = UpstreamSAML(settings) else { return nil }
            way = .saml(saml)
        } else {
            guard let openID = UpstreamOpenID(id: id, clientID: clientID, secret: secret, settings: settings) else {
                return nil
            }
            way = .openID(openID)
        }
        self.id = id
        self.name = name
        self.territory = territory
        self.match = match
        claim = settings["claim"]?.text ?? "sub"
    }

    /// Who it is, in its own protocol.
    package var issuer: String {
        switch way {
        case .openID(let provider): provider.issuer
        case .saml(let provider): provider.facts.entityID
        }
    }

    package var protocolName: String {
        switch way {
        case .openID: "oidc"
        case .saml: "saml"
        }
    }

    /// Where people are sent: the page that leads there has to be allowed to.
    var entrance: String {
        switch way {
        case .openID(let provider): provider.authorizationEndpoint
        case .saml(let provider): provider.facts.signOnURL
        }
    }
}

/// What is registered of a provider of OpenID Connect.
package struct UpstreamOpenID: Sendable {
    let id: String
    package let clientID: String
    let secret: String
    package let issuer: String
    let authorizationEndpoint: String
    let tokenEndpoint: String
    let keysEndpoint: String
    /// Nil: all that is known is in the token.
    let userInfoEndpoint: String?
    package let scopes: String

    init?(id: String, clientID: String, secret: String, settings: JSON) {
        func text(_ name: String) -> String? { settings[name]?.text }
        guard let issuer = text("issuer"), let authorization = text("authorization_endpoint"),
            let token = text("token_endpoint"), let keys = text("jwks_uri")
        else { return nil }
        self.id = id
        self.clientID = clientID
        self.secret = secret
        self.issuer = issuer
        authorizationEndpoint = authorization
        tokenEndpoint = token
        keysEndpoint = keys
        userInfoEndpoint = text("userinfo_endpoint")
        scopes = text("scopes") ?? "openid"
    }
}

/// What is registered of a provider of SAML.
package struct UpstreamSAML: Sendable {
    package let facts: IdentityProviderFacts
    /// The attribute that says, lastingly, who somebody is; nil: the name of the assertion does.
    package let subject: String?

    init?(_ settings: JSON) {
        guard let facts = settings["identity_provider"].flatMap({ IdentityProviderFacts($0) }) else { return nil }
        self.facts = facts
        subject = settings["subject"]?.text
    }
}
