internal import Admission
internal import Cryptography
internal import HTTP
internal import Redis
internal import Runtime
internal import Tenancy
internal import Web

extension OpenIDRoutes {
    private static let tokenNames = [
        "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "client_id", "client_secret",
    ]
    private static let tokenForm = tokenNames.map { Parameter.text($0, "See RFC 6749 §4.1.3 and §6.", maxLength: 4000) }

    /// How long a client may go on without the person, seconds.
    private static let offlineLife: Int64 = 30 * 86_400

    var token: Route {
        .resource(
            .post, "/oidc/token", access: .everyone, tag: "Single sign-on",
            summary: "Tokens for a code, or for a refresh token.",
            body: .form(Self.tokenForm, limits: FormLimits(bytes: 16_384, fields: 30, valueBytes: 4096)),
            answers: [.other("application/json", "The tokens.")], forgeryProtection: Route.ForgeryProtection.none
        ) { call in try await answered { try await exchange(call) } }
    }

    func answered(_ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch let refusal as TokenRefusal {
            return refusal.response
        } catch let error as IdentityError where error == .ticketsUnavailable || error == .directoryUnavailable {
            var response = TokenRefusal(
                "temporarily_unavailable", "come back in a moment", status: Status(rawValue: 503)
            ).response
            response.headers.set("Retry-After", String(Int.random(in: 3...5)))
            return response
        } catch IdentityError.waiting(let wait, _) {
            var response = TokenRefusal(
                "temporarily_unavailable", "many people are coming at once: ask again after Retry-After",
                status: Status(rawValue: 503)
            ).response
            response.headers.set("Retry-After", String(wait.pollAfter))
            return response
        } catch IdentityError.closed(let closure) {
            return TokenRefusal("access_denied", closure.reason.english ?? closure.reason.french, status: .forbidden)
                .response
        }
    }

    private func exchange(_ call: Call) async throws -> Response {
        let form = try await call.form()
        guard !form.hasDoubled(Self.tokenNames) else {
            throw TokenRefusal("invalid_request", "a parameter is given twice")
        }
        let client = try client(call, form)
        switch form["grant_type"] {
        case "authorization_code": return try await exchangeCode(form, client)
        case "refresh_token": return try await refresh(form, client)
        case nil: throw TokenRefusal("invalid_request", "grant_type is missing")
        default: throw TokenRefusal("unsupported_grant_type", "authorization_code or refresh_token")
        }
    }

    // MARK: A code

    private func exchangeCode(_ form: Form, _ client: PartnerService) async throws -> Response {
        guard let text = form["code"], !text.isEmpty else { throw TokenRefusal("invalid_request", "code is missing") }
        guard case .good(let code, let stored) = try await engine.takeCode(text) else { throw TokenRefusal.badGrant }
        guard code.service == client.id, form["redirect_uri"] == code.redirectURI else { throw TokenRefusal.badGrant }
        guard OpenIDRoutes.fits(form["code_verifier"], code.challenge) else { throw TokenRefusal.badGrant }
        guard case .active(let session, _) = stored else { throw TokenRefusal.badGrant }
        let now = engine.clock()
        let token = AccessTokens.new(for: session.id)
        let bearer = Bearer(
            session: session, service: client.id, scopes: Set(code.scopes), claims: code.userClaims,
            expiresAt: now + Int64(AccessTokens.life), isOffline: false)
        let isOffline = code.scopes.contains(TokenScopes.offline)
        guard try await engine.keep(token, bearer, of: code, text, remembersGrant: isOffline) else {
            throw TokenRefusal.badGrant
        }
        var refresh: String?
        if isOffline {
            refresh = SecureRandom.token(byteCount: 32)
            let document: JSON = [
                "scopes": .string(code.scopes.joined(separator: " ")), "auth_time": .integer(Int(session.startedAt)),
                "methods": .integer(Int(session.proof.methods.rawValue)),
                "strong_at": .integer(Int(session.proof.strongAt ?? 0)),
                "claims": .string(code.userClaims.joined(separator: " ")),
            ]
            try await engine.grants.add(
                code.grant, service: client.id, holder: session.holder, document: document,
                tokenHash: SHA256.hash(refresh ?? ""), life: Self.offlineLife)
        }
        let identity =
            code.scopes.contains(TokenScopes.openID)
            ? try await identityToken(session, client, code: code, access: token, now: now) : nil
        engine.note(.oidc, client, session.holder.account, "tokens given")
        return tokens(token, code.scopes, refresh: refresh, identity: identity, life: AccessTokens.life)
    }

    /// A verifier where there was no challenge is refused as well: somebody took the challenge away on the way here.
    static func fits(_ verifier: String?, _ challenge: String?) -> Bool {
        guard let challenge else { return verifier == nil || verifier == "" }
        guard let verifier, (43...128).contains(verifier.utf8.count),
            verifier.utf8.allSatisfy({ byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || [45, 46, 95, 126].contains(byte)
            })
        else { return false }
        return constantTimeEqual(Base64URL.encode(SHA256.hash(verifier)), challenge)
    }

    /// Keeps a token that a refresh token gave, with those of its grant.
    private func keep(_ bearer: Bearer, _ token: String, _ grant: UUID, _ used: RedisWord) async throws {
        let life = Int(bearer.expiresAt - engine.clock())
        do {
            let reply = try await engine.redis.call(
                OpenIDFunctions.putToken,
                keys: [AccessTokens.key(token), AuthorizationCode.grantKey(grant), used],
                arguments: [.bytes(AccessTokens.pack(bearer)), .integer(max(1, life))])
            guard reply.integer == 1 else { throw TokenRefusal.badGrant }
        } catch is RedisError {
            throw IdentityError.ticketsUnavailable
        }
    }

