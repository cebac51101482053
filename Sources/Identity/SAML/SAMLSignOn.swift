internal import Cryptography
internal import Runtime
internal import SAMLExchange
internal import Web

/// A service provider's request for authentication once it is believed, and nothing of it that is not used.
struct SAMLSignOn: Equatable {
    let service: UUID
    let id: String
    /// One of those registered.
    let consumerURL: String
    let relayState: String?
    let format: String?
    let forces: Bool
    let isPassive: Bool
    let classes: [String]
    let comparison: String?

    /// The specification says 80 bytes; there are service providers that send an address.
    static let longestRelayState = 1024
    /// Seconds: a person's clock, and a form left open.
    static let age: Int64 = 3600

    /// - Parameter record: as the reader gives it.
    /// - Throws: `.samlRefused` for whatever does not fit what is registered: nothing is sent anywhere then.
    init(
        _ record: SAMLRecord, _ service: PartnerService, _ facts: ServiceProviderFacts, relayState: String?,
        provider: SAMLProvider
    ) throws(IdentityError) {
        let isSigned = record["signed"] != nil
        guard let id = record["id"], (1...256).contains(id.utf8.count),
            isSigned || !(facts.signsRequests || service.settings.needsSignedRequests),
            // A signed message is for one place (SAML 2.0 Bindings §3.4.5.2, §3.5.5.2).
            record["destination"].map({ $0.isEmpty ? !isSigned : $0 == provider.signOnURL }) ?? !isSigned,
            provider.isRecent(record["issued"], tolerance: SAMLSignOn.age),
            record["binding"].map({ $0 == ServiceProviderFacts.post }) ?? true,
            (relayState ?? "").utf8.count <= SAMLSignOn.longestRelayState
        else { throw .samlRefused }
        var found = facts.defaultConsumer
        if let text = record["consumer_index"] { found = facts.consumers.first { "\($0.index)" == text } }
        if let url = record["consumer_url"] {
            guard record["consumer_index"] == nil || found?.url == url else { throw .samlRefused }
            found = facts.consumers.first { $0.url == url }
        }
        guard let found else { throw .samlRefused }
        self.service = service.id
        self.id = id
        consumerURL = found.url
        self.relayState = relayState
        format = record["format"].flatMap { $0.isEmpty || $0 == SAMLMetadata.unspecified ? nil : $0 }
        forces = record["forces"] != nil
        isPassive = record["passive"] != nil
        classes = (record["classes"] ?? "").split(separator: "\n").map(String.init)
        comparison = record["comparison"]
    }

    // MARK: On the way through the sign-in page

    private static let context = "preau.identity.saml_sign_on"

    /// Closed, so that nobody can make one up, and no log shows what the service provider said.
    func sealed(_ keyring: Keyring, now: Int64) -> String? {
        let texts = [
            service.description, id, consumerURL, relayState ?? "", relayState == nil ? "" : "1", format ?? "",
            forces ? "1" : "", isPassive ? "1" : "", classes.joined(separator: "\n"), comparison ?? "", "\(now)",
        ]
        let bytes = JSON.array(texts.map { .string($0) }).bytes
        return (try? keyring.sealFile(bytes, context: SAMLSignOn.context)).map { Base64URL.encode($0) }
    }

    /// Nil for anything but what `sealed` gave not long ago.
    init?(_ text: String, _ keyring: Keyring, now: Int64) {
        guard let sealed = Base64URL.decode(text), let bytes = keyring.openFile(sealed, context: SAMLSignOn.context)
        else { return nil }
        var parser = JSONParser(bytes)
        guard let texts = try? parser.parse().elements?.compactMap(\.text), texts.count == 11,
            let service = UUID(texts[0]), let time = Int64(texts[10]), (0..<SAMLSignOn.age).contains(now - time)
        else { return nil }
        self.service = service
        id = texts[1]
        consumerURL = texts[2]
        relayState = texts[4].isEmpty ? nil : texts[3]
        format = texts[5].isEmpty ? nil : texts[5]
        forces = !texts[6].isEmpty
        isPassive = !texts[7].isEmpty
        classes = texts[8].split(separator: "\n").map(String.init)
        comparison = texts[9].isEmpty ? nil : texts[9]
    }
}
