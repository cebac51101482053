internal import Cryptography
internal import Runtime

/// What a CAS service is sent when a session ends (CAS 3.0.3, annex C).
enum CASLogoutMessage {
    static func text(ticket: String) -> String {
        """
        <samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="LR-\(SecureRandom.token(byteCount: 16))" \
        Version="2.0" IssueInstant="\(Timestamp.iso8601(microseconds: WallClock.microseconds))">\
        <saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">@NOT_USED@</saml:NameID>\
        <samlp:SessionIndex>\(XMLText.escape(ticket))</samlp:SessionIndex></samlp:LogoutRequest>
        """
    }
}