    private func identityToken(
        _ session: Session, _ client: PartnerService, code: AuthorizationCode?, access: String, now: Int64,
        authTime: Int64? = nil
    ) async throws -> String {
        let algorithm = SignatureAlgorithm(rawValue: client.settings.algorithm.rawValue) ?? .rs256
        var claims: [JSON.Member] = [
            JSON.Member("iss", .string(issuer)),
            JSON.Member("sub", .string(engine.subject(of: session.holder.account, for: client))),
            JSON.Member("aud", .string(client.clientID ?? "")), JSON.Member("exp", .integer(Int(now) + 600)),
            JSON.Member("iat", .integer(Int(now))),
            JSON.Member("auth_time", .integer(Int(authTime ?? session.startedAt))),
            JSON.Member("acr", .string(OpenIDRoutes.acr(session.proof))),
            JSON.Member("amr", .array(OpenIDRoutes.amr(session.proof).map { .string($0) })),
            JSON.Member("at_hash", .string(JSONWebToken.halfHash(access, algorithm))),
        ]
        if let code {
            claims.append(JSON.Member("sid", .string(engine.sid(session.id, client))))
            if let nonce = code.nonce { claims.append(JSON.Member("nonce", .string(nonce))) }
            if !Set(ClaimNames.profile).isDisjoint(with: code.tokenClaims) {
                let subject = try await engine.subject(session.holder, for: client, needsShard: false)
                claims += OpenIDRoutes.profile(subject).filter { code.tokenClaims.contains($0.name) }
            }
        }
        return try await engine.sign(claims, algorithm)
    }

    static func acr(_ proof: SessionProof) -> String {
        proof.strongAt == nil ? AuthorizationRequest.weak : AuthorizationRequest.strong
    }

    /// RFC 8176.
    static func amr(_ proof: SessionProof) -> [String] {
        var methods: [String] = []
        if proof.methods.contains(.password) { methods.append("pwd") }
        if proof.methods.contains(.oneTimeCode) { methods.append("otp") }
        if proof.methods.contains(.passkey) { methods.append("pop") }
        if proof.methods.contains(.recoveryCode) { methods.append("kba") }
        if proof.strongAt != nil { methods.append("mfa") }
        return methods
    }

    // MARK: A refresh token

    private func refresh(_ form: Form, _ client: PartnerService) async throws -> Response {
        guard let old = form["refresh_token"], !old.isEmpty else {
            throw TokenRefusal("invalid_request", "refresh_token is missing")
        }
        let hash = SHA256.hash(old)
        // Their session may be over: who comes in by this door is counted as by any other, and waits where there is no place. The
        // token stays good meanwhile.
        if let known = try await engine.grants.look(hash, service: client.id),
            let holder = try await engine.grants.holder(of: known.account)
        {
            _ = try await service.entrance.admit(holder.visitor, at: nil, ticket: nil, by: .elsewhere)
        }
        let next = SecureRandom.token(byteCount: 32)
        let (grant, wasReused) = try await engine.grants.rotate(
            hash, to: SHA256.hash(next), service: client.id)
        guard let grant else {
            if wasReused { engine.note(.oidc, client, nil, "refresh token reused") }
            throw TokenRefusal.badGrant
        }
        guard engine.standing(of: grant.holder, with: client).isAllowed else { throw TokenRefusal.badGrant }
        let given = (grant.document["scopes"]?.text ?? "").split(separator: " ").map(String.init)
        var scopes = given
        if let asked = form["scope"], !asked.isEmpty {
            scopes = asked.split(separator: " ").map(String.init)
            guard Set(scopes).isSubset(of: given) else {
                throw TokenRefusal("invalid_scope", "more than what was given first")
            }
        }
        let now = engine.clock()
        let methods = SessionProof.Methods(rawValue: UInt8(clamping: grant.document["methods"]?.integer ?? 1))
        let strong = grant.document["strong_at"]?.integer ?? 0
        // The grant stands in the place of the session, which may be over: its number is the grant's.
        let session = Session(
            id: SessionID(rawValue: grant.id), startedAt: Int64(grant.document["auth_time"]?.integer ?? 0),
            holder: grant.holder,
            proof: SessionProof(methods: methods, strongAt: strong == 0 ? nil : Int64(strong)))
        let token = AccessTokens.new(for: session.id)
        let claims = (grant.document["claims"]?.text ?? "").split(separator: " ").map(String.init)
        let bearer = Bearer(
            session: session, service: client.id, scopes: Set(scopes), claims: claims,
            expiresAt: now + Int64(AccessTokens.offlineLife), isOffline: true)
        try await keep(bearer, token, grant.id, AuthorizationCode.usedKey(digest: grant.id.description))
        let identity =
            scopes.contains(TokenScopes.openID)
            ? try await identityToken(session, client, code: nil, access: token, now: now) : nil
        engine.note(.oidc, client, grant.holder.account, "tokens refreshed")
        return tokens(token, scopes, refresh: next, identity: identity, life: AccessTokens.offlineLife)
    }

    private func tokens(
        _ access: String, _ scopes: [String], refresh: String?, identity: String?, life: Int
    ) -> Response {
        var response = Response.json { writer in
            writer.object { writer in
                writer.field("access_token", access)
                writer.field("token_type", "Bearer")
                writer.field("expires_in", life)
                writer.field("scope", scopes.joined(separator: " "))
                if let refresh { writer.field("refresh_token", refresh) }
                if let identity { writer.field("id_token", identity) }
            }
        }
        response.headers.set("Pragma", "no-cache")
        return noStore(response)
    }
}
