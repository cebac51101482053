internal import HTTP
internal import Runtime
internal import SAMLExchange
internal import Web

/// `/saml/…`: the identity provider of SAML 2.0 (Web Browser SSO, Single Logout).
struct SAMLRoutes: Sendable {
    let service: IdentityService

    init(_ service: IdentityService) { self.service = service }

    var engine: SingleSignOn { service.singleSignOn }
    var provider: SAMLProvider { SAMLProvider(engine) }

    var all: [Route] { [metadata, signOn, signOnPosted, goOn, logout, logoutPosted, soap] }

    static let problems: [ProblemCode] = [.unknownPartner, .samlRefused, .samlUnavailable]
    /// Bytes of a form, and of one field of it.
    static let formLimits = FormLimits(bytes: 262_144, fields: 10, valueBytes: 200_000)

    private var metadata: Route {
        .resource(
            .get, "/saml/metadata", access: .everyone, tag: "Single sign-on",
            summary: "What this identity provider does, where, and with which keys (SAML 2.0 Metadata), signed.",
            answers: [.other("application/samlmetadata+xml", "The document.")], errors: [.samlUnavailable]
        ) { _ in
            var response = Response(
                status: .ok, headers: [("Content-Type", "application/samlmetadata+xml")],
                body: .bytes(Array(try await provider.signedMetadata().utf8)))
            response.headers.set("Cache-Control", "public, max-age=3600")
            return response
        }
    }

    // MARK: Signing in

    // The query is handed on as it came: a signature is over its very bytes.
    private var signOn: Route {
        .page(
            .get, "/saml/sso", access: .everyone, tag: "Single sign-on",
            summary: "A service provider's request for authentication, by redirect (SAML 2.0 Bindings §3.4).",
            errors: Self.problems + [.partnerForbidden, .signOnUnavailable]
        ) { call in
            let query = call.request.query ?? ""
            let (form, _) = try SAMLRoutes.parts(of: query)
            return noStore(try await begin(call, .query, query, relayState: form["RelayState"]))
        }
    }

    private var signOnPosted: Route {
        .page(
            .post, "/saml/sso", access: .everyone, tag: "Single sign-on",
            summary: "The same, by a form (SAML 2.0 Bindings §3.5).",
            body: .form(Self.requestFields, limits: Self.formLimits),
            errors: Self.problems + [.partnerForbidden, .signOnUnavailable],
            forgeryProtection: Route.ForgeryProtection.none
        ) { call in
            let (message, relayState) = try await Self.posted(call)
            return noStore(try await begin(call, .form, message, relayState: relayState))
        }
    }

    /// What every request comes with that is sent by a form.
    static let requestFields: [Parameter] = [
        .text("SAMLRequest", "The request, in base64.", maxLength: 200_000).required,
        .text("RelayState", "Comes back with the answer.", maxLength: SAMLSignOn.longestRelayState),
    ]

    /// A request that came by a form: one, and not two for two readers.
    static func posted(_ call: Call) async throws -> (message: String, relayState: String?) {
        let form = try await call.form()
        guard let message = form["SAMLRequest"], form.all("SAMLRequest").count == 1,
            form.all("RelayState").count <= 1
        else { throw IdentityError.samlRefused }
        return (message, form["RelayState"])
    }

    /// The parts of a query that are read here; the message itself is read by `preau-saml` only.
    static func parts(of query: String) throws(IdentityError) -> (form: Form, names: Set<String>) {
        // A redirect is an address: longer ones do not get here whole.
        guard
            let form = try? Form(
                urlEncoded: Array(query.utf8), limits: FormLimits(bytes: 16_384, fields: 10, valueBytes: 16_384)),
            form.all("SAMLRequest").count == 1, form.all("RelayState").count <= 1
        else { throw .samlRefused }
        return (form, Set(form.fields.map(\.name)))
    }

