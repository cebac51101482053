internal import Cryptography
internal import Runtime
internal import Web

/// Signed tokens (RFC 7515, RFC 7519), made and read by our own keys.
enum JSONWebToken {
    static let longest = 8192

    /// What is signed: header and claims.
    static func signingInput(_ claims: [JSON.Member], type: String, key: SigningKey) -> String {
        let header = type == "JWT" ? key.header : SigningKey.header(key.id, key.algorithm, type: type)
        return header + "." + Base64URL.encode(JSON.object(claims).bytes)
    }

    /// The claims of a token that one of our keys signed, whether or not it has expired; nil for anything else.
    ///
    /// The key says which algorithm is meant, never the token: "none" and a public key taken for a secret lead nowhere.
    static func open(_ text: String, with keys: SigningKeys) -> JSON? {
        guard text.utf8.count <= longest else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]).flatMap(json),
            let id = header["kid"]?.text, let key = keys[id],
            header["alg"]?.text == key.algorithm.rawValue, header["crit"] == nil,
            let signature = Base64URL.decode(parts[2]),
            let verifier = try? PublicKey(key.key.publicNumbers),
            verifier.verifies(signature, of: Array("\(parts[0]).\(parts[1])".utf8))
        else { return nil }
        return Base64URL.decode(parts[1]).flatMap(json)
    }

    private static func json(_ bytes: [UInt8]) -> JSON? {
        var parser = JSONParser(bytes)
        return try? parser.parse()
    }

    /// Half of the digest of another token, which binds it to this one (OpenID Connect Core §3.1.3.6).
    static func halfHash(_ text: String, _ algorithm: SignatureAlgorithm) -> String {
        let bytes = Array(text.utf8)
        let digest = algorithm == .edDSA ? SHA512Digest.hash(bytes) : SHA256.hash(bytes)
        return Base64URL.encode(Array(digest.prefix(digest.count / 2)))
    }
}

extension SingleSignOn {
    /// A token signed by the active key of an algorithm. RSA is slow: it goes to the pool of threads.
    /// - Throws: `.ticketsUnavailable` when there is no key yet.
    func sign(
        _ claims: [JSON.Member], type: String = "JWT", _ algorithm: SignatureAlgorithm
    ) async throws(IdentityError) -> String {
        guard let key = keys.active(algorithm) else { throw .ticketsUnavailable }
        let input = JSONWebToken.signingInput(claims, type: type, key: key)
        let bytes = Array(input.utf8)
        do {
            let signature: [UInt8]
            if algorithm == .rs256, let signing {
                signature = try await signing.run { try key.key.sign(bytes) }
            } else {
                signature = try key.key.sign(bytes)
            }
            return input + "." + Base64URL.encode(signature)
        } catch {
            throw .ticketsUnavailable
        }
    }
}
