internal import HTTPClient
package import Web

/// Reads what an identity provider says of itself (OpenID Connect Discovery), when it is registered.
package struct UpstreamDiscovery: Sendable {
    private let client: HTTPClient?
    private let allowsPlain: Bool

    init(client: HTTPClient?, allowsPlain: Bool) {
        self.client = client
        self.allowsPlain = allowsPlain
    }

    /// The settings to keep; the issuer must be who was asked. - Throws: `.unacceptablePartner`.
    package func settings(
        issuer: String, scopes: String, match: String, claim: String
    ) async throws(IdentityError) -> JSON {
        guard let client, let url = PartnerURL(issuer), url.query == nil,
            allowsPlain || (url.isSecure && !url.isLoopback)
        else { throw .unacceptablePartner(field: "issuer") }
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        let answer = try? await client.send(
            HTTPClient.Request(
                "GET", base + "/.well-known/openid-configuration", headers: [("Accept", "application/json")]))
        guard let answer, answer.status == 200 else { throw .unacceptablePartner(field: "issuer") }
        var parser = JSONParser(answer.body)
        guard let found = try? parser.parse(), found["issuer"]?.text == issuer else {
            throw .unacceptablePartner(field: "issuer")
        }
        var members = [
            JSON.Member("issuer", .string(issuer)), JSON.Member("scopes", .string(scopes)),
            JSON.Member("match", .string(match)), JSON.Member("claim", .string(claim)),
        ]
        for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
            guard let text = found[name]?.text, let place = PartnerURL(text),
                allowsPlain || (place.isSecure && !place.isLoopback)
            else { throw .unacceptablePartner(field: name) }
            members.append(JSON.Member(name, .string(text)))
        }
        if let text = found["userinfo_endpoint"]?.text, let place = PartnerURL(text),
            allowsPlain || (place.isSecure && !place.isLoopback)
        {
            members.append(JSON.Member("userinfo_endpoint", .string(text)))
        }
        return .object(members)
    }
}
