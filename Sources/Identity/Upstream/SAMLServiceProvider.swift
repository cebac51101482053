internal import Compression
internal import Cryptography
internal import HTTP
internal import Redis
internal import Runtime
internal import SAMLExchange
internal import Tenancy
internal import Web

/// The service provider of SAML 2.0, on one loop: people come in through an identity provider above us.
struct SAMLServiceProvider {
    /// Somebody on their way to a provider and back, in Redis for ten minutes under the number of our request.
    struct Journey: Equatable {
        let provider: String
        /// The browser that left: another one that comes back is somebody else's (login CSRF).
        let visit: String
        let next: String
        /// To link to the account of this session; nil: to sign in.
        let linking: SessionID?
        let entity: String
        let consumer: String

        var json: JSON {
            .array([provider, visit, next, linking?.description ?? "", entity, consumer].map { .string($0) })
        }

        init(provider: String, visit: String, next: String, linking: SessionID?, entity: String, consumer: String) {
            self.provider = provider
            self.visit = visit
            self.next = next
            self.linking = linking
            self.entity = entity
            self.consumer = consumer
        }

        init?(_ json: JSON?) {
            guard let texts = json?.elements?.compactMap(\.text), texts.count == 6 else { return nil }
            self.init(
                provider: texts[0], visit: texts[1], next: texts[2],
                linking: UUID(texts[3]).map { SessionID(rawValue: $0) }, entity: texts[4], consumer: texts[5])
        }
    }

    /// Who somebody is, once the answer was looked at: kept for a minute until the browser shows that it is the one that left. The
    /// form comes from another site, and a browser sends no cookie of ours with that.
    struct Arrival {
        let journey: Journey
        let person: UpstreamSignIn.Person
        /// By what the provider ends the session: its name for the person, and for the session.
        let name: String
        let index: String

        var bytes: [UInt8] {
            JSON.array([
                journey.json, .string(person.subject), .array(person.claims.map { .string($0) }), .string(name),
                .string(index),
            ]).bytes
        }

        init(journey: Journey, person: UpstreamSignIn.Person, name: String, index: String) {
            self.journey = journey
            self.person = person
            self.name = name
            self.index = index
        }

        init?(_ bytes: [UInt8]) {
            var parser = JSONParser(bytes)
            guard let parts = try? parser.parse().elements, parts.count == 5, let journey = Journey(parts[0]),
                let subject = parts[1].text, let claims = parts[2].elements?.compactMap(\.text),
                let name = parts[3].text, let index = parts[4].text
            else { return nil }
            self.init(
                journey: journey, person: UpstreamSignIn.Person(subject: subject, claims: claims), name: name,
                index: index)
        }
    }

    let engine: SingleSignOn
    private var provider: SAMLProvider { SAMLProvider(engine) }

    private static let journeyLife = 600
    private static let arrivalLife = 60

    init(_ engine: SingleSignOn) { self.engine = engine }

    private static func key(_ kind: String, _ text: String) -> RedisWord {
        .text(kind + Base64URL.encode(Array(SHA256.hash(text).prefix(16))))
    }

    // MARK: Metadata

    /// What identity providers are given, signed. - Throws: `.samlUnavailable`.
    func metadata(_ site: SAMLSite) async throws(IdentityError) -> String {
        let entity = SAMLSite.entity(at: site.territorial ?? engine.front)
        let signing = engine.keys.saml.map(\.published)
        let opening = engine.keys.samlOpening.map(\.certificate.published)
        let origins = site.territorial == nil ? everyOrigin : site.origins
        let parts = signing + ["|"] + opening + ["|"] + origins
        if let known = engine.serviceProviderMetadata[entity], known.parts == parts { return known.document }
        let id = "_" + Hex.encode(Array(SHA256.hash(parts.joined()).prefix(16)))
        let document = try await provider.sign(
            SAMLMetadata.serviceProvider(
                entity: entity, origins: origins, signing: signing, opening: opening, id: id), id: id,
            with: try provider.key())
        // A port more in an address is an entity more: what somebody makes up is not kept for ever.
        if engine.serviceProviderMetadata.count >= 200 { engine.serviceProviderMetadata = [:] }
        engine.serviceProviderMetadata[entity] = (parts, document)
        return document
    }

    /// The platform's own and those of all territories, with the scheme and port of the platform's.
    private var everyOrigin: [String] {
        guard let front = PartnerURL(engine.front) else { return [engine.front] }
        let scheme = front.isSecure ? "https://" : "http://"
        let port = front.port == (front.isSecure ? 443 : 80) ? "" : ":\(front.port)"
        let hosts = engine.tenancy.territories.all.flatMap(\.hosts)
        return [engine.front] + hosts.prefix(300).map { scheme + $0 + port }
    }

    // MARK: There and back

