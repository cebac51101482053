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
    }

    package let id: String
    package let name: String
    package let territory: TerritoryID?
    package let clientID: String
    let secret: String
    package let issuer: String
    let authorizationEndpoint: String
    let tokenEndpoint: String
    let keysEndpoint: String
    /// Nil: all that is known is in the token.
    let userInfoEndpoint: String?
    package let scopes: String
    package let match: Match
    /// The claim that `match` looks at.
    package let claim: String

    package init?(
        id: String, name: String, territory: TerritoryID?, clientID: String, secret: String, settings: JSON
    ) {
        func text(_ name: String) -> String? { settings[name]?.text }
        guard let issuer = text("issuer"), let authorization = text("authorization_endpoint"),
            let token = text("token_endpoint"), let keys = text("jwks_uri"),
            let match = Match(rawValue: text("match") ?? "none")
        else { return nil }
        self.id = id
        self.name = name
        self.territory = territory
        self.clientID = clientID
        self.secret = secret
        self.issuer = issuer
        authorizationEndpoint = authorization
        tokenEndpoint = token
        keysEndpoint = keys
        userInfoEndpoint = text("userinfo_endpoint")
        scopes = text("scopes") ?? "openid"
        self.match = match
        claim = text("claim") ?? "sub"
    }
}
