import Testing

@testable import Cryptography

@Suite struct SealedBoxTests {
    private let box = SealedBox(key: Array(0..<32))

    @Test(arguments: [0, 1, 15, 16, 17, 50_000])
    func opensWhatItSealed(length: Int) throws {
        let text = [UInt8](repeating: 7, count: length)
        let sealed = try box.seal(text, context: [1, 2])
        #expect(sealed.count == length + SealedBox.overhead)
        #expect(box.open(sealed, context: [1, 2]) == text)
        #expect(try box.seal(text, context: [1, 2]) != sealed, "a nonce of its own each time")
    }

    @Test func refusesEverythingElse() throws {
        let sealed = try box.seal(Array("texte".utf8), context: [1])
        #expect(box.open(sealed) == nil)
        #expect(box.open(sealed, context: [2]) == nil)
        #expect(SealedBox(key: Array(1...32)).open(sealed, context: [1]) == nil)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(box.open(changed, context: [1]) == nil, "byte \(index)")
        }
        for length in 0..<sealed.count { #expect(box.open(Array(sealed.prefix(length)), context: [1]) == nil) }
    }

    /// Test case 16 of the submission to NIST (McGrew and Viega), whose nonce and tag stand around the text as ours do.
    @Test func knowsTheStandardsAnswer() throws {
        let key = try #require(Hex.decode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
        let context = try #require(Hex.decode("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
        let sealed = try #require(
            Hex.decode(
                "cafebabefacedbaddecaf888"
                    + "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
                    + "c5f61e6393ba7a0abcc9f662" + "76fc6ece0f4e1768cddf8853bb2d551b"))
        let text = try #require(
            Hex.decode(
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
                    + "b16aedf5aa0de657ba637b39"))
        #expect(SealedBox(key: key).open(sealed, context: context) == text)
    }
}
