import Cryptography
import HTTP
import Runtime
import Tenancy
import Testing
import Web

@testable import Identity

@Suite struct KeptFormTests {
    private static let now: Int64 = 1_800_000_000
    private let account = AccountID(rawValue: .v7())

    private func ring(_ names: String...) throws -> Keyring {
        try Keyring(
            names.map { "\($0):" + Base64URL.encode([UInt8](repeating: UInt8($0.utf8.count), count: 32)) }.joined(
                separator: "\n"))
    }

    private func form(_ ring: Keyring) -> KeptForm {
        KeptForm(
            action: "/homework/new?class=6a",
            token: ring.tokens.token(for: "session 1", owner: SessionBinding.owner(account)), sentAt: Self.now,
            fields: [
                Form.Field(name: "text", value: "Première ligne\nseconde"), Form.Field(name: "classes", value: "6a"),
                Form.Field(name: "classes", value: ""),
            ], hadFiles: true)
    }

    @Test func comesBackAsItWas() throws {
        let ring = try ring("k")
        let form = form(ring)
        let sealed = try form.sealed(with: ring)
        #expect(KeptForm.open(sealed, with: ring, now: Self.now + 60) == form)
        #expect(!sealed.contains("ligne"))
        #expect(form.isOf(account, ring.tokens))
        #expect(!form.isOf(AccountID(rawValue: .v7()), ring.tokens))
    }

    @Test func ends() throws {
        let ring = try ring("k")
        let sealed = try form(ring).sealed(with: ring)
        #expect(KeptForm.open(sealed, with: ring, now: Self.now + KeptForm.lifetime) != nil)
        #expect(KeptForm.open(sealed, with: ring, now: Self.now + KeptForm.lifetime + 1) == nil)
    }

    @Test func survivesAChangeOfKeysAndNoOther() throws {
        let old = try ring("k")
        let sealed = try form(old).sealed(with: old)
        #expect(KeptForm.open(sealed, with: try ring("kk", "k"), now: Self.now) != nil)
        #expect(KeptForm.open(sealed, with: try ring("kk"), now: Self.now) == nil)
    }

    @Test func isBoundedAndChecked() throws {
        let ring = try ring("k")
        for text in ["", ".", "k.", "k.AAAA", "x.AAAA", String(repeating: "A", count: KeptForm.longestSealed + 1)] {
            #expect(KeptForm.open(text, with: ring, now: Self.now) == nil)
        }
        var form = form(ring)
        form = KeptForm(action: "//evil.example", token: form.token, sentAt: form.sentAt, fields: [], hadFiles: false)
        #expect(KeptForm.open(try form.sealed(with: ring), with: ring, now: Self.now) == nil, "another site's address")
    }

    /// What can be kept fits into the sign-in form's limits, whatever it is made of.
    @Test func fitsIntoTheSignInForm() throws {
        let ring = try ring("k")
        let many = (0..<200).map { Form.Field(name: "f\($0)", value: String(repeating: "a", count: 240)) }
        let long = [Form.Field(name: "text", value: String(repeating: "é", count: KeptForm.longest / 2 - 4))]
        for fields in [many, long] {
            let form = KeptForm(
                action: "/" + String(repeating: "a", count: 1900), token: form(ring).token, sentAt: Self.now,
                fields: fields, hadFiles: false)
            let sealed = try form.sealed(with: ring)
            #expect(sealed.utf8.count <= KeptForm.longestSealed)
            #expect(KeptForm.open(sealed, with: ring, now: Self.now) == form)
        }
    }
}
