import Cryptography
import Testing
import Web

@testable import Identity

@Suite struct SessionCookieTests {
    private let keyring: Keyring
    private let cookie = SessionCookie(session: SessionPackingTests.session(), issuedAt: 1_795_000_300)

    init() throws { keyring = try Keyring(Keyring.newLine(id: "now") + "\n" + Keyring.newLine(id: "before")) }

    @Test func roundTrips() throws {
        let text = cookie.signed(by: keyring.current)
        let opened = try #require(SessionCookie.open(text, with: keyring))
        #expect(opened.cookie == cookie)
        #expect(opened.isCurrentKey)
        #expect(text.utf8.count < 300)
    }

    @Test func theFullestSessionFitsACookie() {
        let full = SessionPackingTests.session(profiles: 100, name: String(repeating: "x", count: 60))
        let text = SessionCookie(session: full, issuedAt: 1).signed(by: keyring.current)
        #expect(text.utf8.count < 4000)
        #expect(SessionCookie.open(text, with: keyring) != nil)
    }

    @Test func refusesEveryChangedCharacter() {
        let text = Array(cookie.signed(by: keyring.current).utf8)
        for index in text.indices {
            for replacement in [UInt8(ascii: "A"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "=")]
            where text[index] != replacement {
                var changed = text
                changed[index] = replacement
                #expect(SessionCookie.open(String(decoding: changed, as: UTF8.self), with: keyring) == nil)
            }
        }
    }

    @Test func refusesEveryTruncation() {
        let text = cookie.signed(by: keyring.current)
        for count in 0..<text.count { #expect(SessionCookie.open(String(text.prefix(count)), with: keyring) == nil) }
        #expect(SessionCookie.open(text + ".", with: keyring) == nil)
        #expect(SessionCookie.open(text + "A", with: keyring) == nil)
    }

    @Test(arguments: ["", "v1", "v1...", "v2.now.AAAA.AAAA", "….….….…", String(repeating: "A.", count: 4000)])
    func refusesNonsense(text: String) {
        #expect(SessionCookie.open(text, with: keyring) == nil)
    }

    @Test func refusesAnotherKeyUnderTheSameName() throws {
        let stranger = try Keyring(Keyring.newLine(id: "now"))
        #expect(SessionCookie.open(cookie.signed(by: stranger.current), with: keyring) == nil)
    }

    /// The signature covers the key's name and the version: neither can be exchanged.
    @Test func refusesTheRightPayloadUnderAnotherName() {
        let text = cookie.signed(by: keyring.current)
        #expect(SessionCookie.open("v1.before" + text.dropFirst(6), with: keyring) == nil)
    }

    @Test func acceptsOlderKeysUntilTheyAreRemoved() throws {
        let old = Keyring.newLine(id: "old")
        let ring = try Keyring(old)
        let text = cookie.signed(by: ring.current)
        try ring.replace(with: "# rotated\n\n" + Keyring.newLine(id: "new") + "\r\n" + old)
        #expect(SessionCookie.open(text, with: ring)?.isCurrentKey == false)
        let token = ring.tokens.token(for: "x")
        try ring.replace(with: Keyring.newLine(id: "newest"))
        #expect(SessionCookie.open(text, with: ring) == nil)
        #expect(!ring.tokens.verifies(token, for: "x"))
    }

    @Test(arguments: [
        ("", 1), ("# nothing\n", 1), ("k1", 1), ("k1:short", 1), (":AAAA", 1), ("a b:AAAA", 1),
        ("averyveryverylongname:AAAA", 1), ("# first\nk1:????", 2),
    ])
    func saysWhichLineOfAKeyringIsWrong(text: String, line: Int) {
        #expect {
            try Keyring(text)
        } throws: { error in
            if case IdentityError.keyring(line, _) = error { true } else { false }
        }
    }

    @Test func keepsTheKeysWhenTheNewOnesAreWrong() throws {
        let ring = try Keyring(Keyring.newLine(id: "k1"))
        let text = cookie.signed(by: ring.current)
        #expect(throws: IdentityError.self) { try ring.replace(with: "nonsense") }
        let line = Keyring.newLine(id: "k1")
        #expect(throws: IdentityError.self) { try ring.replace(with: line + "\n" + line) }
        #expect(SessionCookie.open(text, with: ring) != nil)
    }
}
