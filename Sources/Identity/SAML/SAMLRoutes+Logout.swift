internal import Compression
internal import Cryptography
internal import HTTP
internal import HTTPClient
internal import Redis
internal import Runtime
internal import SAMLExchange
internal import Tenancy
internal import Web

extension SAMLRoutes {
    /// Seconds: clocks, and no more. A request to sign out is made and sent at once.
    private static let lateness: Int64 = 300

    // MARK: A service provider signs somebody out

    var logout: Route {
        .page(
            .get, "/saml/logout", access: .everyone, tag: "Single sign-on",
            summary: "A service provider signs somebody out, by redirect (SAML 2.0 Profiles §4.4).",
            errors: Self.problems
        ) { call in
            let query = call.request.query ?? ""
            let (form, _) = try SAMLRoutes.parts(of: query)
            return noStore(try await signOut(call, .query, query, relayState: form["RelayState"]))
        }
    }

    var logoutPosted: Route {
        .page(
            .post, "/saml/logout", access: .everyone, tag: "Single sign-on", summary: "The same, by a form.",
            body: .form(Self.requestFields, limits: Self.formLimits),
            errors: Self.problems, forgeryProtection: Route.ForgeryProtection.none
        ) { call in
            let (message, relayState) = try await Self.posted(call)
            return noStore(try await signOut(call, .form, message, relayState: relayState))
        }
    }

    private func signOut(
        _ call: Call, _ kind: SAMLMessageKind, _ message: String, relayState: String?
    ) async throws -> Response {
        let (partner, facts, record) = try await readLogout(kind, message, at: provider.logoutURL)
        guard (relayState ?? "").utf8.count <= SAMLSignOn.longestRelayState else { throw IdentityError.samlRefused }
        let ended = await end(record, partner, of: call.session)
        let isOwn = call.session.map { session in ended.contains { $0.session == session.id.rawValue } } ?? false
        var response = try await answer(record, facts, ended, relayState: relayState, call)
        if isOwn { response.endSession(call) }
        return response
    }

    /// Where a service provider asks behind the browser's back.
    var soap: Route {
        .resource(
            .post, "/saml/soap", access: .everyone, tag: "Single sign-on",
            summary: "A service provider signs somebody out, over SOAP (SAML 2.0 Bindings §3.2).",
            body: .stream(["text/xml", "application/soap+xml", "application/xml"], limit: 128 << 10),
            answers: [.other("text/xml", "The answer, signed.")], errors: Self.problems,
            forgeryProtection: Route.ForgeryProtection.none
        ) { call in
            let bytes = try await call.request.body.collect(upTo: 128 << 10)
            guard let message = String(validating: bytes, as: UTF8.self) else { throw IdentityError.samlRefused }
            let (partner, _, record) = try await readLogout(.soap, message, at: provider.soapURL)
            let ended = await end(record, partner, of: nil)
            let answer = SAMLLogoutMessage.response(
                issuer: provider.entityID, to: nil, instant: SAMLProvider.instant(engine.clock()),
                inResponseTo: record["id"] ?? "", status: ended.isEmpty ? "Requester" : "Success")
            let signed = try await provider.sign(answer.document, id: answer.id, with: try provider.key())
            return noStore(
                Response(
                    status: .ok, headers: [("Content-Type", "text/xml;charset=UTF-8")],
                    body: .bytes(Array(SAMLLogoutMessage.envelope(signed).utf8))))
        }
    }

    /// Nobody is signed out but by a message that is signed, new, and for this place.
    private func readLogout(
        _ kind: SAMLMessageKind, _ message: String, at place: String
    ) async throws(IdentityError) -> (service: PartnerService, facts: ServiceProviderFacts, record: SAMLRecord) {
        let (partner, facts, record) = try await provider.read(.logout, kind, message)
        guard record["signed"] != nil, let id = record["id"], (1...256).contains(id.utf8.count),
            // Over SOAP the place is where it was sent: it may say nothing of it.
            record["destination"].map({ $0 == place }) ?? (kind == .soap),
            provider.isRecent(record["issued"], tolerance: Self.lateness), record["name_id"] != nil,
            record["until"].map({ $0 > SAMLProvider.instant(engine.clock() - Self.lateness) }) ?? true
        else { throw .samlRefused }
        return (partner, facts, record)
    }

