import Testing
import Web

@testable import Identity

@Suite struct ActivationTests {
    @Test func codesAreReadHoweverTheyAreTyped() throws {
        let code = AccessCode.new()
        #expect(code.description.count == 14)
        #expect(AccessCode(typed: code.description.lowercased()) == code)
        #expect(AccessCode(typed: code.text) == code)
        #expect(AccessCode(typed: " " + code.description.split(separator: "-").joined(separator: " ")) == code)
        for text in ["", "ACDE", "ACDE-FGHJ-KMN0", "ACDE-FGHJ-KMNPQ", String(repeating: "A", count: 100)] {
            #expect(AccessCode(typed: text) == nil, "\(text)")
        }
    }

    /// Every sign at every place, about as often: 12 × 23 × 400 draws.
    @Test func codesAreEven() {
        var counts: [Character: Int] = [:]
        for _ in 0..<9_200 { for sign in AccessCode.new().text { counts[sign, default: 0] += 1 } }
        #expect(counts.count == 23)
        let expected = 9_200 * 12 / 23
        for (sign, count) in counts { #expect(abs(count - expected) < expected / 10, "\(sign) \(count)") }
    }

    @Test(arguments: [
        ("court", false), ("azerty123456", false), ("motdepasse1", false), ("aaaaaaaaaaaa", false),
        ("jean.dupont2026!", false), ("seulementdeslettres", true), ("petitchien", false), ("Petit-Chien-7", true),
    ])
    func passwordsAreWeighed(password: String, isGood: Bool) {
        let refusal = PasswordPolicy.refusal(of: password, login: "jean.dupont", isPrivileged: false)
        #expect((refusal == nil) == isGood, "\(password): \(refusal?.en ?? "good")")
    }

    @Test func administratorsNeedMore() {
        #expect(PasswordPolicy.refusal(of: "Petit-Chien-7", login: "x", isPrivileged: true) != nil)
        #expect(PasswordPolicy.refusal(of: "Petit-Chien-Noir-7", login: "x", isPrivileged: true) == nil)
    }
}
