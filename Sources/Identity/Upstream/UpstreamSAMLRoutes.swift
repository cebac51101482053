internal import Compression
internal import Cryptography
internal import HTTP
internal import Runtime
internal import SAMLExchange
internal import Tenancy
internal import Web

/// `/saml/sp/…`: the service provider of SAML 2.0, for identity providers above us.
struct UpstreamSAMLRoutes: Sendable {
    private let service: IdentityService

    init(_ service: IdentityService) { self.service = service }

    private var engine: SingleSignOn { service.singleSignOn }
    private var party: SAMLServiceProvider { SAMLServiceProvider(engine) }

    var all: [Route] { [metadata, consumer, comeBack, logout, logoutPosted] }

    private static let problems: [ProblemCode] = [.upstreamRefused, .samlUnavailable, .signOnUnavailable]

    private func site(_ call: Call) throws -> SAMLSite {
        guard let site = SAMLSite(call, service.tenancy.territories, front: engine.front) else {
            throw Problem(.notFound)
        }
        return site
    }

    private var metadata: Route {
        .resource(
            .get, "/saml/sp/metadata", access: .everyone, tag: "Identity",
            summary: "This site as a service provider, for identity providers above us (SAML 2.0 Metadata), signed.",
            answers: [.other("application/samlmetadata+xml", "The document.")], errors: [.samlUnavailable]
        ) { call in
            var response = Response(
                status: .ok, headers: [("Content-Type", "application/samlmetadata+xml")],
                body: .bytes(Array(try await party.metadata(try site(call)).utf8)))
            response.headers.set("Cache-Control", "public, max-age=3600")
            return response
        }
    }

    // MARK: Coming back

    private var consumer: Route {
        .page(
            .post, "/saml/sp/acs", access: .everyone, tag: "Identity",
            summary: "An identity provider's answer, by a form (SAML 2.0 Bindings §3.5).",
            body: .form(
                [
                    .text("SAMLResponse", "The answer, in base64.", maxLength: 200_000).required,
                    // Where somebody goes next is with the question: nothing that comes from elsewhere leads anybody anywhere.
                    .text("RelayState", "Not looked at.", maxLength: 2000),
                ], limits: SAMLRoutes.formLimits),
            answers: [.elsewhere], errors: Self.problems, forgeryProtection: Route.ForgeryProtection.none
        ) { call in
            let site = try site(call)
            let form = try await call.form()
            guard let message = form["SAMLResponse"], form.all("SAMLResponse").count == 1 else {
                throw IdentityError.upstreamRefused
            }
            let token = try await party.arrive(message, at: site)
            return noStore(.seeOther("/saml/sp/return?arrival=\(token)"))
        }
    }

    /// On this site again, where the browser sends its cookies.
    private var comeBack: Route {
        .page(
            .get, "/saml/sp/return", access: .everyone, tag: "Identity",
            summary: "Of our own: lets somebody in after an identity provider's answer.",
            query: [.text("arrival", "What stands for it, once.", maxLength: 100)],
            errors: Self.problems + [.upstreamUnknown, .signInUnavailable]
        ) { call in
            guard let token = call.query.text("arrival"), let arrival = try await party.arrival(token),
                SessionBinding.visit(of: call.request) == arrival.journey.visit,
                arrival.journey.consumer == SAMLSite.consumer(at: try site(call).origin),
                let provider = engine.upstreams.first(where: { $0.id == arrival.journey.provider })
            else { throw IdentityError.upstreamRefused }
            let routes = UpstreamRoutes(service)
            let outcome = try await routes.settle(
                call, arrival.person, linking: arrival.journey.linking, provider)
            if case .signedIn(let session, _) = outcome, !arrival.name.isEmpty {
                await UpstreamSessions(engine.redis).note(
                    UpstreamSessions.Entry(
                        session: session.id.rawValue, account: session.holder.account.rawValue, index: arrival.index),
                    at: UpstreamSessions.key(provider.id, name: arrival.name),
                    life: Int(service.sessions.limits.absolute))
            }
            return try routes.answer(call, outcome, next: arrival.journey.next)
        }
    }

    // MARK: Signed out there

    private var logout: Route {
        .page(
            .get, "/saml/sp/logout", access: .everyone, tag: "Identity",
            summary: "An identity provider signs somebody out, by redirect (SAML 2.0 Profiles §4.4).",
            errors: Self.problems + [.samlRefused, .signInUnavailable]
        ) { call in
            let query = call.request.query ?? ""
            let (form, _) = try SAMLRoutes.parts(of: query)
            return noStore(try await signOut(call, .query, query, relayState: form["RelayState"]))
        }
    }