    /// Where to send somebody. - Throws: `.ticketsUnavailable`, `.samlUnavailable`.
    func leave(_ journey: Journey, _ saml: UpstreamSAML) async throws(IdentityError) -> String {
        let request = SAMLRequest(
            saml, entity: journey.entity, consumer: journey.consumer, instant: SAMLProvider.instant(engine.clock()))
        guard let deflated = try? Deflate.compress(Array(request.document.utf8)) else { throw .samlUnavailable }
        let query = try await sign("SAMLRequest=\(Base64.encode(deflated).percentEncoded())")
        try await engine.redis.keepForSignIn(
            journey.json.bytes, at: Self.key("us:", request.id), life: Self.journeyLife)
        let url = saml.facts.signOnURL
        return url + (url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + query
    }

    func sign(_ query: String) async throws(IdentityError) -> String {
        let answer = try await provider.ask(.query, SAMLRecord(["query": query, "key": try provider.key().key]))
        guard let signed = answer["query"] else { throw .samlUnavailable }
        return signed
    }

    /// Looks at an answer, and keeps who it is about. - Returns: what stands for it, once.
    /// - Throws: `.upstreamRefused`, `.samlUnavailable`, `.ticketsUnavailable`.
    func arrive(_ message: String, at site: SAMLSite) async throws(IdentityError) -> String {
        // Believed by nobody yet: it only says which question it wants to be the answer to.
        let said = try await ask(.response, SAMLRecord(["message": message]))
        guard let id = said["in_response_to"], id.utf8.count == 41, let journey = try await take(id),
            let upstream = engine.upstreams.first(where: { $0.id == journey.provider }),
            case .saml(let saml) = upstream.way, journey.consumer == SAMLSite.consumer(at: site.origin)
        else { throw refused("nobody asked", nil) }
        let answer = SAMLAnswer(try await verified(message, saml, upstream))
        let question = SAMLAnswer.Question(
            id: id, entity: journey.entity, consumer: journey.consumer, provider: saml.facts.entityID)
        if let mismatch = answer.mismatch(question, now: engine.clock()) { throw refused(mismatch, upstream) }
        try await takeOnce(answer, saml, upstream)
        let subject: String
        if let attribute = saml.subject {
            let values = answer.values(attribute)
            guard values.count == 1 else { throw refused("subject", upstream) }
            subject = values[0]
        } else {
            guard let name = answer.nameID, answer.nameFormat != SAMLMetadata.transient else {
                throw refused("transient name", upstream)
            }
            subject = name
        }
        let arrival = Arrival(
            journey: journey, person: UpstreamSignIn.Person(subject: subject, claims: answer.values(upstream.claim)),
            name: answer.nameID ?? "", index: answer.sessionIndex ?? "")
        let token = SecureRandom.token(byteCount: 32)
        try await engine.redis.keepForSignIn(arrival.bytes, at: Self.key("ur:", token), life: Self.arrivalLife)
        return token
    }

    /// Who came back with this; nil when nobody did, or they are in already. - Throws: `.ticketsUnavailable`.
    func arrival(_ token: String) async throws(IdentityError) -> Arrival? {
        guard token.utf8.count == 43 else { return nil }
        return try await engine.redis.takeForSignIn(Self.key("ur:", token)).flatMap { Arrival($0) }
    }

    private func take(_ id: String) async throws(IdentityError) -> Journey? {
        guard let bytes = try await engine.redis.takeForSignIn(Self.key("us:", id)) else { return nil }
        var parser = JSONParser(bytes)
        return Journey(try? parser.parse())
    }

    /// An assertion is good for one time, wherever it comes from.
    private func takeOnce(
        _ answer: SAMLAnswer, _ saml: UpstreamSAML, _ upstream: UpstreamProvider
    ) async throws(IdentityError) {
        // Longer than any answer is believed.
        let life = RedisWord.integer(Int(SAMLAnswer.age + 2 * SAMLAnswer.lateness))
        let reply: RedisValue
        do {
            reply = try await engine.redis.send(
                "SET", Self.key("ua:", saml.facts.entityID + "\u{0}" + answer.assertionID), "1", "EX", life, "NX")
        } catch {
            throw .ticketsUnavailable
        }
        guard reply == .ok else { throw refused("replay", upstream) }
    }

    // MARK: What is signed and encrypted

    private func verified(
        _ message: String, _ saml: UpstreamSAML, _ upstream: UpstreamProvider
    ) async throws(IdentityError) -> SAMLRecord {
        var question = SAMLRecord(["message": message])
        for certificate in saml.facts.certificates { question.add("certificate", certificate) }
        let outer = try await ask(.response, question)
        guard let cipher = outer["data_cipher"] else { return outer }
        func bytes(_ text: String?) -> [UInt8] { text.flatMap { Base64.decode($0.filter { !$0.isWhitespace }) } ?? [] }
        guard
            let closed = XMLEncryption(
                dataAlgorithm: outer["data_algorithm"] ?? "", keyAlgorithm: outer["key_algorithm"] ?? "",
                digest: outer["key_digest"], mask: outer["key_mask"], key: bytes(outer["key_cipher"]),
                data: bytes(cipher)), closed.isAuthenticated || outer["signed"] != nil
        else { throw refused("encryption", upstream) }
        let keys = engine.keys.samlOpening.map(\.key)
        let opened: [UInt8]?
        if let pool = engine.signing {
            do {
                opened = try await pool.run { keys.lazy.compactMap { closed.opened(by: $0) }.first }
            } catch {
                throw .samlUnavailable
            }
        } else {
            opened = keys.lazy.compactMap { closed.opened(by: $0) }.first
        }
        guard let opened, let document = String(validating: opened, as: UTF8.self) else {
            throw refused("not for us", upstream)
        }
        var inner = SAMLRecord(["document": document, "signed": outer["signed"]])
        for certificate in saml.facts.certificates { inner.add("certificate", certificate) }
        var all = outer
        for field in try await ask(.assertion, inner).fields { all.add(field.name, field.value) }
        return all
    }

    private func ask(_ verb: SAMLVerb, _ record: SAMLRecord) async throws(IdentityError) -> SAMLRecord {
        do {
            return try await provider.ask(verb, record)
        } catch {
            throw error == .samlRefused ? .upstreamRefused : error
        }
    }

    func refused(_ why: StaticString, _ upstream: UpstreamProvider?) -> IdentityError {
        engine.log.notice(
            "an identity provider's answer was refused", ("provider", .text(upstream?.id ?? "")),
            ("why", .text(why.description)))
        return .upstreamRefused
    }
}
