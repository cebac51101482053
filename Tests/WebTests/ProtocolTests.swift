import Cryptography
import HTTP
import Runtime
import Testing

@testable import Web

@Suite struct ForgeryTokenTests {
    private let old = HMACKey(Array(repeating: 1, count: 32))
    private let new = HMACKey(Array(repeating: 2, count: 32))

    @Test func verifiesItsOwn() {
        let tokens = ForgeryTokens(keys: [new])
        let token = tokens.token(for: "session-1")
        #expect(token != tokens.token(for: "session-1"), "masked anew each time")
        #expect(tokens.verifies(token, for: "session-1"))
        #expect(!tokens.verifies(token, for: "session-2"))
        #expect(ForgeryTokens(keys: [new, old]).verifies(ForgeryTokens(keys: [old]).token(for: "s"), for: "s"))
        #expect(!ForgeryTokens(keys: [new]).verifies(ForgeryTokens(keys: [old]).token(for: "s"), for: "s"))
        #expect(!ForgeryTokens(keys: []).verifies(token, for: "session-1"))
    }

    @Test func refusesNonsense() {
        let tokens = ForgeryTokens(keys: [new])
        let token = tokens.token(for: "s")
        for text in [
            "", "x", String(repeating: "A", count: 43), String(repeating: "A", count: 5000), token + "A",
            String(token.dropLast()),
        ] {
            #expect(!tokens.verifies(text, for: "s"))
        }
        for index in token.indices {
            var changed = token
            changed.replaceSubrange(index...index, with: token[index] == "A" ? "B" : "A")
            #expect(!tokens.verifies(changed, for: "s"))
        }
    }
}

@Suite struct CursorTests {
    private let signer = CursorSigner(keys: [HMACKey([1, 2, 3])])

    @Test func tokensSayWhoseTheyAre() {
        let tokens = ForgeryTokens(keys: [HMACKey([1]), HMACKey([2])])
        let old = ForgeryTokens(keys: [HMACKey([2])])
        let token = old.token(for: "session-1", owner: "a")
        #expect(token.utf8.count == 86)
        #expect(tokens.verifies(token, for: "session-1") && !tokens.verifies(token, for: "session-2"))
        #expect(tokens.belongs(token, to: "a") && !tokens.belongs(token, to: "b") && !tokens.belongs(token, to: ""))
        #expect(!ForgeryTokens(keys: [HMACKey([1])]).belongs(token, to: "a"))
        let plain = tokens.token(for: "a")
        #expect(!tokens.belongs(plain, to: "a") && !ForgeryTokens.namesOwner(plain) && ForgeryTokens.namesOwner(token))
        // The halves cannot change places: a code is made for one use.
        #expect(!tokens.verifies(token, for: "owner a") && !tokens.verifies(String(token.suffix(43)), for: "a"))
        for text in ["", "x", String(token.dropLast()), token + "AA", String(repeating: "A", count: 5000)] {
            #expect(!tokens.belongs(text, to: "a") && !tokens.verifies(text, for: "session-1"))
        }
    }

    @Test func comesBack() throws {
        let values = ["Martin", "0192f1c0", "é\"\n"]
        let cursor = signer.cursor(values, list: "pupils/7")
        #expect(try signer.values(of: cursor, list: "pupils/7", count: 3) == values)
        #expect(Schema.Format.byte.accepts(cursor))
    }

    @Test func refusesWhatItDidNotGive() {
        let cursor = signer.cursor(["a"], list: "pupils/7")
        let others = [
            (cursor, "pupils/8", 1), (cursor, "pupils/7", 2), ("", "pupils/7", 1), ("AAAA", "pupils/7", 1),
            (String(repeating: "A", count: 3000), "pupils/7", 1),
            (CursorSigner(keys: [HMACKey([9])]).cursor(["a"], list: "pupils/7"), "pupils/7", 1),
            (cursor + "A", "pupils/7", 1),
        ]
        for (text, list, count) in others {
            do throws(Problem) {
                _ = try signer.values(of: text, list: list, count: count)
                Issue.record("taken: \(text)")
            } catch {
                #expect(error.code == .invalidCursor)
            }
        }
    }

    @Test func pagesEndWithNull() {
        let more = ListPage([1, 2, 3], limit: 2) { "c\($0)" }
        #expect(String(decoding: JSONWriter.bytes(of: more), as: UTF8.self) == #"{"items":[1,2],"next":"c2"}"#)
        let last = ListPage([1, 2], limit: 2) { "c\($0)" }
        #expect(String(decoding: JSONWriter.bytes(of: last), as: UTF8.self) == #"{"items":[1,2],"next":null}"#)
    }
}

