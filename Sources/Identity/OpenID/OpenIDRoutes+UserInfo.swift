internal import Cryptography
internal import HTTP
internal import Redis
internal import Runtime
internal import Web

extension OpenIDRoutes {
    var userInfo: Route {
        .resource(
            .get, "/oidc/userinfo", access: .everyone, tag: "Single sign-on",
            summary: "What a token may know of the person (OpenID Connect Core §5.3).",
            answers: [.other("application/json", "The claims.")]
        ) { call in try await userInfo(call, BearerHeader.token(of: call.request)) }
    }

    var userInfoPosted: Route {
        .resource(
            .post, "/oidc/userinfo", access: .everyone, tag: "Single sign-on", summary: "The same, posted.",
            body: .stream(["application/x-www-form-urlencoded"], limit: 4096),
            answers: [.other("application/json", "The claims.")], forgeryProtection: Route.ForgeryProtection.none
        ) { call in
            if let token = BearerHeader.token(of: call.request) { return try await userInfo(call, token) }
            let body = try await call.request.body.collect(upTo: 4096)
            return try await userInfo(call, (try? Form(urlEncoded: body))?["access_token"])
        }
    }

    private func userInfo(_ call: Call, _ token: String?) async throws -> Response {
        guard let token else { return BearerHeader.challenge(nil) }
        guard let bearer = try await engine.bearer(token), let client = engine.partners[bearer.service] else {
            return BearerHeader.challenge("invalid_token")
        }
        guard bearer.scopes.contains(TokenScopes.openID) else {
            return BearerHeader.challenge("insufficient_scope", scope: TokenScopes.openID)
        }
        let holder = bearer.session.holder
        var claims = [JSON.Member("sub", .string(engine.subject(of: holder.account, for: client)))]
        let isProfile = bearer.scopes.contains("profile")
        let isENT = bearer.scopes.contains(TokenScopes.ent)
        guard engine.standing(of: holder, with: client).isAllowed else {
            return BearerHeader.challenge("invalid_token")
        }
        let subject = try await engine.subject(holder, for: client, needsShard: isENT ? nil : false)
        claims += OpenIDRoutes.profile(subject).filter { isProfile || bearer.claims.contains($0.name) }
        if isENT { claims += OpenIDRoutes.attributes(subject.release(client.settings)) }
        return noStore(.json(JSON.object(claims).bytes))
    }

    static func profile(_ subject: PartnerSubject) -> [JSON.Member] {
        [
            JSON.Member("name", .string(subject.card.givenName + " " + subject.card.familyName)),
            JSON.Member("given_name", .string(subject.card.givenName)),
            JSON.Member("family_name", .string(subject.card.familyName)),
            JSON.Member("preferred_username", .string(subject.card.login)),
            JSON.Member("locale", .string(subject.holder.language.rawValue)),
        ]
    }

    /// The attributes that the service is registered for, under their own names with a mark before them.
    static func attributes(_ released: ReleasedIdentity) -> [JSON.Member] {
        released.attributes.map { name, values in
            JSON.Member(
                "ent_" + name, values.count == 1 ? .string(values[0]) : .array(values.map { .string($0) }))
        }
    }

    // MARK: Tokens, looked at and given back

    private static let tokenForm = ["token", "token_type_hint", "client_id", "client_secret"].map {
        Parameter.text($0, "See RFC 7009 and RFC 7662.", maxLength: 4000)
    }

    var introspect: Route {
        .resource(
            .post, "/oidc/introspect", access: .everyone, tag: "Single sign-on",
            summary: "Whether one's token is good (RFC 7662).", body: .form(Self.tokenForm),
            answers: [.other("application/json", "Active or not.")], forgeryProtection: Route.ForgeryProtection.none
        ) { call in
            try await answered {
                let form = try await call.form()
                let client = try client(call, form, publicToo: false)
                guard let token = form["token"] else { throw TokenRefusal("invalid_request", "token is missing") }
                return noStore(.json(try await introspection(token, client).bytes))
            }
        }
    }

    private func introspection(_ token: String, _ client: PartnerService) async throws -> JSON {
        // A client learns nothing of tokens that are not its own.
        if let bearer = try await engine.bearer(token), bearer.service == client.id {
            return [
                "active": true, "scope": .string(bearer.scopes.sorted().joined(separator: " ")),
                "client_id": .string(client.clientID ?? ""), "token_type": "Bearer",
                "exp": .integer(Int(bearer.expiresAt)), "iss": .string(issuer),
                "sub": .string(engine.subject(of: bearer.session.holder.account, for: client)),
            ]
        }
        if let found = try await engine.grants.look(SHA256.hash(token), service: client.id) {
            return [
                "active": true, "scope": .string(found.document["scopes"]?.text ?? ""),
                "client_id": .string(client.clientID ?? ""), "exp": .integer(Int(found.expiresAt)),
                "iss": .string(issuer), "sub": .string(engine.subject(of: found.account, for: client)),
            ]
        }
        return ["active": false]
    }

    var revoke: Route {
        .resource(
            .post, "/oidc/revoke", access: .everyone, tag: "Single sign-on",
            summary: "Makes a token worthless (RFC 7009).", body: .form(Self.tokenForm),
            answers: [.other("application/json", "Done, or there was none.")],
            forgeryProtection: Route.ForgeryProtection.none
        ) { call in
            try await answered {
                let form = try await call.form()
                let client = try client(call, form)
                guard let token = form["token"] else { throw TokenRefusal("invalid_request", "token is missing") }
                if let bearer = try await engine.bearer(token), bearer.service == client.id {
                    do {
                        try await engine.redis.send("UNLINK", AccessTokens.key(token))
                    } catch {
                        throw IdentityError.ticketsUnavailable
                    }
                } else if let grant = try await engine.grants.end(tokenHash: SHA256.hash(token), service: client.id) {
                    try await engine.endGrant(grant)
                }
                return noStore(.status(.ok))
            }
        }
    }
}
