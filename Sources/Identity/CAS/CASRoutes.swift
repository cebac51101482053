internal import HTTP
internal import Runtime
internal import Web

/// `/cas/…`: the server of CAS 1, 2 and 3.
///
/// The session is Préau's own: there is no ticket-granting cookie besides.
struct CASRoutes: Sendable {
    let service: IdentityService

    init(_ service: IdentityService) { self.service = service }

    private var engine: SingleSignOn { service.singleSignOn }

    var all: [Route] {
        [login, logout, validate]
            + validations.map { serviceValidate($0.path, $0.version, takesProxies: $0.takesProxies) } + [
                samlValidate, proxy,
            ]
    }

    // MARK: People

    private static let longText = Parameter.text("service", "The service's address.", maxLength: PartnerURL.longest)

    private var login: Route {
        .page(
            .get, "/cas/login", access: .everyone, tag: "Single sign-on",
            summary: "Leads to a service with a ticket, by way of the sign-in page when needed (CAS 3.0.3 §2.1).",
            query: [
                Self.longText, .text("renew", "Show who you are again.", maxLength: 10),
                .text("gateway", "Never ask anything.", maxLength: 10),
                .text("warn", "Ask before leading on.", maxLength: 10),
                .text("method", "How the ticket goes to the service: GET or POST.", maxLength: 10),
                .text("fresh", "Of our own: came from the sign-in page.", maxLength: 200),
                .text("confirmed", "Of our own: was asked before leading on.", maxLength: 100),
            ], errors: [.unknownPartner, .partnerForbidden, .signOnUnavailable]
        ) { call in noStore(try await enter(call)) }
    }

    private func enter(_ call: Call) async throws -> Response {
        guard let text = call.query.text("service") else {
            return .seeOther(call.session == nil ? "/login" : "/home")
        }
        guard let url = engine.address(text), let partner = engine.service(at: url, for: call.session?.holder) else {
            engine.note(.cas, nil, call.session?.holder.account, "unknown service")
            throw IdentityError.unknownPartner
        }
        let renews = CASRoutes.isSet(call, "renew")
        guard let session = call.session else {
            if CASRoutes.isSet(call, "gateway"), !renews { return .redirect(.seeOther, to: url.text) }
            return .seeOther(signIn(call, url, partner, again: false))
        }
        guard engine.standing(of: session.holder, with: partner).isAllowed else {
            engine.note(.cas, partner, session.holder.account, "forbidden")
            throw IdentityError.partnerForbidden
        }
        let isNew = engine.isFresh(session, call.query.text("fresh"), for: partner)
        if renews, !isNew { return .seeOther(signIn(call, url, partner, again: true)) }
        if CASRoutes.isSet(call, "warn"), !isConfirmed(call, session) { return warn(call, session, url, partner) }
        let left = Int(session.startedAt + service.sessions.limits.absolute - call.now / 1_000_000)
        let ticket = try await engine.issueTicket(
            session, for: partner, at: url, isNewLogin: isNew, life: left)
        if call.query.text("method") == "POST" {
            return call.posting([("ticket", ticket)], to: url.text, origin: url.origin)
        }
        return .redirect(.seeOther, to: url.adding("ticket", ticket))
    }

    /// CAS reads these as set when they are there, whatever they say; "false" is given the benefit of the doubt.
    private static func isSet(_ call: Call, _ name: String) -> Bool {
        call.query.text(name).map { $0.lowercased() != "false" } ?? false
    }

    /// This same request, by way of the sign-in page.
    private func signIn(_ call: Call, _ url: PartnerURL, _ partner: PartnerService, again: Bool) -> Link {
        let here = sameRequest(call, url).adding("fresh", engine.freshMark(for: partner, call.session))
        return again ? "/login?again=1&next=\(here.text)" : "/login?next=\(here.text)"
    }

    private func sameRequest(_ call: Call, _ url: PartnerURL) -> Link {
        var link: Link = "/cas/login?service=\(url.text)"
        if CASRoutes.isSet(call, "renew") { link = link.adding("renew", "true") }
        if CASRoutes.isSet(call, "warn") { link = link.adding("warn", "true") }
        if call.query.text("method") == "POST" { link = link.adding("method", "POST") }
        return link
    }

    private func isConfirmed(_ call: Call, _ session: Session) -> Bool {
        call.query.text("confirmed").map {
            service.keyring.tokens.verifies($0, for: SessionBinding.of(session))
        } ?? false
    }

    private func warn(_ call: Call, _ session: Session, _ url: PartnerURL, _ partner: PartnerService) -> Response {
        var on = sameRequest(call, url)
            .adding("confirmed", service.keyring.tokens.token(for: SessionBinding.of(session)))
        if let fresh = call.query.text("fresh") { on = on.adding("fresh", fresh) }
        return call.page(
            SingleSignOnPages(language: call.language).warning(partner.name, host: url.host, on: on))
    }

