internal import SAMLExchange

/// Metadata as they are written here (SAML 2.0 Metadata): ours for partners, ours and theirs for lasso.
enum SAMLMetadata {
    static let protocolName = "urn:oasis:names:tc:SAML:2.0:protocol"
    static let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    static let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
    static let email = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    static let unspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

    private static let names = """
        xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"
        """

    /// Ours. - Parameter id: of the element that is to be signed.
    static func provider(front: String, keys: [String], id: String? = nil) -> String {
        func place(_ element: String, _ binding: String, _ path: String) -> String {
            "<md:\(element) Binding=\"\(binding)\" Location=\"\(XMLText.escape(front + path))\"/>"
        }
        let own = id.map { " ID=\"\($0)\" cacheDuration=\"PT6H\"" } ?? ""
        let formats = [transient, persistent, email, unspecified].map { "<md:NameIDFormat>\($0)</md:NameIDFormat>" }
        return """
            <md:EntityDescriptor \(names) entityID="\(XMLText.escape(front))/saml/metadata"\(own)>\
            <md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="\(protocolName)">\
            \(keys.map { key("signing", $0) }.joined())\
            \(place("SingleLogoutService", ServiceProviderFacts.redirect, "/saml/logout"))\
            \(place("SingleLogoutService", ServiceProviderFacts.post, "/saml/logout"))\
            \(place("SingleLogoutService", ServiceProviderFacts.soap, "/saml/soap"))\
            \(formats.joined())\
            \(place("SingleSignOnService", ServiceProviderFacts.redirect, "/saml/sso"))\
            \(place("SingleSignOnService", ServiceProviderFacts.post, "/saml/sso"))\
            </md:IDPSSODescriptor></md:EntityDescriptor>
            """
    }

    /// A partner's, from the facts that are registered. Whatever it says of itself, assertions are signed, and whether requests
    /// have to be is held against the facts.
    static func partner(_ facts: ServiceProviderFacts) -> String {
        let consumers = facts.consumers.map {
            """
            <md:AssertionConsumerService Binding="\(ServiceProviderFacts.post)" Location="\(XMLText.escape($0.url))" \
            index="\($0.index)"\($0.isDefault ? " isDefault=\"true\"" : "")/>
            """
        }
        let logouts = facts.logouts.map { logout in
            let response = logout.responseURL.map { " ResponseLocation=\"\(XMLText.escape($0))\"" } ?? ""
            return """
                <md:SingleLogoutService Binding="\(XMLText.escape(logout.binding))" \
                Location="\(XMLText.escape(logout.url))"\(response)/>
                """
        }
        return """
            <md:EntityDescriptor \(names) entityID="\(XMLText.escape(facts.entityID))">\
            <md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" \
            protocolSupportEnumeration="\(protocolName)">\
            \(facts.signingCertificates.map { key("signing", $0) }.joined())\
            \(facts.encryptionCertificates.map { key("encryption", $0) }.joined())\
            \(logouts.joined())\(consumers.joined())</md:SPSSODescriptor></md:EntityDescriptor>
            """
    }

    /// Ours, as a service provider: what identity providers above us are given. - Parameters:
    ///   - origins: the sites where people come back; the first is the usual one.
    ///   - id: of the element that is to be signed.
    static func serviceProvider(
        entity: String, origins: [String], signing: [String], opening: [String], id: String? = nil
    ) -> String {
        let own = id.map { " ID=\"\($0)\" cacheDuration=\"PT6H\"" } ?? ""
        let logouts = origins.prefix(1).flatMap { origin in
            [ServiceProviderFacts.redirect, ServiceProviderFacts.post].map {
                """
                <md:SingleLogoutService Binding="\($0)" Location="\(XMLText.escape(SAMLSite.logout(at: origin)))"/>
                """
            }
        }
        let consumers = origins.enumerated().map { index, origin in
            """
            <md:AssertionConsumerService Binding="\(ServiceProviderFacts.post)" \
            Location="\(XMLText.escape(SAMLSite.consumer(at: origin)))" index="\(index)"\
            \(index == 0 ? " isDefault=\"true\"" : "")/>
            """
        }
        // In the order of preference; what is not among them is not opened.
        let methods = [
            "http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2009/xmlenc11#aes128-gcm",
            "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        ]
        return """
            <md:EntityDescriptor \(names) entityID="\(XMLText.escape(entity))"\(own)>\
            <md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" \
            protocolSupportEnumeration="\(protocolName)">\
            \(signing.map { key("signing", $0) }.joined())\
            \(opening.map { key("encryption", $0, methods: methods) }.joined())\
            \(logouts.joined())<md:NameIDFormat>\(persistent)</md:NameIDFormat>\
            <md:NameIDFormat>\(transient)</md:NameIDFormat>\(consumers.joined())\
            </md:SPSSODescriptor></md:EntityDescriptor>
            """
    }

    /// An identity provider's, from the facts that are registered, as lasso is given it.
    static func partner(_ facts: IdentityProviderFacts) -> String {
        let logouts = facts.logouts.map {
            """
            <md:SingleLogoutService Binding="\(XMLText.escape($0.binding))" Location="\(XMLText.escape($0.url))"/>
            """
        }
        return """
            <md:EntityDescriptor \(names) entityID="\(XMLText.escape(facts.entityID))">\
            <md:IDPSSODescriptor protocolSupportEnumeration="\(protocolName)">\
            \(facts.certificates.map { key("signing", $0) }.joined())\(logouts.joined())\
            <md:SingleSignOnService Binding="\(ServiceProviderFacts.redirect)" \
            Location="\(XMLText.escape(facts.signOnURL))"/></md:IDPSSODescriptor></md:EntityDescriptor>
            """
    }

    private static func key(_ use: String, _ certificate: String, methods: [String] = []) -> String {
        """
        <md:KeyDescriptor use="\(use)"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\(XMLText.escape(certificate))\
        </ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
        \(methods.map { "<md:EncryptionMethod Algorithm=\"\($0)\"/>" }.joined())</md:KeyDescriptor>
        """
    }
}