    private func begin(
        _ call: Call, _ kind: SAMLMessageKind, _ message: String, relayState: String?
    ) async throws -> Response {
        let (partner, facts, record) = try await provider.read(.authentication, kind, message)
        let request = try SAMLSignOn(record, partner, facts, relayState: relayState, provider: provider)
        return try await decide(call, request, partner, fresh: nil)
    }

    /// The same request, back from the sign-in page.
    private var goOn: Route {
        .page(
            .get, "/saml/continue", access: .everyone, tag: "Single sign-on",
            summary: "Of our own: goes on with a request after signing in.",
            query: [
                .text("request", "The request, closed.", maxLength: 4000),
                .text("fresh", "Came from the sign-in page.", maxLength: 200),
            ], errors: Self.problems + [.partnerForbidden, .signOnUnavailable]
        ) { call in
            guard
                let request = SAMLSignOn(
                    call.query.text("request") ?? "", service.keyring, now: call.now / 1_000_000),
                let partner = engine.partners[request.service], partner.isEnabled,
                // Still one of those registered.
                partner.settings.serviceProvider?.consumers.contains(where: { $0.url == request.consumerURL }) == true
            else { throw IdentityError.samlRefused }
            return noStore(try await decide(call, request, partner, fresh: call.query.text("fresh")))
        }
    }

    private func decide(
        _ call: Call, _ request: SAMLSignOn, _ partner: PartnerService, fresh: String?
    ) async throws -> Response {
        func here() throws(IdentityError) -> Link {
            guard let sealed = request.sealed(service.keyring, now: call.now / 1_000_000) else { throw .samlRefused }
            return "/saml/continue?request=\(sealed)&fresh=\(engine.freshMark(for: partner, call.session))"
        }
        func refuse(_ refusal: SAMLProvider.Refusal) async throws -> Response {
            engine.note(.saml, partner, call.session?.holder.account, "refused")
            return post(call, request, try await provider.refusal(refusal, request, partner))
        }
        guard let session = call.session else {
            guard !request.isPassive else { return try await refuse(.noPassive) }
            return .seeOther("/login?next=\(try here().text)")
        }
        if request.forces, !engine.isFresh(session, fresh, for: partner) {
            guard !request.isPassive else { return try await refuse(.noPassive) }
            return .seeOther("/login?again=1&next=\(try here().text)")
        }
        guard engine.standing(of: session.holder, with: partner).isAllowed else { return try await refuse(.denied) }
        let context: String
        switch SAMLContext.wish(request.classes, request.comparison, isStrong: session.proof.strongAt != nil) {
        case .any(let name): context = name ?? SAMLContext.name(of: session.proof)
        case .strong(let name):
            if session.proof.strongAt == nil {
                guard try await service.factors.store.hasAny(session.holder.account) else {
                    return try await refuse(.noContext)
                }
                guard !request.isPassive else { return try await refuse(.noPassive) }
                return .seeOther(StrongRoutes.question(back: try here()))
            }
            context = name ?? SAMLContext.name(of: session.proof)
        case .impossible: return try await refuse(.noContext)
        }
        let released = try await engine.release(partner, of: session.holder)
        guard
            let name = provider.name(
                of: session.holder, in: session.id, partner, released, format: request.format)
        else { return try await refuse(.invalidName) }
        let left = Int(session.startedAt + service.sessions.limits.absolute - call.now / 1_000_000)
        let message = try await provider.answer(
            request, partner, session, name, released, context: context, life: left)
        engine.note(.saml, partner, session.holder.account, "answered")
        return post(call, request, message)
    }

    /// Only ever to an address that is registered, whatever the request said.
    private func post(_ call: Call, _ request: SAMLSignOn, _ message: String) -> Response {
        let fields = [("SAMLResponse", message)] + (request.relayState.map { [("RelayState", $0)] } ?? [])
        return call.posting(
            fields.map { (name: $0.0, value: $0.1) }, to: request.consumerURL,
            origin: PartnerURL(request.consumerURL)?.origin ?? "'none'")
    }
}
