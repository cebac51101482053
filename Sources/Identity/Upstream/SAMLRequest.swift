internal import Cryptography
internal import SAMLExchange

/// Our request for authentication as it is written here (SAML 2.0 Core §3.4), before it is signed.
struct SAMLRequest {
    let id: String
    let document: String

    init(_ provider: UpstreamSAML, entity: String, consumer: String, instant: String) {
        id = "_" + Hex.encode(SecureRandom.bytes(20))
        let formats = provider.facts.nameIDFormats
        // A name that is another each time links nobody to anything: a lasting one is asked for where the name is what counts.
        let asksPersistent = provider.subject == nil && (formats.isEmpty || formats.contains(SAMLMetadata.persistent))
        let format = asksPersistent ? " Format=\"\(SAMLMetadata.persistent)\"" : ""
        document = """
            <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" \
            xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="\(id)" Version="2.0" IssueInstant="\(instant)" \
            Destination="\(XMLText.escape(provider.facts.signOnURL))" \
            AssertionConsumerServiceURL="\(XMLText.escape(consumer))" ProtocolBinding="\(ServiceProviderFacts.post)">\
            <saml:Issuer>\(XMLText.escape(entity))</saml:Issuer><samlp:NameIDPolicy\(format) AllowCreate="true"/>\
            </samlp:AuthnRequest>
            """
    }
}