@Suite struct IdempotencyKeyTests {
    @Test(arguments: [("abc", "abc"), ("\"a-b_c\"", "a-b_c"), (" x ", "x")])
    func reads(header: String, expected: String) { #expect(IdempotencyKey(header)?.text == expected) }

    @Test(arguments: ["", "\"\"", "a b", "é", "a\"b", String(repeating: "a", count: 65)])
    func refuses(header: String) { #expect(IdempotencyKey(header) == nil) }
}

@Suite struct OpenAPITests {
    private func document(_ routes: [Route]) throws -> JSON {
        var table = try RouteTable(routes)
        try table.publish(.init(title: "Préau", version: "1.0", description: "Test."))
        var document = OpenAPIDocument(table, .init(title: "Préau", version: "1.0", description: "Test."))
        var parser = JSONParser(try document.json(), depthLimit: 40, valueLimit: 100_000)
        return try parser.parse()
    }

    @Test func describesAPIRoutesOnly() throws {
        let json = try document(TestSite.routes)
        #expect(json["openapi"] == "3.1.0")
        let paths = try #require(json["paths"]?.members).map(\.name)
        #expect(
            paths == [
                "/api/v1/lessons/{id}", "/api/v1/lessons/latest", "/api/v1/lessons", "/api/v1/broken",
                "/api/v1/openapi.json",
            ])
        let post = try #require(json["paths"]?["/api/v1/lessons"]?["post"])
        #expect(
            post["requestBody"]?["content"]?["application/json"]?["schema"]?["$ref"]
                == "#/components/schemas/LessonDraft")
        #expect(post["security"] == [["session": []], ["bearer": []]])
        #expect(post["responses"]?["503"] != nil)
        #expect(post["responses"]?["201"]?["headers"]?["Location"] != nil)
        let put = try #require(json["paths"]?["/api/v1/lessons/{id}"]?["put"])
        let names = put["parameters"]?.elements?.compactMap { $0["name"]?.text ?? $0["$ref"]?.text }
        #expect(names?.contains("id") == true)
        #expect(names?.contains("#/components/parameters/IfMatchRequired") == true)
    }

    /// Every `$ref` leads somewhere, operation identifiers are unique, every error has an example that is a problem document.
    @Test func isSound() throws {
        let json = try document(TestSite.routes)
        func visit(_ value: JSON) {
            switch value {
            case .array(let elements): elements.forEach(visit)
            case .object(let members):
                for member in members {
                    if member.name == "$ref", let reference = member.value.text {
                        var target: JSON? = json
                        for part in reference.dropFirst(2).split(separator: "/") { target = target?[String(part)] }
                        #expect(target != nil, "\(reference)")
                    }
                    visit(member.value)
                }
            default: return
            }
        }
        visit(json)
        var identifiers: Set<String> = []
        for path in json["paths"]?.members ?? [] {
            for operation in path.value.members ?? [] {
                let identifier = try #require(operation.value["operationId"]?.text)
                #expect(identifiers.insert(identifier).inserted)
                for response in operation.value["responses"]?.members ?? [] where response.name >= "400" {
                    let examples = response.value["content"]?["application/problem+json"]?["examples"]?.members
                    #expect(examples?.isEmpty == false)
                    for example in examples ?? [] {
                        #expect(Problem.schema.violations(in: example.value["value"] ?? nil).isEmpty)
                    }
                }
            }
        }
    }

    @Test func refusesTwoShapesUnderOneName() throws {
        func route(_ pattern: String, _ schema: Schema) -> Route {
            .api(.get, pattern, access: .everyone, tag: "T", summary: "T.", answers: [.json(schema, "T.")]) { _ in
                .text("")
            }
        }
        #expect(throws: RouteTableError.conflictingSchemas(name: "A")) {
            try document([route("/a", .named("A", .date)), route("/b", .named("A", .uuid))])
        }
    }

    @Test func servesItself() async throws {
        let (response, text) = try await TestSite().answer(.get, "/api/v1/openapi.json")
        #expect(response.status == .ok)
        #expect(text.contains("/api/v1/openapi.json"))
    }
}

@Suite struct ProblemRegistryTests {
    @Test func refusesMistakes() {
        func code(_ text: String) -> ProblemCode {
            ProblemCode(text, 400, title: Phrase(verbatim: "t"), meaning: Phrase(verbatim: "m"))
        }
        #expect(throws: RouteTableError.duplicateProblemCode("preau.a.b")) {
            try ProblemRegistry([.init("A", [code("preau.a.b")]), .init("B", [code("preau.a.b")])])
        }
        for text in ["a.b", "preau.a", "preau..b", "preau.A.b", "preau.a.b.c", "other.a.b"] {
            #expect(throws: RouteTableError.malformedProblemCode(text)) {
                try ProblemRegistry([.init("A", [code(text)])])
            }
        }
    }

    @Test func replacesItsSection() {
        let section = ProblemRegistry.Section("Web", ProblemCode.web)
        let once = ProblemRegistry.replacing(section, in: "# Errors\n")
        #expect(once == "# Errors\n\n" + section.markdown)
        #expect(ProblemRegistry.replacing(section, in: once + "\n## More\n") == once + "\n## More\n")
    }
}
