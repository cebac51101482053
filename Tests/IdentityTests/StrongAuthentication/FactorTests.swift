import Cryptography
import Tenancy
import Testing
import Web

@testable import Identity

@Suite struct FactorTests {
    /// RFC 6238, appendix B, SHA-1: the last six of its eight digits.
    @Test(arguments: [
        (Int64(59), "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
        (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
    func codesOfTheStandard(time: Int64, code: String) {
        let secret = Array("12345678901234567890".utf8)
        #expect(OneTimeCode.code(secret, step: time / 30) == code)
        #expect(OneTimeCode.step(of: code, secret, now: time) == time / 30)
        #expect(OneTimeCode.step(of: code, secret, now: time + 30) == time / 30)
        #expect(OneTimeCode.step(of: code, secret, now: time - 30) == time / 30)
        #expect(OneTimeCode.step(of: code, secret, now: time + 90) == nil)
        #expect(OneTimeCode.step(of: "", secret, now: time) == nil)
        #expect(OneTimeCode.step(of: code + "0", secret, now: time) == nil)
    }

    /// RFC 4648, §10.
    @Test(arguments: [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")])
    func base32OfTheStandard(text: String, expected: String) {
        #expect(Base32.encode(Array(text.utf8)) == expected)
    }

    @Test func recoveryCodesAreReadHoweverTheyAreTyped() throws {
        let code = RecoveryCode.new()
        #expect(code.utf8.count == 19)
        let hash = try #require(RecoveryCode.hash(code))
        #expect(RecoveryCode.hash(code.lowercased()) == hash)
        #expect(RecoveryCode.hash(code.filter { $0 != "-" }) == hash)
        #expect(RecoveryCode.hash(String(code.dropLast())) == nil)
        #expect(RecoveryCode.hash("123456") == nil)
        #expect(Set((0..<100).map { _ in RecoveryCode.new() }).count == 100)
    }

    @Test(
        arguments: [
            [], [0x18], [0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x41], [0x9f], [0xa1, 0x01],
            [0xa2, 0x01, 0x02, 0x01, 0x02], [0x62, 0xff, 0xff], [0xf9, 0, 0], [0xc0, 0x01], [0x5f], [0xb9, 0xff, 0xff],
            [0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x01], [0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ] as [[UInt8]])
    func malformedCBORIsNothing(bytes: [UInt8]) {
        #expect(CBOR.read(bytes) == nil)
    }

    @Test func cborIsReadToItsEnd() throws {
        let (value, end) = try #require(CBOR.read([0xa2, 0x01, 0x20, 0x61, 0x61, 0x42, 0x01, 0x02, 0xff]))
        #expect(end == 8)
        #expect(value[.integer(1)]?.integer == -1)
        #expect(value[.text("a")]?.bytes == [1, 2])
    }

    // MARK: Passkeys, as an authenticator would answer

    private struct Authenticator {
        let key: PrivateKey
        let id = SecureRandom.bytes(32)

        func data(party: String, flags: UInt8, count: UInt8, credential: Bool) throws -> [UInt8] {
            var bytes = SHA256.hash(party) + [flags | (credential ? 0x40 : 0), 0, 0, 0, count]
            if credential { bytes += [UInt8](repeating: 0, count: 16) + [0, 32] + id + (try cose()) }
            return bytes
        }

        func cose() throws -> [UInt8] {
            switch key.publicNumbers {
            case .p256(let x, let y): return [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32] + x + [0x22, 0x58, 32] + y
            case .ed25519(let x): return [0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32] + x
            case .rsa(let modulus, let exponent):
                return [0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59, 1, 0] + modulus + [0x21, 0x43] + exponent
            }
        }

        func client(_ type: String, _ challenge: [UInt8], origin: String) -> [UInt8] {
            let json: JSON = [
                "type": .string(type), "challenge": .string(Base64URL.encode(challenge)), "origin": .string(origin),
                "crossOrigin": false,
            ]
            return json.bytes
        }

        func attestation(_ data: [UInt8]) -> [UInt8] {
            [0xa3, 0x63] + Array("fmt".utf8) + [0x64] + Array("none".utf8) + [0x67] + Array("attStmt".utf8) + [
                0xa0, 0x68,
            ]
                + Array("authData".utf8) + [0x59, UInt8(data.count >> 8), UInt8(data.count & 0xff)] + data
        }

        /// P-256 signatures are DER there.
        func sign(_ message: [UInt8]) throws -> [UInt8] {
            let raw = try key.sign(message)
            guard key.algorithm == .es256 else { return raw }
            func number(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
                var bytes = Array(bytes.drop { $0 == 0 })
                if bytes.first.map({ $0 >= 0x80 }) ?? true { bytes.insert(0, at: 0) }
                return [2, UInt8(bytes.count)] + bytes
            }
            let pair = number(raw[0..<32]) + number(raw[32..<64])
            return [0x30, UInt8(pair.count)] + pair
        }
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func aPasskeyIsMadeAndShown(algorithm: SignatureAlgorithm) throws {
        let authenticator = Authenticator(key: try PrivateKey.generate(algorithm))
        let challenge = SecureRandom.bytes(32)
        let expected = Passkey.Expected(challenge: challenge, origin: "https://ent.example", party: "ent.example")
        let made = try authenticator.data(party: "ent.example", flags: 0x05, count: 1, credential: true)
        let client = authenticator.client("webauthn.create", challenge, origin: "https://ent.example")
        let credential = try #require(
            Passkey.register(client: client, attestation: authenticator.attestation(made), expected))
        #expect(credential.id == authenticator.id && credential.count == 1)

        let shown = try authenticator.data(party: "ent.example", flags: 0x05, count: 2, credential: false)
        let answer = authenticator.client("webauthn.get", challenge, origin: "https://ent.example")
        let signature = try authenticator.sign(shown + SHA256.hash(answer))
        func verify(
            client: [UInt8]? = nil, data: [UInt8]? = nil, signature other: [UInt8]? = nil,
            _ kept: Passkey.Credential? = nil,
            _ wanted: Passkey.Expected? = nil
        ) -> Int64? {
            Passkey.verify(
                client: client ?? answer, data: data ?? shown, signature: other ?? signature, kept ?? credential,
                wanted ?? expected)
        }
        #expect(verify() == 2)
        #expect(verify(signature: [0x30, 0]) == nil)
        #expect(verify(client: client) == nil, "an answer to the making of one")
        #expect(verify(data: shown + [0]) == nil)
        #expect(
            verify(
                nil, Passkey.Expected(challenge: SecureRandom.bytes(32), origin: expected.origin, party: "ent.example"))
                == nil)
        #expect(
            verify(nil, Passkey.Expected(challenge: challenge, origin: "https://evil.example", party: "ent.example"))
                == nil)
        #expect(
            verify(nil, Passkey.Expected(challenge: challenge, origin: expected.origin, party: "evil.example")) == nil)
        let later = Passkey.Credential(id: credential.id, publicKey: credential.publicKey, count: 2)
        #expect(verify(later) == nil, "a copy of the authenticator")
        let other = try PrivateKey.generate(algorithm)
        let stranger = Passkey.Credential(
            id: credential.id, publicKey: try Authenticator(key: other).cose(), count: 0)
        #expect(verify(stranger) == nil)
        let absent = try authenticator.data(party: "ent.example", flags: 0, count: 3, credential: false)
        #expect(
            verify(data: absent, signature: try authenticator.sign(absent + SHA256.hash(answer))) == nil,
            "nobody was there")
    }

    @Test func whatIsNoAttestationMakesNoPasskey() throws {
        let authenticator = Authenticator(key: try PrivateKey.generate(.es256))
        let expected = Passkey.Expected(challenge: [1, 2, 3], origin: "https://a", party: "a")
        let client = authenticator.client("webauthn.create", [1, 2, 3], origin: "https://a")
        let good = authenticator.attestation(try authenticator.data(party: "a", flags: 1, count: 0, credential: true))
        #expect(Passkey.register(client: client, attestation: good, expected) != nil)
        for length in stride(from: 0, to: good.count - 1, by: 7) {
            #expect(Passkey.register(client: client, attestation: Array(good.prefix(length)), expected) == nil)
        }
        for flags: UInt8 in [0, 0x04] {
            let data = try authenticator.data(party: "a", flags: flags, count: 0, credential: true)
            #expect(Passkey.register(client: client, attestation: authenticator.attestation(data), expected) == nil)
        }
        let without = try authenticator.data(party: "a", flags: 1, count: 0, credential: false)
        #expect(Passkey.register(client: client, attestation: authenticator.attestation(without), expected) == nil)
        for wrong in [
            [], Array("{}".utf8), Array("x".utf8),
            authenticator.client("webauthn.get", [1, 2, 3], origin: "https://a"),
        ] {
            #expect(Passkey.register(client: wrong, attestation: good, expected) == nil)
        }
    }

    @Test func aProofIsPackedWithItsSession() throws {
        let holder = Holder(account: .new(), epoch: 1, name: "A", language: .fr, profiles: [], mandates: [])
        for proof in [
            SessionProof.password, SessionProof(methods: [.password, .passkey], strongAt: 1_795_000_000),
            SessionProof(methods: .password, isPending: true),
        ] {
            let session = Session(id: .random(), startedAt: 1_795_000_000, holder: holder, proof: proof)
            var writer = ByteWriter()
            session.pack(into: &writer)
            var reader = ByteReader(writer.bytes)
            #expect(Session(id: session.id, unpacking: &reader) == session)
            var longer = ByteReader(writer.bytes + [0])
            #expect(Session(id: session.id, unpacking: &longer) == nil)
        }
    }
}
