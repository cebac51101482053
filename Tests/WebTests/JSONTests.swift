import Runtime
import Testing

@testable import Web

@Suite struct JSONTests {
    private func parse(_ text: String) throws(JSONSyntaxError) -> JSON {
        var parser = JSONParser(Array(text.utf8))
        return try parser.parse()
    }

    @Test func readsEveryKind() throws {
        let value = try parse(
            #" {"a":[1,-2,3.5,1e3,true,false,null],"b":{"é\n\u00e9\ud83d\ude00\/":""},"c":[],"d":{}} "#)
        #expect(value["a"] == [1, -2, .number(3.5), .number(1000), true, false, nil])
        #expect(value["b"]?.members?.first?.name == "é\né😀/")
        #expect(value["a"]?[2] == .number(3.5))
        #expect(value["nothing"] == nil)
    }

    @Test func writesWhatItReads() throws {
        let text = #"{"a":[1,-2,3.5,true,null,"\"\\\n\u0001é😀"],"b":{"c d":{}}}"#
        #expect(String(decoding: try parse(text).bytes, as: UTF8.self) == text)
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "tru", "nulll",
        "01", "-",
        "1.", ".5", "1e", "+1", "'a'", "\"a", "\"\\x\"", "\"\\u12\"", "\"\t\"", "[1]]", "[1] x", "NaN", "Infinity",
        "\u{FEFF}1",
        "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "1e999", "123456789012345678901234567890",
    ])
    func refuses(text: String) { #expect(throws: JSONSyntaxError.self) { try parse(text) } }

    @Test func refusesInvalidUTF8() {
        for bytes: [UInt8] in [
            [0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xe9, 0x22],
        ] {
            var parser = JSONParser(bytes)
            #expect(throws: JSONSyntaxError.invalidText(offset: 0)) { try parser.parse() }
        }
    }

    @Test func isBounded() throws {
        _ = try parse(String(repeating: "[", count: 16) + String(repeating: "]", count: 16))
        #expect(throws: JSONSyntaxError.tooDeep(offset: 16)) {
            try parse(String(repeating: "[", count: 17) + String(repeating: "]", count: 17))
        }
        // A million brackets must not use a million stack frames.
        #expect(throws: JSONSyntaxError.tooDeep(offset: 16)) { try parse(String(repeating: "[", count: 1_000_000)) }
        #expect(throws: JSONSyntaxError.self) { try parse("[" + String(repeating: "1,", count: 30_000) + "1]") }
    }

    @Test func writerPlacesCommas() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("id", 7)
            writer.field("none", String?.none)
            writer.array("list", ["a", "b"])
            writer.object("inner") { $0.field("x", true) }
            writer.array("empty", [Int]())
            writer.key(escaping: "q\"")
            writer.write(exactNumber: "12.50")
            writer.field("text", "\u{7}é")
            writer.field("infinite", Double.infinity)
        }
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"id":7,"none":null,"list":["a","b"],"inner":{"x":true},"empty":[],"q\"":12.50,"text":"\u0007é","infinite":null}"#
        )
    }

    private struct Draft: Decodable, Equatable {
        enum Kind: String, Decodable { case lesson, meeting }
        let title: String
        let room: String?
        let kind: Kind
        let days: [Int]
        let seats: Int16
    }

    @Test func decodesTypes() throws {
        let value = try parse(#"{"title":"a","kind":"lesson","days":[1,2],"seats":30,"more":1}"#)
        #expect(try value.decode(Draft.self) == Draft(title: "a", room: nil, kind: .lesson, days: [1, 2], seats: 30))
    }

    @Test(arguments: [
        (#"{"kind":"lesson","days":[],"seats":1}"#, "/title"),
        (#"{"title":"a","kind":"lesson","days":[1,"x"],"seats":1}"#, "/days/1"),
        (#"{"title":"a","kind":"lesson","days":[],"seats":70000}"#, "/seats"),
        (#"{"title":"a","kind":"party","days":[],"seats":1}"#, "/kind"), (#"[]"#, ""),
    ])
    func pointsAtWhatDoesNotFit(text: String, pointer: String) throws {
        let value = try parse(text)
        do throws(JSONDecodingFailure) {
            _ = try value.decode(Draft.self)
            Issue.record("decoded")
        } catch {
            #expect(error.pointer == pointer)
        }
    }
}

@Suite struct SchemaTests {
    static let lesson = Schema.named(
        "Lesson",
        .object([
            .required("title", .text(1...20), "The subject."), .required("day", .date), .required("start", .timeOfDay),
            .optional("rooms", .array(of: .text(1...10), 0...3)), .optional("note", .nullable(.text())),
            .optional("kind", .enumeration(["lesson", "meeting"])), .optional("parts", .array(of: SchemaTests.part)),
        ]))

    static let part = Schema.object([.required("weight", .integer(1...9))])

    @Test func acceptsWhatFits() {
        let value: JSON = [
            "title": "Latin", "day": "2026-11-23", "start": "08:05", "rooms": ["204"], "note": nil,
            "parts": [["weight": 3]],
        ]
        #expect(SchemaTests.lesson.violations(in: value).isEmpty)
    }

    @Test func saysWhatDoesNotFitAndWhere() {
        let value: JSON = [
            "title": "", "day": "2026-02-30", "start": "24:00", "rooms": ["1", "2", "3", "4"], "kind": "party",
            "a/b": 1,
            "parts": [["weight": 0], "x"],
        ]
        let found = SchemaTests.lesson.violations(in: value).map(\.pointer)
        #expect(found == ["/title", "/day", "/start", "/rooms", "/kind", "/a~1b", "/parts/0/weight", "/parts/1"])
        #expect(SchemaTests.lesson.violations(in: [:]).map(\.pointer) == ["/title", "/day", "/start"])
        #expect(SchemaTests.lesson.violations(in: []).map(\.pointer) == [""])
    }

    @Test func stopsAtTwenty() {
        let value = JSON.array(Array(repeating: "x", count: 500))
        #expect(Schema.array(of: .integer()).violations(in: value).count == 20)
    }

    @Test func examplesFitTheirSchema() {
        let schemas: [Schema] = [
            SchemaTests.lesson, .uuid, .date, .dateTime, .timeOfDay, .uai, .boolean, .integer(5...9),
            .integer(-9 ... -5),
            .number(0...1), .text(8...9), .text(0...2), .enumeration(["a"]), .map(of: .integer()), .nullable(.date),
            .oneOf([.date, .null]), .text(format: .email), .text(format: .uri), .text(format: .slug),
            .text(format: .byte),
            .array(of: .integer(), 3...5), Problem.schema, .text(format: .languageTag), .openObject([]),
        ]
        for schema in schemas { #expect(schema.violations(in: schema.example).isEmpty, "\(schema.kind)") }
    }

    @Test(arguments: [
        ("2026-11-23T07:05:00Z", 1_795_417_500_000_000), ("2026-11-23T08:05:00.250+01:00", 1_795_417_500_250_000),
        ("1969-12-31T23:59:59Z", -1_000_000),
    ])
    func readsInstants(text: String, expected: Int64) { #expect(Instants.microseconds(rfc3339: text) == expected) }

    @Test(arguments: [
        "2026-11-23", "2026-11-23T07:05:00", "2026-11-23T24:00:00Z", "2026-02-30T00:00:00Z", "2026-11-23T07:05:00.Z",
        "x",
    ])
    func refusesInstants(text: String) { #expect(Instants.microseconds(rfc3339: text) == nil) }
}
