import Testing

@testable import Cryptography

@Suite struct KeyTests {
    @Test(arguments: SignatureAlgorithm.allCases)
    func aSignatureIsOfItsKeyAndMessage(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey.generate(algorithm)
        let message = Array("Préau".utf8)
        let signature = try key.sign(message)
        #expect(signature.count == [.rs256: 256, .es256: 64, .edDSA: 64][algorithm])
        let verifier = try PublicKey(key.publicNumbers)
        #expect(verifier.algorithm == algorithm)
        #expect(verifier.verifies(signature, of: message))
        #expect(!verifier.verifies(signature, of: message + [0]))
        for position in [0, signature.count / 2, signature.count - 1] {
            var changed = signature
            changed[position] ^= 1
            #expect(!verifier.verifies(changed, of: message))
        }
        #expect(!verifier.verifies([], of: message))
        #expect(!verifier.verifies(signature + [0], of: message))
        let other = try PublicKey(try PrivateKey.generate(algorithm).publicNumbers)
        #expect(!other.verifies(signature, of: message))
        let again = try PrivateKey(der: key.der)
        #expect(again.publicNumbers == key.publicNumbers)
        #expect(verifier.verifies(try again.sign(message), of: message))
    }

    /// RFC 8032 §7.1, test 2.
    @Test func ed25519OfTheStandard() throws {
        let key = try #require(Hex.decode("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"))
        let signature = try #require(
            Hex.decode(
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            ))
        #expect(try PublicKey(.ed25519(key)).verifies(signature, of: [0x72]))
    }

    @Test func whatIsNoKeyIsRefused() {
        let numbers: [PublicKeyNumbers] = [
            .ed25519([1]), .p256(x: [UInt8](repeating: 1, count: 32), y: [UInt8](repeating: 1, count: 32)),
            .p256(x: [], y: []),
            .rsa(modulus: [UInt8](repeating: 0xff, count: 128), exponent: [1, 0, 1]), .rsa(modulus: [], exponent: []),
        ]
        for each in numbers { #expect(throws: CryptographyError.malformedKey) { try PublicKey(each) } }
        #expect(throws: CryptographyError.malformedKey) { try PrivateKey(der: [1, 2, 3]) }
    }

    @Test func base64HasOneForm() {
        #expect(Base64.encode([0xfb, 0xff]) == "+/8=")
        #expect(Base64.decode("+/8=") == [0xfb, 0xff])
        for wrong in ["-_8=", "+/8", "+/9=", "====", "+/8=="] { #expect(Base64.decode(wrong) == nil) }
    }

    /// RFC 2202, case 2.
    @Test func hmacOfSHA1() {
        let code = HMACSHA1.code(key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8))
        #expect(Hex.encode(code) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    }
}