    /// Ends the sessions that the request names, if they are of the person that it names, at the service that it is from.
    private func end(
        _ record: SAMLRecord, _ partner: PartnerService, of session: Session?
    ) async -> [SAMLProvider.Entry] {
        var indexes = (record["indexes"] ?? "").split(separator: "\n").map(String.init)
        if indexes.isEmpty, let session { indexes = [provider.index(of: session.id, partner)] }
        var ended: [SAMLProvider.Entry] = []
        for index in indexes.prefix(20) where index.utf8.count <= 100 {
            guard let bytes = try? await engine.redis.send("GET", SAMLProvider.key(index)).bytes,
                let entry = SAMLProvider.Entry(bytes), entry.service == partner.id,
                entry.name.value == record["name_id"],
                record["name_id_format"].map({ $0 == entry.name.format }) ?? true
            else { continue }
            let id = SessionID(rawValue: entry.session)
            // Who asks knows it already.
            await engine.partnerSessions.forget(
                .saml(service: partner.id, name: entry.name.value, format: entry.name.format, index: index), of: id)
            _ = try? await engine.redis.send("DEL", SAMLProvider.key(index))
            do {
                try await service.sessions.end(id, of: AccountID(rawValue: entry.account))
            } catch {
                // Over already, or the directory is away: Redis keeps the mark either way.
                await service.sessions.forget([id])
            }
            engine.note(.saml, partner, AccountID(rawValue: entry.account), "signed out")
            ended.append(entry)
        }
        return ended
    }

    private func answer(
        _ record: SAMLRecord, _ facts: ServiceProviderFacts, _ ended: [SAMLProvider.Entry], relayState: String?,
        _ call: Call
    ) async throws -> Response {
        let status = ended.isEmpty ? "Requester" : "Success"
        let key = try provider.key()
        func message(to url: String) -> SAMLLogoutMessage {
            SAMLLogoutMessage.response(
                issuer: provider.entityID, to: url, instant: SAMLProvider.instant(engine.clock()),
                inResponseTo: record["id"] ?? "", status: status)
        }
        func place(_ binding: String) -> String? {
            facts.logouts.first { $0.binding == binding }.map { $0.responseURL ?? $0.url }
        }
        if let url = place(ServiceProviderFacts.redirect) {
            guard let deflated = try? Deflate.compress(Array(message(to: url).document.utf8)) else {
                throw IdentityError.samlUnavailable
            }
            let relay = relayState.map { "&RelayState=\($0.percentEncoded())" } ?? ""
            let signed = try await provider.ask(
                .query,
                SAMLRecord([
                    "query": "SAMLResponse=\(Base64.encode(deflated).percentEncoded())\(relay)", "key": key.key,
                ]))
            guard let query = signed["query"] else { throw IdentityError.samlUnavailable }
            return .redirect(.seeOther, to: url + (url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + query)
        }
        guard let url = place(ServiceProviderFacts.post) else {
            // Nowhere to answer to: the person stays here.
            return .seeOther("/login?signed_out=1")
        }
        let written = message(to: url)
        let signed = try await provider.sign(written.document, id: written.id, with: key)
        let fields =
            [(name: "SAMLResponse", value: Base64.encode(Array(signed.utf8)))]
            + (relayState.map { [(name: "RelayState", value: $0)] } ?? [])
        return call.posting(fields, to: url, origin: PartnerURL(url)?.origin ?? "'none'")
    }

    // MARK: We sign somebody out

    /// What tells a service provider that a session ended; nil when there is no way without a browser.
    func logoutRequest(_ entry: PartnerSessions.Entry) async -> HTTPClient.Request? {
        guard case .saml(let id, let name, let format, let index) = entry, let partner = engine.partners[id],
            let facts = partner.settings.serviceProvider,
            let place = facts.logouts.first(where: { $0.binding == ServiceProviderFacts.soap }),
            let key = try? provider.key()
        else { return nil }
        let now = engine.clock()
        let message = SAMLLogoutMessage.request(
            issuer: provider.entityID, to: place.url, instant: SAMLProvider.instant(now),
            until: SAMLProvider.instant(now + Self.lateness), name: SAMLProvider.Name(value: name, format: format),
            qualifier: facts.entityID, index: index)
        guard let signed = try? await provider.sign(message.document, id: message.id, with: key) else {
            engine.instruments.untold.add()
            return nil
        }
        return HTTPClient.Request(
            "POST", place.url,
            headers: [
                ("Content-Type", "text/xml;charset=UTF-8"),
                ("SOAPAction", "\"http://www.oasis-open.org/committees/security\""),
            ], body: Array(SAMLLogoutMessage.envelope(signed).utf8))
    }
}
