internal import HTTP
internal import Web

/// `/oidc/…`: the provider of OpenID Connect and OAuth 2.
struct OpenIDRoutes: Sendable {
    let service: IdentityService

    init(_ service: IdentityService) { self.service = service }

    var engine: SingleSignOn { service.singleSignOn }

    var issuer: String { engine.front + "/oidc" }

    var all: [Route] {
        [discovery, keys, authorize, authorizePosted, token, userInfo, userInfoPosted, introspect, revoke]
            + [logout, logoutPosted]
    }

    private var discovery: Route {
        .resource(
            .get, "/oidc/.well-known/openid-configuration", access: .everyone, tag: "Single sign-on",
            summary: "What this provider does and where (OpenID Connect Discovery 1.0).",
            answers: [.other("application/json", "The document.")]
        ) { _ in
            var response = Response.json(document.bytes)
            response.headers.set("Cache-Control", "public, max-age=3600")
            response.headers.set("Cross-Origin-Resource-Policy", "cross-origin")
            response.headers.set("Access-Control-Allow-Origin", "*")
            return response
        }
    }

    private var document: JSON {
        func list(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }
        func place(_ path: String) -> JSON { .string(issuer + path) }
        let clients = PartnerSettings.Authentication.allCases.map(\.rawValue)
        return [
            "issuer": .string(issuer), "authorization_endpoint": place("/authorize"), "token_endpoint": place("/token"),
            "userinfo_endpoint": place("/userinfo"), "jwks_uri": place("/jwks"),
            "end_session_endpoint": place("/logout"), "revocation_endpoint": place("/revoke"),
            "introspection_endpoint": place("/introspect"), "scopes_supported": list(TokenScopes.all),
            "response_types_supported": ["code"], "response_modes_supported": ["query", "form_post"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": list(PartnerSettings.Algorithm.allCases.map(\.rawValue)),
            "token_endpoint_auth_methods_supported": list(clients),
            "revocation_endpoint_auth_methods_supported": list(clients),
            "introspection_endpoint_auth_methods_supported": list(clients.filter { $0 != "none" }),
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": list([AuthorizationRequest.weak, AuthorizationRequest.strong]),
            "claims_supported": list(
                ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"]
                    + ClaimNames.profile),
            "claim_types_supported": ["normal"], "claims_parameter_supported": true,
            "request_parameter_supported": false, "request_uri_parameter_supported": false,
            "require_request_uri_registration": false, "ui_locales_supported": ["fr", "en"],
            "display_values_supported": ["page", "popup"], "backchannel_logout_supported": true,
            "backchannel_logout_session_supported": true, "frontchannel_logout_supported": false,
            "authorization_response_iss_parameter_supported": true,
        ]
    }

    private var keys: Route {
        .resource(
            .get, "/oidc/jwks", access: .everyone, tag: "Single sign-on",
            summary: "The public keys of this provider (RFC 7517).", answers: [.other("application/json", "The keys.")]
        ) { _ in
            var response = Response.json(engine.keys.document)
            // Shorter than a new key is published before it signs.
            response.headers.set("Cache-Control", "public, max-age=900")
            response.headers.set("Cross-Origin-Resource-Policy", "cross-origin")
            response.headers.set("Access-Control-Allow-Origin", "*")
            return response
        }
    }
}
