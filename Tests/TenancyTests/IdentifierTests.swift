import Testing

@testable import Tenancy

@Suite struct IdentifierTests {
    @Test(arguments: ["0690078K", "0940072T", "0921125Y", "0750655E", "0693504J", "0210050R", "0730902J"])
    func knowsTheLetterOfRealCodes(text: String) throws {
        let uai = try #require(UAI(rawValue: text))
        #expect(uai.hasValidLetter)
        #expect(UAI(number: try #require(Int(text.dropLast()))) == uai)
    }

    @Test func acceptsACodeWithTheWrongLetter() throws {
        #expect(try #require(UAI(rawValue: "1004001V")).hasValidLetter == false)
        #expect(UAI(rawValue: "0690078k")?.rawValue == "0690078K")
    }

    @Test(arguments: ["", "069007K", "06900788", "0690078KK", "06900 8K", "069007８K", "0690078é", "-690078K"])
    func refusesWhatIsNotACode(text: String) { #expect(UAI(rawValue: text) == nil) }

    @Test func numbersOutsideSevenDigitsHaveNoCode() {
        #expect(UAI(number: -1) == nil)
        #expect(UAI(number: 10_000_000) == nil)
        #expect(UAI(number: 0)?.rawValue == "0000000A")
    }

    @Test(arguments: ["seine-et-marne", "grand-est", "r2"])
    func acceptsSlugs(text: String) { #expect(TerritoryID(rawValue: text)?.rawValue == text) }

    @Test(arguments: ["", "a", "Seine", "77", "-a", "île", "a_b", String(repeating: "a", count: 64)])
    func refusesOtherSlugs(text: String) { #expect(TerritoryID(rawValue: text) == nil) }

    @Test func rolesKeepTheirStoredNames() {
        #expect(
            Role.allCases.map(\.rawValue) == [
                "pupil", "guardian", "teacher", "school_life", "head", "staff", "territory_admin", "region_admin",
                "platform_admin", "establishment_admin",
            ])
    }
}
