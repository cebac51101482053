internal import HTTP
internal import Redis
internal import Runtime
internal import Tenancy
internal import Web

/// Agreeing that an application knows one, and taking it back.
struct ConsentRoutes: Sendable {
    private let service: IdentityService

    init(_ service: IdentityService) { self.service = service }

    private var engine: SingleSignOn { service.singleSignOn }

    var all: [Route] { [decide, list, takeBack] }

    /// Shown to the page that asks again (`prompt=consent`), so that it does not ask for ever; nobody else can make one.
    static func mark(_ session: Session, _ client: PartnerService, _ service: IdentityService) -> String {
        service.keyring.tokens.token(for: binding(session, client))
    }

    static func isMarked(
        _ text: String?, _ session: Session, _ client: PartnerService, _ service: IdentityService
    ) -> Bool {
        text.map { service.keyring.tokens.verifies($0, for: binding(session, client)) } ?? false
    }

    private static func binding(_ session: Session, _ client: PartnerService) -> String {
        "consent \(client.id) \(session.id)"
    }

    /// The page that asks; nil when nothing is to be asked. - Throws: `.directoryUnavailable`.
    static func question(
        _ call: Call, _ request: AuthorizationRequest, _ session: Session, _ service: IdentityService
    ) async throws(IdentityError) -> Response? {
        let client = request.service
        guard client.asksConsent else { return nil }
        let given = try await service.singleSignOn.consents.scopes(of: session.holder.account, for: client.id)
        let isEnough = given.map { request.consentScopes.isSubset(of: $0) } ?? false
        let isAskedAnew =
            request.prompt.contains("consent") && !isMarked(request.confirmed, session, client, service)
        guard !isEnough || isAskedAnew else { return nil }
        let query = request.link(fresh: request.fresh ?? "").text.drop { $0 != "?" }.dropFirst()
        let url = PartnerURL(request.redirectURI)
        var response = call.page(
            ConsentPages(language: call.language).question(
                client, host: url?.host ?? "", scopes: request.consentScopes.sorted(), request: String(query),
                token: call.frame.forgeryToken))
        if let origin = url?.origin { response.allowForm(to: origin) }
        return response
    }

    private var decide: Route {
        .page(
            .post, "/oidc/consent", access: .signedIn, tag: "Single sign-on",
            summary: "Of our own: agrees that a client knows one, or does not.",
            body: .form(
                [
                    .text("request", "What to go on with.", maxLength: 8000).required,
                    .enumeration("decision", ["allow", "deny"], "Whether it may.").required,
                ], limits: FormLimits(bytes: 16_384, fields: 10, valueBytes: 8192)),
            errors: [.unknownPartner, .signInUnavailable, .signOnUnavailable]
        ) { call in
            let session = try call.requireSession()
            let form = try await call.form()
            let inner = try Form(
                urlEncoded: Array((form["request"] ?? "").utf8),
                limits: FormLimits(bytes: 8192, fields: 50, nameBytes: 100, valueBytes: 4096))
            var request = try AuthorizationRequest(inner, engine.partners)
            do { try request.read() } catch { throw IdentityError.unknownPartner }
            guard form["decision"] == "allow" else {
                engine.note(.oidc, request.service, session.holder.account, "not allowed")
                return noStore(
                    OpenIDRoutes(service).send(
                        call, request,
                        [("error", "access_denied"), ("error_description", "the person does not want it")]))
            }
            try await engine.consents.give(
                request.consentScopes, of: session.holder.account, for: request.service.id)
            await engine.readmit(session.holder.account, to: request.service.id)
            let here = request.link(fresh: request.fresh ?? "")
                .adding("confirmed", ConsentRoutes.mark(session, request.service, service))
            return noStore(.seeOther(here))
        }
    }

    private var list: Route {
        .page(
            .get, "/account/services", access: .signedIn, tag: "Identity",
            summary: "The applications that one has let know one.",
            query: [.flag("taken", "Says that it is taken back.")], errors: [.signInUnavailable]
        ) { call in
            let session = try call.requireSession()
            if call.query.flag("taken") {
                call.frame.notices.append(Notice(.success, Phrase.consentTaken[call.language]))
            }
            let zone = try service.timeZone(call.territory, session.holder)
            let rows = try await engine.consents.all(of: session.holder.account).compactMap { given in
                engine.partners[given.service].map {
                    (
                        service: $0, scopes: given.scopes.sorted(),
                        day: call.language.date(zone.date(microseconds: given.at))
                    )
                }
            }
            return noStore(
                call.page(ConsentPages(language: call.language).given(rows, token: call.frame.forgeryToken)))
        }
    }

    private var takeBack: Route {
        .page(
            .post, "/account/services/{id}/remove", access: .signedIn, tag: "Identity",
            summary: "Takes back that an application knows one.", parameters: [.uuid("id", "The application.")],
            body: .form([]), errors: [.signInUnavailable, .signOnUnavailable]
        ) { call in
            let session = try call.requireSession()
            let id = try call.path.uuid("id")
            // First: what it has at this moment is worth nothing from now on.
            try await engine.shutOut(session.holder.account, of: id)
            try await engine.consents.take(id, from: session.holder.account)
            return noStore(.seeOther("/account/services?taken=1"))
        }
    }
}

extension SingleSignOn {
    private static func key(_ account: AccountID, _ service: UUID) -> RedisWord {
        .text("co:\(account):\(service)")
    }

    /// Makes the access tokens worthless that a service has of a person, for as long as one can last.
    func shutOut(_ account: AccountID, of service: UUID) async throws(IdentityError) {
        do {
            try await redis.send("SET", Self.key(account, service), "1", "EX", .integer(AccessTokens.life))
        } catch {
            throw .ticketsUnavailable
        }
    }

    func readmit(_ account: AccountID, to service: UUID) async {
        _ = try? await redis.send("DEL", Self.key(account, service))
    }

    /// Whether the person took back what they had agreed to. - Throws: `.ticketsUnavailable`.
    func isShutOut(_ account: AccountID, of service: UUID) async throws(IdentityError) -> Bool {
        do { return try await redis.send("GET", Self.key(account, service)).bytes != nil } catch {
            throw .ticketsUnavailable
        }
    }
}
