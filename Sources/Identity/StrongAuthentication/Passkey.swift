internal import Cryptography
internal import Web

/// What an authenticator answers (Web Authentication, level 2): checked as §7.1 and §7.2 say, without attestation.
enum Passkey {
    /// What is kept of a passkey.
    struct Credential: Sendable {
        let id: [UInt8]
        /// As COSE (RFC 9053) writes it.
        let publicKey: [UInt8]
        let count: Int64
    }

    /// What both answers are held against.
    struct Expected {
        let challenge: [UInt8]
        /// `https://ent77.example`.
        let origin: String
        /// The host name that the passkey belongs to.
        let party: String
    }

    private struct Data {
        let isPresent: Bool
        let count: Int64
        let rest: [UInt8]
        let hasCredential: Bool

        init?(_ bytes: [UInt8], party: String) {
            guard bytes.count >= 37, Array(bytes.prefix(32)) == SHA256.hash(party) else { return nil }
            isPresent = bytes[32] & 0x01 != 0
            hasCredential = bytes[32] & 0x40 != 0
            count = bytes[33..<37].reduce(0) { $0 << 8 | Int64($1) }
            rest = Array(bytes[37...])
        }
    }

    /// A new passkey; nil when anything about it is not as it should be.
    static func register(client: [UInt8], attestation: [UInt8], _ expected: Expected) -> Credential? {
        guard client.count <= 4096, attestation.count <= 16_384, isFor(client, "webauthn.create", expected),
            let object = CBOR.read(attestation)?.value, let bytes = object[.text("authData")]?.bytes,
            let data = Data(bytes, party: expected.party), data.isPresent, data.hasCredential, data.rest.count > 18
        else { return nil }
        let length = Int(data.rest[16]) << 8 | Int(data.rest[17])
        guard (16...1023).contains(length), data.rest.count > 18 + length else { return nil }
        let id = Array(data.rest[18..<18 + length])
        guard let (key, end) = CBOR.read(data.rest, from: 18 + length), publicKey(key) != nil else { return nil }
        return Credential(id: id, publicKey: Array(data.rest[(18 + length)..<end]), count: data.count)
    }

    /// The authenticator's count after it showed this passkey; nil when it did not.
    static func verify(
        client: [UInt8], data bytes: [UInt8], signature: [UInt8], _ credential: Credential, _ expected: Expected
    ) -> Int64? {
        guard client.count <= 4096, bytes.count <= 4096, signature.count <= 1024,
            isFor(client, "webauthn.get", expected), let data = Data(bytes, party: expected.party), data.isPresent,
            let key = CBOR.read(credential.publicKey).flatMap({ publicKey($0.value) })
        else { return nil }
        let message = bytes + SHA256.hash(client)
        let isGood =
            key.algorithm == .es256
            ? key.verifies(derSignature: signature, of: message) : key.verifies(signature, of: message)
        guard isGood else { return nil }
        // A count that does not grow is a copy's, except where the authenticator does not count at all.
        guard data.count > credential.count || (data.count == 0 && credential.count == 0) else { return nil }
        return data.count
    }

    private static func isFor(_ client: [UInt8], _ type: String, _ expected: Expected) -> Bool {
        var parser = JSONParser(client)
        guard let json = try? parser.parse(), json["type"]?.text == type, json["origin"]?.text == expected.origin,
            json["crossOrigin"]?.bool != true,
            let challenge = json["challenge"]?.text.flatMap({ Base64URL.decode($0) })
        else { return false }
        return constantTimeEqual(challenge, expected.challenge)
    }

    private static func publicKey(_ key: CBOR) -> PublicKey? {
        func part(_ label: Int64) -> [UInt8]? { key[.integer(label)]?.bytes }
        switch (key[.integer(1)]?.integer, key[.integer(3)]?.integer) {
        case (2, -7):
            guard key[.integer(-1)]?.integer == 1, let x = part(-2), let y = part(-3) else { return nil }
            return try? PublicKey(.p256(x: x, y: y))
        case (1, -8):
            guard key[.integer(-1)]?.integer == 6, let x = part(-2) else { return nil }
            return try? PublicKey(.ed25519(x))
        case (3, -257):
            guard let modulus = part(-1), let exponent = part(-2) else { return nil }
            return try? PublicKey(.rsa(modulus: modulus, exponent: exponent))
        default: return nil
        }
    }
}
