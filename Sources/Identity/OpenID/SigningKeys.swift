internal import Cryptography
internal import Web

/// One key that signs tokens, or messages of SAML.
struct SigningKey: Sendable {
    /// What a key signs: a signature of one kind is worth nothing as another.
    enum Purpose: String, Sendable, CaseIterable {
        case tokens
        case saml
        /// Signs nothing: identity providers of SAML encrypt for it.
        case samlOpening = "saml_opening"
    }

    enum State: String, Sendable {
        /// Published, so that everybody has it by the time it signs.
        case prepared
        case active
        /// Published as long as something that it signed may be looked at.
        case retired
    }

    /// RFC 7638: the key's own thumbprint.
    let id: String
    let state: State
    let key: PrivateKey
    let purpose: Purpose
    /// The first part of a JWT that it signs.
    let header: String

    init(id: String, state: State, key: PrivateKey, purpose: Purpose = .tokens) {
        self.id = id
        self.state = state
        self.key = key
        self.purpose = purpose
        header = SigningKey.header(id, key.algorithm, type: "JWT")
    }

    /// In base64url. - Parameter type: of token.
    static func header(_ id: String, _ algorithm: SignatureAlgorithm, type: String) -> String {
        let header: JSON = ["alg": .string(algorithm.rawValue), "kid": .string(id), "typ": .string(type)]
        return Base64URL.encode(header.bytes)
    }

    var algorithm: SignatureAlgorithm { key.algorithm }

    static func id(of numbers: PublicKeyNumbers) -> String {
        // Members in the order of the alphabet, without spaces: what RFC 7638 hashes.
        Base64URL.encode(SHA256.hash(JSON.object(members(of: numbers)).bytes))
    }

    /// The required members of a JWK, in the order of the alphabet.
    static func members(of numbers: PublicKeyNumbers) -> [JSON.Member] {
        func text(_ name: String, _ bytes: [UInt8]) -> JSON.Member {
            JSON.Member(name, .string(Base64URL.encode(bytes)))
        }
        switch numbers {
        case .rsa(let modulus, let exponent):
            return [text("e", exponent), JSON.Member("kty", "RSA"), text("n", modulus)]
        case .p256(let x, let y):
            return [JSON.Member("crv", "P-256"), JSON.Member("kty", "EC"), text("x", x), text("y", y)]
        case .ed25519(let bytes):
            return [JSON.Member("crv", "Ed25519"), JSON.Member("kty", "OKP"), text("x", bytes)]
        }
    }
}

/// The keys of the platform at one moment; an immutable whole.
struct SigningKeys: Sendable {
    /// Those of tokens.
    let all: [SigningKey]
    /// Those of SAML: the one that signs first.
    let saml: [SAMLKey]
    /// Those that identity providers encrypt for: the one that they are told to use first.
    let samlOpening: [(key: PrivateKey, certificate: SAMLKey)]
    /// RFC 7517: public numbers only.
    let document: [UInt8]

    static let empty = SigningKeys([])

    init(_ everything: [SigningKey]) {
        let keys = everything.filter { $0.purpose == .tokens }
        all = keys
        saml = everything.filter { $0.purpose == .saml }.compactMap { SAMLKey($0) }
            .sorted { $0.state == .active && $1.state != .active }
        samlOpening = everything.filter { $0.purpose == .samlOpening }
            .compactMap { key in SAMLKey(key).map { (key: key.key, certificate: $0) } }
            .sorted { $0.certificate.state == .active && $1.certificate.state != .active }
        document =
            JSON.object([
                JSON.Member(
                    "keys",
                    .array(
                        keys.map { key in
                            .object(
                                SigningKey.members(of: key.key.publicNumbers) + [
                                    JSON.Member("kid", .string(key.id)), JSON.Member("use", "sig"),
                                    JSON.Member("alg", .string(key.algorithm.rawValue)),
                                ])
                        }))
            ]).bytes
    }

    func active(_ algorithm: SignatureAlgorithm) -> SigningKey? {
        all.first { $0.state == .active && $0.algorithm == algorithm }
    }

    subscript(id: String) -> SigningKey? { all.first { $0.id == id } }
}
