import Testing
import Web

@testable import Control

/// Tables of establishments to be opened.
@Suite struct OpeningListTests {
    private func read(_ text: String, most: Int = 500) throws -> OpeningList {
        OpeningList(try CSVText(Array(text.utf8)), most: most)
    }

    @Test func aTableIsReadByItsHeader() throws {
        let list = try read(
            "Nom;uai;Commune;Prénom;Nom de famille\nCollège inventé;0959001T;Essai;Ada;Inventée\n;;;;\n")
        #expect(list.faults.isEmpty)
        #expect(list.requests.count == 1, "a line of separators only holds nothing")
        let first = list.requests.first
        #expect(first?.uai == "0959001T")
        #expect(first?.name == "Collège inventé")
        #expect(first?.city == "Essai")
        #expect(first?.administrator?.familyName == "Inventée")
        #expect(first?.kind == nil)
    }

    @Test func kindsAreKnownByTheirWords() throws {
        let list = try read(
            "uai,nom,type\n0959001T,A,Lycée professionnel\n0959002U,B,college\n0959003V,C,Vocational high school\n")
        let kinds = list.requests.map(\.kind)
        #expect(kinds == ["lycee_professionnel", "college", "lycee_professionnel"])
        #expect(list.faults.isEmpty)
    }

    @Test(arguments: [
        ("nom\nA\n", "The column “UAI” is missing."), ("uai\n0959001T\n", "The column “nom” is missing."),
        ("uai;nom\n", "From 1 to 2 establishments at once."),
        ("uai;nom\n0959001T;A\n0959002U;B\n0959003V;C\n", "From 1 to 2 establishments at once."),
        ("uai;nom\n0959001A;A\n", "Line 2: The UAI is not right: seven digits and the letter that goes with them."),
        ("uai;nom\n0959001T;\n", "Line 2: A name of 200 letters at most is missing."),
        ("uai;nom;type\n0959001T;A;palais\n", "Line 2: There is no such kind."),
        ("uai;nom\n0959001T;A\n0959001t;B\n", "Line 3: This UAI is twice in the list."),
        (
            "uai;nom;prénom\n0959001T;A;Ada\n",
            "Line 2: Give the given name and the family name, or neither."
        ),
    ])
    func whatIsWrongIsToldByLine(_ text: String, _ reason: String) throws {
        let list = try read(text, most: 2)
        let told = list.faults.map(\.en)
        #expect(told == [reason])
    }
}
