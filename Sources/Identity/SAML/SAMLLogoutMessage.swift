internal import Cryptography

/// Messages of single logout as they are written here (SAML 2.0 Core §3.7), before they are signed.
struct SAMLLogoutMessage {
    let id: String
    let document: String

    private static let names = """
        xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
        """

    private init(id: String, document: String) {
        self.id = id
        self.document = document
    }

    private static func newID() -> String { "_" + Hex.encode(SecureRandom.bytes(16)) }

    /// Tells a service provider that a session ended.
    static func request(
        issuer: String, to destination: String, instant: String, until: String, name: SAMLProvider.Name,
        qualifier: String, index: String
    ) -> SAMLLogoutMessage {
        let id = newID()
        let place = name.format == SAMLMetadata.email ? "" : " SPNameQualifier=\"\(XMLText.escape(qualifier))\""
        return SAMLLogoutMessage(
            id: id,
            document: """
                <samlp:LogoutRequest \(names) ID="\(id)" Version="2.0" IssueInstant="\(instant)" NotOnOrAfter="\(until)" \
                Destination="\(XMLText.escape(destination))"><saml:Issuer>\(XMLText.escape(issuer))</saml:Issuer>\
                <saml:NameID Format="\(XMLText.escape(name.format))"\(place)>\(XMLText.escape(name.value))</saml:NameID>\
                <samlp:SessionIndex>\(XMLText.escape(index))</samlp:SessionIndex></samlp:LogoutRequest>
                """)
    }

    /// Answers a service provider's request.
    /// - Parameter status: the last word of its URN.
    static func response(
        issuer: String, to destination: String?, instant: String, inResponseTo request: String, status: String
    ) -> SAMLLogoutMessage {
        let id = newID()
        let place = destination.map { " Destination=\"\(XMLText.escape($0))\"" } ?? ""
        return SAMLLogoutMessage(
            id: id,
            document: """
                <samlp:LogoutResponse \(names) ID="\(id)" Version="2.0" IssueInstant="\(instant)"\(place) \
                InResponseTo="\(XMLText.escape(request))"><saml:Issuer>\(XMLText.escape(issuer))</saml:Issuer>\
                <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:\(status)"/></samlp:Status>\
                </samlp:LogoutResponse>
                """)
    }

    static func envelope(_ document: String) -> String {
        """
        <soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>\(document)</soap:Body>\
        </soap:Envelope>
        """
    }
}
