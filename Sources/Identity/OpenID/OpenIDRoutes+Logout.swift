internal import Cryptography
internal import HTTP
internal import HTTPClient
internal import Runtime
internal import Web

extension OpenIDRoutes {
    private static let names = [
        "id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint", "ui_locales",
    ]

    var logout: Route {
        .page(
            .get, "/oidc/logout", access: .everyone, tag: "Single sign-on",
            summary: "Signs out, for a client (OpenID Connect RP-Initiated Logout 1.0)."
        ) { call in
            let form = try? Form(
                urlEncoded: Array((call.request.query ?? "").utf8),
                limits: FormLimits(bytes: 16_384, fields: 20, valueBytes: JSONWebToken.longest))
            return noStore(await answer(call, form ?? Form(), isConfirmed: false))
        }
    }

    var logoutPosted: Route {
        .page(
            .post, "/oidc/logout", access: .everyone, tag: "Single sign-on", summary: "The same, by a form.",
            body: .form(
                Self.names.map { .text($0, "See RP-Initiated Logout §2.", maxLength: JSONWebToken.longest) },
                limits: FormLimits(bytes: 32_768, fields: 20, valueBytes: JSONWebToken.longest)),
            forgeryProtection: .handler
        ) { call in
            let form = try await call.form()
            var isConfirmed = false
            if let session = call.session {
                isConfirmed = try await call.carriesToken(
                    of: service.keyring.tokens, for: SessionBinding.of(session))
            }
            return noStore(await answer(call, form, isConfirmed: isConfirmed))
        }
    }

    private func answer(_ call: Call, _ form: Form, isConfirmed: Bool) async -> Response {
        var client = form["client_id"].flatMap { engine.partners.client($0) }
        var isHinted = false
        if let hint = form["id_token_hint"], let claims = JSONWebToken.open(hint, with: engine.keys),
            claims["iss"]?.text == issuer, let audience = claims["aud"]?.text.flatMap({ engine.partners.client($0) })
        {
            // Two different clients in one request: neither is believed.
            if client != nil, client?.id != audience.id { return signedOutPage(call) }
            client = audience
            if let session = call.session {
                isHinted = claims["sub"]?.text == engine.subject(of: session.holder.account, for: audience)
            }
        }
        if let session = call.session {
            guard isHinted || isConfirmed else {
                let fields = Self.names.compactMap { name in form[name].map { (name: name, value: $0) } }
                var response = call.page(
                    SingleSignOnPages(language: call.language).signOut(fields: fields, token: call.frame.forgeryToken))
                if let target = target(form, client), let origin = PartnerURL(target)?.origin {
                    response.allowForm(to: origin)
                }
                return response
            }
            await service.sessions.end(session)
        }
        guard var target = target(form, client) else { return signedOutPage(call) }
        if let state = form["state"] {
            target += (target.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + "state=" + state.percentEncoded()
        }
        var response = signedOut(call)
        response.headers.set("Location", target)
        return response
    }

    private func signedOutPage(_ call: Call) -> Response {
        call.session == nil || call.request.cookie(SessionCookie.name) == nil
            ? .seeOther("/login?signed_out=1") : signedOut(call)
    }

    /// Where the client wants the person afterwards, if it registered that.
    private func target(_ form: Form, _ client: PartnerService?) -> String? {
        guard let address = form["post_logout_redirect_uri"], let client else { return nil }
        return client.settings.postLogoutRedirectURIs.contains(address) ? address : nil
    }

    /// What tells a client that a session ended (OpenID Connect Back-Channel Logout 1.0).
    func logoutRequest(_ entry: PartnerSessions.Entry) async -> HTTPClient.Request? {
        guard case .oidc(let id, let subject, let sid) = entry, let client = engine.partners[id],
            let url = client.settings.logoutURL
        else { return nil }
        let now = engine.clock()
        let algorithm = client.settings.algorithm
        let claims: [JSON.Member] = [
            JSON.Member("iss", .string(issuer)), JSON.Member("aud", .string(client.clientID ?? "")),
            JSON.Member("iat", .integer(Int(now))), JSON.Member("exp", .integer(Int(now) + 120)),
            JSON.Member("jti", .string(UUID.v7().description)), JSON.Member("sub", .string(subject)),
            JSON.Member("sid", .string(sid)),
            JSON.Member("events", ["http://schemas.openid.net/event/backchannel-logout": [:]]),
        ]
        guard
            let token = try? await engine.sign(
                claims, type: "logout+jwt", .init(rawValue: algorithm.rawValue) ?? .rs256)
        else { return nil }
        return HTTPClient.Request(
            "POST", url.text, headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: Array("logout_token=\(token)".utf8))
    }
}