    private var logout: Route {
        .page(
            .get, "/cas/logout", access: .everyone, tag: "Single sign-on",
            summary: "Signs out here and at every service entered (CAS 3.0.3 §2.3).", query: [Self.longText]
        ) { call in
            if let session = call.session { await service.sessions.end(session) }
            var response = signedOut(call)
            // Only to somebody registered: anything else is our own page.
            if let url = call.query.text("service").flatMap({ PartnerURL($0) }),
                engine.service(at: url, for: nil) != nil
            {
                response.headers.set("Location", url.text)
            }
            return response
        }
    }

    // MARK: Services

    private var validate: Route {
        .resource(
            .get, "/cas/validate", access: .everyone, tag: "Single sign-on", summary: "CAS 1: yes or no.",
            query: CASRoutes.validationQuery, answers: [.other("text/plain", "Two lines.")]
        ) { call in noStore(CASAnswer.plain(await validation(call, nil, takesProxies: false))) }
    }

    private static let validationQuery: [Parameter] = [
        longText, .text("ticket", "The ticket.", maxLength: 512),
        .text("renew", "Only a ticket of a new sign-in will do.", maxLength: 10),
        .text("format", "XML or JSON.", maxLength: 10),
        .text(
            "pgtUrl", "Where to send a ticket for asking others; for services that are registered for it.",
            maxLength: PartnerURL.longest),
    ]

    /// - Parameter version: nil for CAS 1, which tells who it is and gives no granting tickets.
    private func validation(_ call: Call, _ version: CASAnswer.Version?, takesProxies: Bool) async -> CASValidation {
        await engine.validate(
            ticket: call.query.text("ticket"), service: call.query.text("service"),
            renew: CASRoutes.isSet(call, "renew"), takesProxies: takesProxies, tellsAttributes: version == .three,
            callback: version == nil ? nil : call.query.text("pgtUrl")
        )
    }

    private var validations: [(path: String, version: CASAnswer.Version, takesProxies: Bool)] {
        [
            ("/cas/serviceValidate", .two, false), ("/cas/proxyValidate", .two, true),
            ("/cas/p3/serviceValidate", .three, false), ("/cas/p3/proxyValidate", .three, true),
        ]
    }

    private func serviceValidate(_ path: String, _ version: CASAnswer.Version, takesProxies: Bool) -> Route {
        .resource(
            .get, path, access: .everyone, tag: "Single sign-on", summary: "CAS 2 and 3: who a ticket was given to.",
            query: CASRoutes.validationQuery, answers: [.other("text/xml", "The answer; JSON on demand.")]
        ) { call in
            let isJSON = call.query.text("format")?.uppercased() == "JSON"
            let validation = await validation(call, version, takesProxies: takesProxies)
            return noStore(CASAnswer.response(validation, version, json: isJSON))
        }
    }

    private var samlValidate: Route {
        .resource(
            .post, "/cas/samlValidate", access: .everyone, tag: "Single sign-on",
            summary: "The same in SAML 1.1, over SOAP.",
            query: [.text("TARGET", "The service's address.", maxLength: PartnerURL.longest)],
            body: .stream(["text/xml", "application/soap+xml", "application/xml"], limit: SAML11.longestQuestion),
            answers: [.other("text/xml", "The answer.")], forgeryProtection: Route.ForgeryProtection.none
        ) { call in
            let question = SAML11.question(try await call.request.body.collect(upTo: SAML11.longestQuestion))
            let target = call.query.text("TARGET")
            let validation = await engine.validate(ticket: question?.ticket, service: target, renew: false)
            return noStore(
                SAML11.response(
                    validation, to: question, target: target ?? "", issuer: engine.front, now: call.now))
        }
    }

    private var proxy: Route {
        .resource(
            .get, "/cas/proxy", access: .everyone, tag: "Single sign-on",
            summary: "A ticket for another service, for one that is registered for it (CAS 3.0.3 §2.7).",
            query: [
                .text("pgt", "The granting ticket.", maxLength: 512),
                .text("targetService", "The other service's address.", maxLength: PartnerURL.longest),
            ], answers: [.other("text/xml", "The ticket, or the refusal.")]
        ) { call in
            let outcome = await engine.proxy(call.query.text("pgt"), to: call.query.text("targetService"))
            return noStore(
                Response(
                    status: .ok, headers: [("Content-Type", "text/xml;charset=UTF-8")],
                    body: .bytes(Array(CASAnswer.proxy(outcome).utf8))))
        }
    }
}
