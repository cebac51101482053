internal import Redis
internal import Runtime
internal import SAMLExchange
internal import Tenancy
internal import Web

extension SAMLProvider {
    /// How a service provider knows a person.
    struct Name: Equatable {
        let value: String
        let format: String
    }

    /// What somebody's session is to a service provider, kept beside the session: requests to sign out name it by its index.
    struct Entry: Equatable {
        let session: UUID
        let account: UUID
        let service: UUID
        let name: Name

        var bytes: [UInt8] {
            JSON.array(
                [session.description, account.description, service.description, name.value, name.format]
                    .map { .string($0) }
            ).bytes
        }

        init(session: UUID, account: UUID, service: UUID, name: Name) {
            self.session = session
            self.account = account
            self.service = service
            self.name = name
        }

        init?(_ bytes: [UInt8]) {
            var parser = JSONParser(bytes)
            guard let texts = try? parser.parse().elements?.compactMap(\.text), texts.count == 5,
                let session = UUID(texts[0]), let account = UUID(texts[1]), let service = UUID(texts[2])
            else { return nil }
            self.init(
                session: session, account: account, service: service, name: Name(value: texts[3], format: texts[4]))
        }
    }

    /// Why a service provider gets nobody (SAML 2.0 Core §3.2.2.2).
    enum Refusal: String {
        case noPassive = "NoPassive"
        case noContext = "NoAuthnContext"
        case denied = "RequestDenied"
        case invalidName = "InvalidNameIDPolicy"

        static let prefix = "urn:oasis:names:tc:SAML:2.0:status:"

        var first: String { Self.prefix + (self == .invalidName ? "Requester" : "Responder") }
        var second: String { Self.prefix + rawValue }
    }

    /// An assertion is good for so long, seconds; and begins that much earlier, for clocks that are late.
    private static let life: Int64 = 300
    private static let lateness: Int64 = 60

    /// How the session is called at a service provider: nothing that leads back to it, and another at each.
    func index(of session: SessionID, _ service: PartnerService) -> String { "_" + engine.sid(session, service) }

    static func key(_ index: String) -> RedisWord { .text("sx:" + index) }

    /// Nil when the person has no name of that format there.
    func name(
        of holder: Holder, in session: SessionID, _ service: PartnerService, _ released: ReleasedIdentity,
        format wanted: String?
    ) -> Name? {
        let usual = service.settings.nameID.format
        let format = wanted ?? usual
        // Whom somebody is, lastingly, is for the administrator to say; a name for one session can be asked for.
        guard format == usual || format == SAMLMetadata.transient else { return nil }
        switch format {
        case SAMLMetadata.persistent:
            return Name(value: engine.pairwise(holder.account, sector: service.sector), format: format)
        case SAMLMetadata.transient:
            return Name(value: "_" + engine.transientName(session, service), format: format)
        case SAMLMetadata.email:
            let parts = released.user.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, parts[1].contains(".") else { return nil }
            return Name(value: released.user, format: format)
        default: return Name(value: released.user, format: format)
        }
    }

    /// The base64 of a Response that says who the person is; they have entered the service with it.
    /// - Throws: `.ticketsUnavailable`, `.samlUnavailable`.
    func answer(
        _ request: SAMLSignOn, _ service: PartnerService, _ session: Session, _ name: Name,
        _ released: ReleasedIdentity, context: String, life left: Int
    ) async throws(IdentityError) -> String {
        guard let facts = service.settings.serviceProvider else { throw .unknownPartner }
        let key = try key()
        let index = index(of: session.id, service)
        let entry = Entry(
            session: session.id.rawValue, account: session.holder.account.rawValue, service: service.id, name: name)
        var commands: [[RedisWord]] = [
            ["SET", SAMLProvider.key(index), .bytes(entry.bytes), "EX", .integer(max(1, left))]
        ]
        if service.settings.isToldOfSignOut {
            commands += PartnerSessions.commands(
                .saml(service: service.id, name: name.value, format: name.format, index: index), of: session.id,
                life: left)
        }
        guard let replies = try? await engine.redis.pipeline(commands), replies[0] == .ok else {
            throw .ticketsUnavailable
        }
        if replies.count > 1 { await engine.partnerSessions.trim(session.id, after: replies) }
        var question = assertion(request, service, facts, name, released)
        question.add("key", key.key)
        question.add("certificate", key.certificate)
        question.add("provider", SAMLMetadata.provider(front: engine.front, keys: [key.published]))
        question.add("partner", SAMLMetadata.partner(facts))
        question.add("session_index", index)
        question.add("session_end", SAMLProvider.instant(engine.clock() + Int64(left)))
        question.add("authenticated_at", SAMLProvider.instant(session.startedAt))
        question.add("context", context)
        if service.settings.encrypts, !facts.encryptionCertificates.isEmpty { question.add("encrypts", "1") }
        guard let message = try await ask(.answer, question)["message"] else { throw .samlUnavailable }
        return message
    }

