internal import Cryptography
internal import Runtime
package import SAMLExchange

/// The identity provider of SAML 2.0, on one loop: what it asks `preau-saml`, and what it says there.
struct SAMLProvider {
    let engine: SingleSignOn

    init(_ engine: SingleSignOn) { self.engine = engine }

    var entityID: String { engine.front + "/saml/metadata" }

    /// Where people are sent with a request, and with one to sign out.
    var signOnURL: String { engine.front + "/saml/sso" }
    var logoutURL: String { engine.front + "/saml/logout" }
    var soapURL: String { engine.front + "/saml/soap" }

    // MARK: Asking

    /// - Throws: `.samlUnavailable` when the process does not answer, `.samlRefused` for a message that it will not have.
    func ask(_ verb: SAMLVerb, _ record: SAMLRecord) async throws(IdentityError) -> SAMLRecord {
        guard let client = engine.saml else { throw .samlUnavailable }
        do {
            return try await client.ask(verb, record)
        } catch {
            switch error {
            case .unavailable:
                engine.instruments.count(.saml, "impossible")
                throw .samlUnavailable
            case .refused(let reason):
                engine.instruments.count(.saml, "refused")
                engine.log.info("a SAML message was refused", ("verb", .text(verb.rawValue)), ("why", .text(reason)))
                throw .samlRefused
            }
        }
    }

    /// The key that signs. - Throws: `.samlUnavailable` while there is none.
    func key() throws(IdentityError) -> SAMLKey {
        guard let key = engine.keys.saml.first, key.state == .active else { throw .samlUnavailable }
        return key
    }

    /// Ours, as lasso is given it.
    func metadata() throws(IdentityError) -> String {
        SAMLMetadata.provider(front: engine.front, keys: [try key().published])
    }

    /// What partners read: every key that signs, will or did, signed by the present one.
    func signedMetadata() async throws(IdentityError) -> String {
        let key = try key()
        let keys = engine.keys.saml.map(\.published)
        if let known = engine.samlMetadata, known.keys == keys { return known.document }
        let id = "_" + Hex.encode(Array(SHA256.hash(keys.joined()).prefix(16)))
        let document = try await sign(
            SAMLMetadata.provider(front: engine.front, keys: keys, id: id), id: id, with: key)
        engine.samlMetadata = (keys, document)
        return document
    }

    func sign(_ document: String, id: String, with key: SAMLKey) async throws(IdentityError) -> String {
        let answer = try await ask(
            .document,
            SAMLRecord(["document": document, "id": id, "key": key.key, "certificate": key.certificate]))
        guard let signed = answer["document"] else { throw .samlUnavailable }
        return signed
    }

    /// Reads what a partner sent, and verifies it with what is registered of that partner.
    /// - Throws: `.unknownPartner`, `.samlRefused`, `.samlUnavailable`.
    func read(
        _ verb: SAMLVerb, _ kind: SAMLMessageKind, _ message: String
    ) async throws(IdentityError) -> (service: PartnerService, facts: ServiceProviderFacts, record: SAMLRecord) {
        var question = SAMLRecord(["kind": kind.rawValue, "message": message])
        let outline = try await ask(.outline, question)
        guard let issuer = outline["issuer"], let service = engine.partners.serviceProvider(issuer),
            let facts = service.settings.serviceProvider
        else {
            engine.note(.saml, nil, nil, "unknown service")
            throw .unknownPartner
        }
        question.add("provider", try metadata())
        question.add("partner", SAMLMetadata.partner(facts))
        let record = try await ask(verb, question)
        guard record["issuer"] == issuer, record["version"] == "2.0" else { throw .samlRefused }
        return (service, facts, record)
    }

    /// What an identity provider's metadata say. - Throws: `.unacceptablePartner`, `.samlUnavailable`.
    func providerFacts(_ metadata: String) async throws(IdentityError) -> IdentityProviderFacts {
        let answer: SAMLRecord
        do {
            answer = try await ask(.facts, SAMLRecord(["document": metadata, "of_provider": "1"]))
        } catch {
            throw error == .samlRefused ? .unacceptablePartner(field: "metadata") : error
        }
        guard let facts = IdentityProviderFacts(lines: answer["facts"] ?? ""),
            facts.urls.allSatisfy({ PartnerURL($0) != nil })
        else { throw .unacceptablePartner(field: "metadata") }
        return facts
    }

    /// What a service provider's metadata say. - Throws: `.unacceptablePartner`, `.samlUnavailable`.
    func facts(_ metadata: String) async throws(IdentityError) -> ServiceProviderFacts {
        let answer: SAMLRecord
        do {
            answer = try await ask(.facts, SAMLRecord(["document": metadata]))
        } catch {
            throw error == .samlRefused ? .unacceptablePartner(field: "metadata") : error
        }
        guard let facts = ServiceProviderFacts(lines: answer["facts"] ?? ""),
            facts.urls.allSatisfy({ PartnerURL($0) != nil })
        else { throw .unacceptablePartner(field: "metadata") }
        return facts
    }

    // MARK: Time

    /// As messages say it: whole seconds.
    static func instant(_ seconds: Int64) -> String {
        String(Timestamp.iso8601(microseconds: seconds * 1_000_000).prefix(19)) + "Z"
    }

    /// Whether a moment that a partner wrote is no further from now than clocks and people are.
    /// - Parameter tolerance: seconds.
    func isRecent(_ text: String?, tolerance: Int64) -> Bool {
        guard let text, text.utf8.count <= 40 else { return false }
        // Moments of one length and zone are in the order of their texts.
        let now = engine.clock()
        let (first, last) = (SAMLProvider.instant(now - tolerance), SAMLProvider.instant(now + tolerance))
        guard text.hasSuffix("Z"), text.utf8.count >= 20 else { return false }
        let moment = text.prefix(19) + "Z"
        return first <= moment && moment <= last
    }
}

extension IdentityService {
    /// What an identity provider's metadata say. - Throws: `.unacceptablePartner`, `.samlUnavailable`.
    package func identityProvider(_ metadata: String) async throws(IdentityError) -> IdentityProviderFacts {
        try await SAMLProvider(singleSignOn).providerFacts(metadata)
    }

    /// What a service provider's metadata say. - Throws: `.unacceptablePartner`, `.samlUnavailable`.
    package func serviceProvider(_ metadata: String) async throws(IdentityError) -> ServiceProviderFacts {
        try await SAMLProvider(singleSignOn).facts(metadata)
    }

    /// The answer that a service provider would be given, but for the signature: what is shown must open nothing.
    /// - Throws: as `SingleSignOn.release`, `.samlUnavailable`.
    package func samlPreview(
        _ service: PartnerService, of holder: Holder, _ released: ReleasedIdentity
    ) async throws(IdentityError) -> String {
        try await SAMLProvider(singleSignOn).preview(service, of: holder, released)
    }
}
