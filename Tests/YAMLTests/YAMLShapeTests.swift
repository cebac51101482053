import Testing

@testable import YAML

@Suite struct YAMLShapeTests {
    private struct Server: Equatable {
        var host: String
        var port: Int
        var tags: [String] = []
        var mode = "fast"
        var isOn = true
    }

    private let server = YAMLShape<Server>.keys("a server (host, port)") { keys in
        let host = keys.required("host", .line())
        let port = keys.optional("port", .integer(1...65_535), default: 5432)
        let tags = keys.optional("tags", .list(of: .text), default: [])
        let mode = keys.optional("mode", .oneOf(["fast": "fast", "careful": "careful"]), default: "fast")
        let isOn = keys.optional("on", .flag, default: true)
        guard let host else { return nil }
        return Server(host: host, port: port, tags: tags, mode: mode, isOn: isOn)
    }

    private func decode<Value>(_ text: String, _ shape: YAMLShape<Value>) throws(YAMLError) -> Value {
        try YAMLDocument(parsing: Array(text.utf8), file: "f.yaml").decode(shape)
    }

    private func problems<Value>(_ text: String, _ shape: YAMLShape<Value>) -> [String] {
        do throws(YAMLError) {
            _ = try decode(text, shape)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test func readsWhatIsAskedFor() throws {
        #expect(try decode("host: a", server) == Server(host: "a", port: 5432))
        #expect(
            try decode("{host: a, port: 6_501, tags: [no, 012], mode: careful, on: false}", server)
                == Server(host: "a", port: 6501, tags: ["no", "012"], mode: "careful", isOn: false))
        #expect(try decode("host: a\nport:\ntags:", server) == Server(host: "a", port: 5432))
    }

    @Test func everyProblemIsToldAtOnceInTheOrderOfTheFile() {
        #expect(
            problems(
                """
                prot: 80
                mode: carefull
                tags: [a, [b], {c: d}]
                on: yes
                colour: red
                """, server) == [
                    "f.yaml:1:1: the key “host” is missing: expected a text on one line",
                    "f.yaml:1:1: unknown key “prot”: did you mean “port”?",
                    "f.yaml:2:7: mode: expected one of fast, careful, found “carefull”; did you mean “careful”?",
                    "f.yaml:3:11: tags[1]: expected a text, found a list",
                    "f.yaml:3:16: tags[2]: expected a text, found keys (“c”…)",
                    "f.yaml:4:5: on: expected one of true, false, found “yes”",
                    "f.yaml:5:1: unknown key “colour”: expected host, port, tags, mode, on",
                ])
    }

    @Test(arguments: [
        ("port: 0", "f.yaml:1:7: port: expected a whole number from 1 to 65535, found “0”"),
        ("port: 1e3", "f.yaml:1:7: port: expected a whole number from 1 to 65535, found “1e3”"),
        ("port: 0x50", "f.yaml:1:7: port: expected a whole number from 1 to 65535, found “0x50”"),
        (
            "port: 99999999999999999999",
            "f.yaml:1:7: port: expected a whole number from 1 to 65535, found “99999999999999999999”"
        ),
        ("port: [1]", "f.yaml:1:7: port: expected a whole number from 1 to 65535, found a list"),
        ("tags: a", "f.yaml:1:7: tags: expected a list, each of it a text, found “a”"),
        ("tags: ['']", "f.yaml:1:8: tags[0]: expected a text, found “”"),
    ])
    func tellsWhatWasExpected(text: String, message: String) {
        #expect(problems("host: h\n" + text, server) == [message.replacing("f.yaml:1:", with: "f.yaml:2:")])
    }

    @Test func tellsWhatTheWholeFileShouldBe() {
        #expect(problems("", server) == ["f.yaml:1:1: expected a server (host, port), found nothing"])
        #expect(problems("- a", server) == ["f.yaml:1:1: expected a server (host, port), found a list"])
        #expect(problems("host: \"a\\nb\"", server) == ["f.yaml:1:7: host: expected a text on one line, found “a…”"])
        #expect(problems("host:", server) == ["f.yaml:1:6: host: expected a text on one line, found nothing"])
    }

    @Test func tablesKeepTheFilesOrderAndTheKeysPlaces() throws {
        let shape = YAMLShape.table(key: .scalar("a level such as 6e") { $0.hasSuffix("e") ? $0 : nil }, of: .text)
        let rows = try decode("6e: a\n5e: b", shape)
        #expect(rows.map(\.key.value) == ["6e", "5e"])
        #expect(rows.map(\.key.place.line) == [1, 2])
        #expect(
            problems("6: a\n5e: []", shape) == [
                "f.yaml:1:1: expected a level such as 6e, found “6”",
                "f.yaml:2:5: 5e: expected a text, found an empty list",
            ])
    }

    @Test func eitherAndBounds() throws {
        let shape = YAMLShape<[Int]>.either(
            scalar: YAMLShape<Int>.integer().map { [$0] }, structure: .list(of: .integer(), atLeast: 1, atMost: 2))
        #expect(try decode("4", shape) == [4])
        #expect(try decode("[4, 5]", shape) == [4, 5])
        #expect(problems("[]", shape) == ["f.yaml:1:1: expected at least 1 in the list, found 0"])
        #expect(problems("[1, 2, 3]", shape) == ["f.yaml:1:1: expected at most 2 in the list, found 3"])
    }

    @Test func placedValuesKnowWhereTheyCameFrom() throws {
        let placed = try decode(
            "a:\n  - 7", YAMLShape<[YAMLPlaced<Int>]>.keys("a") { $0.required("a", .list(of: .placed(.integer()))) })
        #expect(placed.map(\.value) == [7])
        #expect(placed.map(\.place.description) == ["f.yaml:2:5"])
    }

    @Test func tooManyProblemsAreCounted() {
        let text = (0..<250).map { "wrong\($0): 1" }.joined(separator: "\n")
        let found = problems("host: a\n" + text, server)
        #expect(found.count == 201)
        #expect(found.last == "f.yaml:201:1: … and 50 more problems in this file")
    }

    @Test(arguments: [
        ("prot", "port"), ("hots", "host"), ("establishements", "establishments"), ("HOST", "host"), ("tpye", "type"),
    ])
    func guessesTheWordMeant(word: String, meant: String) {
        #expect(Spelling.nearest(to: word, among: ["port", "host", "type", "establishments"]) == meant)
    }

    @Test func doesNotGuessWildly() {
        #expect(Spelling.nearest(to: "colour", among: ["port", "host"]) == nil)
        #expect(Spelling.nearest(to: "x", among: []) == nil)
        #expect(Spelling.distance(Array("ca".unicodeScalars), Array("abc".unicodeScalars)) == 3)
    }
}
