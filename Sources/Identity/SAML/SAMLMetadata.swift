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

    private static func key(_ use: String, _ certificate: String) -> String {
        """
        <md:KeyDescriptor use="\(use)"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\(XMLText.escape(certificate))\
        </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
        """
    }
}
