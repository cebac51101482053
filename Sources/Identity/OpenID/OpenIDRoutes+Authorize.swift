internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

extension OpenIDRoutes {
    private static let parameters = AuthorizationRequest.names.map {
        Parameter.text($0, "See OpenID Connect Core §3.1.2.1.", maxLength: 4000)
    }

    // The query is read by the handler, which answers a mistake in it as the protocol wants it answered.
    var authorize: Route {
        .page(
            .get, "/oidc/authorize", access: .everyone, tag: "Single sign-on",
            summary: "Leads back to a client with a code, by way of the sign-in page when needed.",
            errors: [.unknownPartner, .signOnUnavailable, .signInUnavailable]
        ) { call in
            let form = try Form(
                urlEncoded: Array((call.request.query ?? "").utf8),
                limits: FormLimits(bytes: 8192, fields: 50, nameBytes: 100, valueBytes: 4096))
            return noStore(try await answer(call, form))
        }
    }

    var authorizePosted: Route {
        .page(
            .post, "/oidc/authorize", access: .everyone, tag: "Single sign-on",
            summary: "The same, by a form.",
            body: .form(Self.parameters, limits: FormLimits(bytes: 16_384, fields: 50, valueBytes: 4096)),
            errors: [.unknownPartner, .signOnUnavailable, .signInUnavailable],
            forgeryProtection: Route.ForgeryProtection.none
        ) { call in noStore(try await answer(call, try await call.form())) }
    }

    private func answer(_ call: Call, _ form: Form) async throws -> Response {
        var request: AuthorizationRequest
        do {
            request = try AuthorizationRequest(form, engine.partners)
        } catch {
            engine.note(.oidc, nil, call.session?.holder.account, "unknown service")
            throw error
        }
        do {
            try request.read()
            return try await decide(call, request)
        } catch let refusal as AuthorizationRequest.Refusal {
            engine.instruments.count(.oidc, "refused")
            return send(call, request, [("error", refusal.code), ("error_description", refusal.description)])
        } catch IdentityError.ticketsUnavailable {
            return send(
                call, request, [("error", "temporarily_unavailable"), ("error_description", "come back in a moment")])
        }
    }

    private func decide(_ call: Call, _ request: AuthorizationRequest) async throws -> Response {
        let isSilent = request.prompt.contains("none")
        func signIn(again: Bool) throws -> Response {
            guard !isSilent else {
                throw AuthorizationRequest.Refusal(code: "login_required", description: "somebody has to sign in")
            }
            let here = request.link(fresh: engine.freshMark(for: request.service, call.session)).text
            return .seeOther(again ? "/login?again=1&next=\(here)" : "/login?next=\(here)")
        }
        guard let session = call.session else { return try signIn(again: false) }
        let isFresh = engine.isFresh(session, request.fresh, for: request.service)
        let isAsked = request.prompt.contains("login") || request.prompt.contains("select_account")
        let isTooOld = request.maxAge.map { $0 == 0 || call.now / 1_000_000 - session.startedAt > $0 } ?? false
        if !isFresh, isAsked || isTooOld { return try signIn(again: true) }
        if let hint = request.hint {
            guard let subject = hinted(hint, request.service) else {
                throw AuthorizationRequest.Refusal(code: "invalid_request", description: "id_token_hint is not ours")
            }
            if subject != engine.subject(of: session.holder.account, for: request.service) {
                if isFresh { throw AuthorizationRequest.Refusal(code: "login_required", description: "somebody else") }
                return try signIn(again: true)
            }
        }
        if request.wantsStrong, session.proof.strongAt == nil,
            try await service.factors.store.hasAny(session.holder.account)
        {
            guard !isSilent else {
                throw AuthorizationRequest.Refusal(code: "interaction_required", description: "a second factor")
            }
            let here = request.link(fresh: engine.freshMark(for: request.service, session))
            return .seeOther(StrongRoutes.question(back: here))
        }
        guard engine.standing(of: session.holder, with: request.service).isAllowed else {
            engine.note(.oidc, request.service, session.holder.account, "forbidden")
            throw AuthorizationRequest.Refusal(code: "access_denied", description: "not open to this person")
        }
        if let question = try await ConsentRoutes.question(call, request, session, service) {
            guard !isSilent else {
                throw AuthorizationRequest.Refusal(code: "consent_required", description: "the person has to agree")
            }
            return question
        }
        let code = AuthorizationCode(
            grant: .v7(), service: request.service.id, session: session.id, redirectURI: request.redirectURI,
            scopes: request.scopes, nonce: request.nonce, challenge: request.challenge,
            tokenClaims: request.tokenClaims, userClaims: request.userClaims)
        let left = Int(session.startedAt + service.sessions.limits.absolute - call.now / 1_000_000)
        let text = try await engine.issueCode(code, request.service, session, life: left)
        return send(call, request, [("code", text)])
    }

    /// The subject of a token that we signed for this client.
    private func hinted(_ hint: String, _ client: PartnerService) -> String? {
        guard let claims = JSONWebToken.open(hint, with: engine.keys), claims["iss"]?.text == issuer,
            claims["aud"]?.text == client.clientID
        else { return nil }
        return claims["sub"]?.text
    }

    func send(
        _ call: Call, _ request: AuthorizationRequest, _ fields: [(name: String, value: String)]
    ) -> Response {
        // RFC 9207: who answers, so that a client of several providers cannot be mixed up.
        let all = fields + [("iss", issuer)] + (request.state.map { [("state", $0)] } ?? [])
        if request.postsForm {
            return call.posting(
                all, to: request.redirectURI, origin: PartnerURL(request.redirectURI)?.origin ?? "'none'")
        }
        let query = all.map { "\($0.name)=\($0.value.percentEncoded())" }.joined(separator: "&")
        let mark = request.redirectURI.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        return .redirect(.seeOther, to: request.redirectURI + mark + query)
    }
}
