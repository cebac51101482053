import Testing

@testable import Cryptography

@Suite struct HashTests {
    /// FIPS 180-4 examples and the million 'a' of NIST.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func sha256(text: String, digest: String) {
        #expect(Hex.encode(SHA256.hash(text)) == digest)
        #expect(Hex.encode(SHA256.hash(Array(text.utf8))) == digest)
    }

    @Test func hashesAMillionBytes() {
        #expect(
            Hex.encode(SHA256.hash([UInt8](repeating: 0x61, count: 1_000_000)))
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func digestsPieceByPiece() {
        var hash = SHA256()
        hash.update([0x61])
        let first = hash.digest()
        hash.update(Array("bc".utf8))
        #expect(first == SHA256.hash("a"))
        #expect(hash.digest() == SHA256.hash("abc"))
    }

    /// RFC 4231, test cases 1, 2, 3, 6 (a key longer than a block) and 7.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            Array(
                """
                This is a test using a larger than block-size key and a larger than block-size data. The key needs to be \
                hashed before being used by the HMAC algorithm.
                """.utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ])
    func hmac(key: [UInt8], message: [UInt8], code: String) {
        let key = HMACKey(key)
        #expect(Hex.encode(key.code(for: message)) == code)
        #expect(key.verifies(key.code(for: message), of: message))
        #expect(!key.verifies(key.code(for: message), of: message + [0]))
        #expect(!key.verifies(Array(key.code(for: message).dropLast()), of: message))
    }

    @Test func keysOfDifferentPurposesDiffer() {
        let key = HMACKey(SecureRandom.bytes(32))
        #expect(key.derived(for: "csrf").code(for: "x") != key.derived(for: "cookie").code(for: "x"))
        #expect(key.derived(for: "csrf").code(for: "x") == key.derived(for: "csrf").code(for: "x"))
    }

    @Test func comparesWholeValues() {
        #expect(constantTimeEqual([], []))
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
        #expect(constantTimeEqual("é", "é") && !constantTimeEqual("a", "b"))
    }

    @Test func randomBytesDiffer() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(SecureRandom.bytes(1000).count == 1000)
        #expect(Set((0..<100).map { _ in SecureRandom.token(byteCount: 16) }).count == 100)
    }
}

@Suite struct SavedHashTests {
    @Test(arguments: [0, 1, 55, 63, 64, 65, 1000, 262_144])
    func goesOnElsewhere(cut: Int) throws {
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var first = SHA256()
        first.update(Array(bytes[..<cut]))
        var second = try #require(SHA256(savedState: first.savedState))
        second.update(Array(bytes[cut...]))
        #expect(second.digest() == SHA256.hash(bytes))
    }

    @Test func refusesWhatIsNoState() {
        #expect(SHA256(savedState: []) == nil)
        #expect(SHA256(savedState: [UInt8](repeating: 0xff, count: 105)) == nil)
    }
}
