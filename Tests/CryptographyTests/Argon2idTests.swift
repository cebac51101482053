import Testing

@testable import Cryptography

@Suite struct Argon2idTests {
    /// Vectors of the reference implementation (phc-winner-argon2, test.c, version 0x13, argon2id).
    @Test(arguments: [
        (
            "password", "somesalt", Argon2id.Cost(memoryKiB: 65_536, passes: 2, lanes: 1),
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
        ),
        (
            "password", "somesalt", Argon2id.Cost(memoryKiB: 256, passes: 2, lanes: 2),
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"
        ),
        (
            "differentpassword", "somesalt", Argon2id.Cost(memoryKiB: 65_536, passes: 2, lanes: 1),
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94"
        ),
    ])
    func referenceVectors(password: String, salt: String, cost: Argon2id.Cost, encoded: String) throws {
        let made = try Argon2id.hash(Array(password.utf8), salt: Array(salt.utf8), byteCount: 32, cost: cost)
        #expect(made == encoded)
        #expect(try Argon2id.verify(Array(password.utf8), against: encoded))
        #expect(try !Argon2id.verify(Array("Password".utf8), against: encoded))
    }

    @Test func saltsEachHash() throws {
        let password = Array("Préau-2026 ✓".utf8)
        let first = try Argon2id.hash(password)
        let second = try Argon2id.hash(password)
        #expect(first != second)
        #expect(first.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try Argon2id.verify(password, against: first))
        #expect(try !Argon2id.verify(password + [0], against: first))
        #expect(try !Argon2id.verify([], against: first))
    }

    @Test func asksForANewHashWhenTheCostChanged() throws {
        let cheap = try Argon2id.hash([1], cost: Argon2id.Cost(memoryKiB: 64, passes: 1, lanes: 1))
        #expect(Argon2id.needsRehash(cheap))
        #expect(try !Argon2id.needsRehash(Argon2id.hash([1])))
        #expect(Argon2id.needsRehash("$2y$10$abcdefghijklmnopqrstuv"))
    }

    @Test(arguments: [
        "", "secret", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAAAA", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ",
        "$argon2id$v=19$m=64,t=1,p=1$*$*",
        "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8",
        "$argon2id$v=19$m=64,t=4294967295,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8",
    ])
    func refusesMalformedHashes(encoded: String) {
        #expect(throws: CryptographyError.malformedHash) { try Argon2id.verify([1], against: encoded) }
    }
}
