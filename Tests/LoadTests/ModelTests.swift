import Foundation
import Load
import Testing
import YAML

@Suite struct ModelTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Infra/load")

    private func document(_ name: String) throws -> YAMLDocument {
        try YAMLDocument(parsing: [UInt8](Data(contentsOf: Self.folder.appending(path: name))), file: name)
    }

    private static let pairs =
        ["grand-est", "storm", "lyon", "bell", "morning"].map { ($0, "preau") }
        + ["peer", "peer-home", "peer-sign-in"].flatMap { [($0, "preau"), ($0, "aleksis")] }

    @Test(arguments: pairs) func everyMixNamesWhatThereIs(_ mix: String, _ product: String) throws {
        let (mix, product) = (
            try document("\(mix).yaml").decode(Mix.shape), try document("\(product).yaml").decode(Product.shape)
        )
        for role in mix.roles {
            #expect(product.pages[role.first] != nil)
            #expect(role.pages.allSatisfy { product.pages[$0.element] != nil })
            #expect(role.entry.allSatisfy { $0.element == "warm" || product.ways[$0.element] != nil })
        }
        #expect(abs(mix.shares(at: 8).reduce(0, +) - 1) < 1e-9)
    }

    @Test(arguments: ["preau.yaml", "aleksis.yaml"])
    func everyPageIsHeldAgainstThePersonAndThePage(_ name: String) throws {
        let product = try document(name).decode(Product.shape)
        for page in product.pages.values {
            let held = Set(page.expect.map(\.what))
            #expect(held.isSuperset(of: ["person", "page"]), "\(page.name)")
        }
    }

    @Test func grandEstHasItsPublishedDay() throws {
        let mix = try document("grand-est.yaml").decode(Mix.shape)
        #expect(abs(mix.visits - 933.3) < 1)
        let pages = mix.roles.reduce(0) { $0 + $1.hours.reduce(0, +) * $1.pagesPerVisit }
        #expect(abs(pages - 11_600) < 100)
    }

    @Test func aTemplateIsFilledForWhereItGoes() throws {
        let template = try #require(Template("/a/{uai}?q={name}"))
        let values = ["uai": "0770001A", "name": "L’Été & <Cie>"]
        #expect(template.filled(.plain) { values[$0] } == "/a/0770001A?q=L’Été & <Cie>")
        #expect(template.filled(.address) { values[$0] }.hasSuffix("%C3%89t%C3%A9%20%26%20%3CCie%3E"))
        #expect(template.filled(.page) { values[$0] }.hasSuffix("&amp; &lt;Cie&gt;"))
        #expect(template.names == ["uai", "name"])
        for wrong in ["{", "a{}", "{A b}"] { #expect(Template(wrong) == nil) }
    }

    @Test func peopleAreATable() throws {
        let bytes = Array("login\trole\thost\tname\na\tpupil\th\tAnne\nb\tpupil\th\tBob\nc\tteacher\th\tCléo\n".utf8)
        let all = try People.read(bytes, file: "people")
        #expect(all.map(\.login) == ["a", "b", "c"])
        let odd = try People.read(bytes, file: "people", part: 1, of: 2)
        #expect(odd.map(\.login) == ["b"])
        for wrong in ["login\trole\n", "login\trole\thost\na\tb\n", "login\trole\thost\n\u{0}\tb\tc\td\n"] {
            #expect(throws: LoadError.self) { try People.read(Array(wrong.utf8), file: "people") }
        }
        #expect(throws: LoadError.self) {
            try People.read(Array(("login\trole\thost\n" + String(repeating: "x", count: 5000)).utf8), file: "people")
        }
    }

    @Test func kindsOfErrorsAreBounded() {
        var tally = StepTally()
        for number in 0..<500 { tally.fail("kind \(number)") }
        #expect(tally.errors.count <= 101 && tally.errors.values.reduce(0, +) == 500 && tally.done == 500)
        #expect((tally.errors["other"] ?? 0) == 400)
    }

    @Test func aMixSaysWhatIsWrongWithIt() throws {
        let text = """
            name: x
            about: x
            source: x
            roles:
              pupil:
                hours: [1, 2]
                pages_per_visit: 0
                think: { median: fast, sigma: 1 }
                entry: { warm: 0 }
                first: home
                pages: { home: 1 }
            """
        let document = try YAMLDocument(parsing: Array(text.utf8), file: "mix.yaml")
        let error = #expect(throws: YAMLError.self) { try document.decode(Mix.shape) }
        #expect(error?.problems.count == 4, "\(error?.description ?? "")")
    }
}