    private func assertion(
        _ request: SAMLSignOn, _ service: PartnerService, _ facts: ServiceProviderFacts, _ name: Name,
        _ released: ReleasedIdentity
    ) -> SAMLRecord {
        let now = engine.clock()
        var question = SAMLRecord([
            "in_response_to": request.id.isEmpty ? nil : request.id, "consumer_url": request.consumerURL,
            "name_id": name.value, "name_id_format": name.format,
            "name_id_qualifier": name.format == SAMLMetadata.email ? nil : facts.entityID,
            "instant": SAMLProvider.instant(now), "not_before": SAMLProvider.instant(now - Self.lateness),
            "not_after": SAMLProvider.instant(now + Self.life),
        ])
        for (attribute, values) in released.attributes {
            question.add("attribute", attribute)
            // What XML cannot hold is left out, as everywhere else that it is written.
            for value in values { question.add("value", SAMLProvider.writable(value)) }
        }
        return question
    }

    private static func writable(_ text: String) -> String {
        var result = ""
        result.unicodeScalars.append(
            contentsOf: text.unicodeScalars.filter { scalar in
                switch scalar {
                case "\t", "\n", "\u{20}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}": true
                default: false
                }
            })
        return result
    }

    /// The base64 of a Response that says why not.
    func refusal(
        _ refusal: Refusal, _ request: SAMLSignOn, _ service: PartnerService
    ) async throws(IdentityError) -> String {
        guard let facts = service.settings.serviceProvider else { throw .unknownPartner }
        let key = try key()
        let answer = try await ask(
            .answer,
            SAMLRecord([
                "in_response_to": request.id, "consumer_url": request.consumerURL,
                "instant": SAMLProvider.instant(engine.clock()), "status": refusal.first, "substatus": refusal.second,
                "key": key.key, "certificate": key.certificate,
                "provider": SAMLMetadata.provider(front: engine.front, keys: [key.published]),
                "partner": SAMLMetadata.partner(facts),
            ]))
        guard let message = answer["message"] else { throw .samlUnavailable }
        return message
    }

    /// A Response without signature and in clear, as it would be for a session that begins now.
    func preview(
        _ service: PartnerService, of holder: Holder, _ released: ReleasedIdentity
    ) async throws(IdentityError) -> String {
        guard let facts = service.settings.serviceProvider, let consumer = facts.defaultConsumer else {
            throw .unknownPartner
        }
        let session = SessionID(rawValue: .v7())
        guard let name = name(of: holder, in: session, service, released, format: nil) else { return "" }
        let request = SAMLSignOn(previewFor: service, consumerURL: consumer.url)
        var question = assertion(request, service, facts, name, released)
        let key = try key()
        question.add("key", key.key)
        question.add("certificate", key.certificate)
        question.add("shown", "1")
        question.add("provider", SAMLMetadata.provider(front: engine.front, keys: [key.published]))
        question.add("partner", SAMLMetadata.partner(facts))
        question.add("session_index", index(of: session, service))
        question.add("authenticated_at", SAMLProvider.instant(engine.clock()))
        question.add("context", SAMLContext.password)
        guard let document = try await ask(.answer, question)["document"] else { throw .samlUnavailable }
        return document
    }
}

extension SAMLSignOn {
    fileprivate init(previewFor service: PartnerService, consumerURL: String) {
        self.service = service.id
        id = ""
        self.consumerURL = consumerURL
        relayState = nil
        format = nil
        forces = false
        isPassive = false
        classes = []
        comparison = nil
    }
}
