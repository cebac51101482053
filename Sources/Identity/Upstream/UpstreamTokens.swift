internal import Cryptography
internal import HTTPClient
internal import Runtime
internal import Web

/// Reads what an identity provider signed. On one loop: its keys are kept for ten minutes, and asked for again, once a minute at
/// most, when a token names one that is not among them.
final class UpstreamTokens {
    private struct Keys {
        let byID: [(id: String?, key: PublicKey)]
        let at: Int64
    }

    private static let life: Int64 = 600
    private static let pause: Int64 = 60

    private let client: HTTPClient
    private let clock: @Sendable () -> Int64
    private var keys: [String: Keys] = [:]

    init(client: HTTPClient, clock: @escaping @Sendable () -> Int64) {
        self.client = client
        self.clock = clock
    }

    /// The claims of an ID token that this provider signed for us, for this very sign-in; nil for anything else.
    func claims(_ token: String, of provider: UpstreamOpenID, nonce: String) async -> JSON? {
        guard token.utf8.count <= 16_384 else { return nil }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = UpstreamTokens.json(parts[0]), header["crit"] == nil,
            let algorithm = header["alg"]?.text.flatMap(SignatureAlgorithm.init(rawValue:)),
            let signature = Base64URL.decode(parts[2])
        else { return nil }
        let id = header["kid"]?.text
        let message = Array("\(parts[0]).\(parts[1])".utf8)
        // The key says which algorithm is meant; the token only which of them to try.
        let candidates = await candidates(id, provider).filter { $0.algorithm == algorithm }
        guard candidates.contains(where: { $0.verifies(signature, of: message) }),
            let claims = UpstreamTokens.json(parts[1]), isForUs(claims, provider, nonce)
        else { return nil }
        return claims
    }

    private func isForUs(_ claims: JSON, _ provider: UpstreamOpenID, _ nonce: String) -> Bool {
        let audiences = claims["aud"]?.text.map { [$0] } ?? claims["aud"]?.elements?.compactMap(\.text) ?? []
        let now = clock()
        guard claims["iss"]?.text == provider.issuer, audiences.contains(provider.clientID),
            audiences.count == 1 || claims["azp"]?.text == provider.clientID,
            let expiry = claims["exp"]?.integer, Int64(expiry) > now - 30,
            let issued = claims["iat"]?.integer, Int64(issued) < now + 60, let sent = claims["nonce"]?.text
        else { return false }
        return constantTimeEqual(sent, nonce)
    }

    private func candidates(_ id: String?, _ provider: UpstreamOpenID) async -> [PublicKey] {
        let now = clock()
        func fitting() -> [PublicKey] {
            (keys[provider.id]?.byID ?? []).filter { id == nil || $0.id == id }.map(\.key)
        }
        let age = keys[provider.id].map { now - $0.at } ?? .max
        let isKnown = !fitting().isEmpty
        if age > UpstreamTokens.life || (!isKnown && age > UpstreamTokens.pause) { await fetch(provider, now) }
        return fitting()
    }

    private func fetch(_ provider: UpstreamOpenID, _ now: Int64) async {
        let answer = try? await client.send(
            HTTPClient.Request("GET", provider.keysEndpoint, headers: [("Accept", "application/json")]))
        guard let answer, answer.status == 200 else { return }
        var parser = JSONParser(answer.body)
        let listed = (try? parser.parse())?["keys"]?.elements ?? []
        let usable = listed.prefix(50).compactMap { key -> (id: String?, key: PublicKey)? in
            guard key["use"]?.text ?? "sig" == "sig", let numbers = UpstreamTokens.numbers(key),
                let made = try? PublicKey(numbers)
            else { return nil }
            return (key["kid"]?.text, made)
        }
        keys[provider.id] = Keys(byID: usable, at: now)
    }

    private static func numbers(_ key: JSON) -> PublicKeyNumbers? {
        func bytes(_ name: String) -> [UInt8]? { key[name]?.text.flatMap { Base64URL.decode($0) } }
        switch (key["kty"]?.text, key["crv"]?.text) {
        case ("RSA", _):
            guard let modulus = bytes("n"), let exponent = bytes("e") else { return nil }
            return .rsa(modulus: modulus, exponent: exponent)
        case ("EC", "P-256"):
            guard let x = bytes("x"), let y = bytes("y") else { return nil }
            return .p256(x: x, y: y)
        case ("OKP", "Ed25519"): return bytes("x").map { .ed25519($0) }
        default: return nil
        }
    }

    private static func json(_ part: Substring) -> JSON? {
        guard let bytes = Base64URL.decode(part) else { return nil }
        var parser = JSONParser(bytes)
        return try? parser.parse()
    }
}