    private var logoutPosted: Route {
        .page(
            .post, "/saml/sp/logout", access: .everyone, tag: "Identity", summary: "The same, by a form.",
            body: .form(SAMLRoutes.requestFields, limits: SAMLRoutes.formLimits),
            answers: [.elsewhere], errors: Self.problems + [.samlRefused, .signInUnavailable],
            forgeryProtection: Route.ForgeryProtection.none
        ) { call in
            let (message, relayState) = try await SAMLRoutes.posted(call)
            return noStore(try await signOut(call, .form, message, relayState: relayState))
        }
    }

    /// Nobody is signed out but by a message that is signed, new, and for this place.
    private func signOut(
        _ call: Call, _ kind: SAMLMessageKind, _ message: String, relayState: String?
    ) async throws -> Response {
        let site = try site(call)
        let provider = SAMLProvider(engine)
        var question = SAMLRecord(["kind": kind.rawValue, "message": message])
        let issuer = try await provider.ask(.outline, question)["issuer"]
        guard
            // Each is told of the entity that it knows: the territory's, or the platform's.
            let upstream = engine.upstreams.first(where: {
                $0.protocolName == "saml" && $0.issuer == issuer && $0.territory == call.territory?.id
            }), case .saml(let saml) = upstream.way, (relayState ?? "").utf8.count <= SAMLSignOn.longestRelayState
        else { throw IdentityError.samlRefused }
        let entity = site.entity(for: upstream, front: engine.front)
        question.add("of_provider", "1")
        question.add(
            "provider",
            SAMLMetadata.serviceProvider(
                entity: entity, origins: [site.origin], signing: [try provider.key().published], opening: []))
        question.add("partner", SAMLMetadata.partner(saml.facts))
        let record = try await provider.ask(.logout, question)
        guard record["issuer"] == issuer, record["version"] == "2.0", record["signed"] != nil, let id = record["id"],
            (1...256).contains(id.utf8.count), record["destination"] == SAMLSite.logout(at: site.origin),
            provider.isRecent(record["issued"], tolerance: SAMLAnswer.age), let name = record["name_id"],
            record["until"].map({ $0 > SAMLProvider.instant(engine.clock() - SAMLAnswer.lateness) }) ?? true
        else { throw IdentityError.samlRefused }
        let indexes = (record["indexes"] ?? "").split(separator: "\n").map(String.init)
        let ended = try await UpstreamSessions(engine.redis).take(
            UpstreamSessions.key(upstream.id, name: name), indexes: indexes)
        for entry in ended {
            do {
                try await service.sessions.end(
                    SessionID(rawValue: entry.session), of: AccountID(rawValue: entry.account))
            } catch {
                // Over already, or the directory is away: Redis keeps the mark either way.
                await service.sessions.forget([SessionID(rawValue: entry.session)])
            }
            engine.log.info(
                "signed out by an identity provider", ("provider", .text(upstream.id)),
                ("account", .text(entry.account.description)))
        }
        let isOwn = call.wholeSession.map { session in ended.contains { $0.session == session.id.rawValue } } ?? false
        var response = try await answer(call, saml, to: id, entity: entity, relayState: relayState)
        if isOwn { response.endSession(call) }
        return response
    }

    /// That it is done: whoever it named is not signed in here by this provider any more, whether they were or not.
    private func answer(
        _ call: Call, _ saml: UpstreamSAML, to request: String, entity: String, relayState: String?
    ) async throws -> Response {
        func message(to url: String) -> SAMLLogoutMessage {
            SAMLLogoutMessage.response(
                issuer: entity, to: url, instant: SAMLProvider.instant(engine.clock()), inResponseTo: request,
                status: "Success")
        }
        func place(_ binding: String) -> String? {
            saml.facts.logouts.first { $0.binding == binding }.map { $0.responseURL ?? $0.url }
        }
        if let url = place(ServiceProviderFacts.redirect) {
            guard let deflated = try? Deflate.compress(Array(message(to: url).document.utf8)) else {
                throw IdentityError.samlUnavailable
            }
            let relay = relayState.map { "&RelayState=\($0.percentEncoded())" } ?? ""
            let query = try await party.sign("SAMLResponse=\(Base64.encode(deflated).percentEncoded())\(relay)")
            return .redirect(.seeOther, to: url + (url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + query)
        }
        guard let url = place(ServiceProviderFacts.post) else { return .seeOther("/login?signed_out=1") }
        let provider = SAMLProvider(engine)
        let written = message(to: url)
        let signed = try await provider.sign(written.document, id: written.id, with: try provider.key())
        let fields =
            [(name: "SAMLResponse", value: Base64.encode(Array(signed.utf8)))]
            + (relayState.map { [(name: "RelayState", value: $0)] } ?? [])
        return call.posting(fields, to: url, origin: PartnerURL(url)?.origin ?? "'none'")
    }
}
