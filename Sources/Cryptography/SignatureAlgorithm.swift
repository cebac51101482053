internal import CCrypto

/// The signatures that tokens and passkeys use, by their names in JOSE (RFC 7518, RFC 8037).
package enum SignatureAlgorithm: String, Sendable, CaseIterable {
    /// RSASSA-PKCS1-v1_5 with SHA-256; keys of 2048 bits or more.
    case rs256 = "RS256"
    /// ECDSA on P-256 with SHA-256.
    case es256 = "ES256"
    /// Ed25519.
    case edDSA = "EdDSA"

    var code: Int32 {
        switch self {
        case .rs256: Int32(ccrypto_rsa)
        case .es256: Int32(ccrypto_p256)
        case .edDSA: Int32(ccrypto_ed25519)
        }
    }

    init?(code: Int32) {
        guard let found = SignatureAlgorithm.allCases.first(where: { $0.code == code }) else { return nil }
        self = found
    }
}

/// The numbers of a public key, as a JWK has them.
package enum PublicKeyNumbers: Sendable, Hashable {
    case rsa(modulus: [UInt8], exponent: [UInt8])
    case p256(x: [UInt8], y: [UInt8])
    case ed25519([UInt8])
}
