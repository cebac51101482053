internal import Cryptography

/// A key of SAML as `preau-saml` and partners take it.
struct SAMLKey: Sendable {
    let id: String
    let state: SigningKey.State
    /// PEM; goes to the signer with each message, and nowhere else.
    let key: String
    /// PEM.
    let certificate: String
    /// Base64 of DER.
    let published: String

    /// Nil when there is no certificate to be had of it.
    init?(_ signing: SigningKey) {
        guard let der = try? signing.key.ownCertificate(name: "Préau SAML") else { return nil }
        id = signing.id
        state = signing.state
        key = SAMLKey.armour("RSA PRIVATE KEY", signing.key.der)
        certificate = SAMLKey.armour("CERTIFICATE", der)
        published = Base64.encode(der)
    }

    /// RFC 7468.
    private static func armour(_ label: String, _ der: [UInt8]) -> String {
        let text = Array(Base64.encode(der).utf8)
        let lines = stride(from: 0, to: text.count, by: 64).map {
            String(decoding: text[$0..<min(text.count, $0 + 64)], as: UTF8.self)
        }
        return "-----BEGIN \(label)-----\n\(lines.joined(separator: "\n"))\n-----END \(label)-----\n"
    }
}
