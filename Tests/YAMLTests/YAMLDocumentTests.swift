import Glibc
import TestSupport
import Testing

@testable import YAML

@Suite struct YAMLDocumentTests {
    private func parse(_ text: String, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> YAMLDocument {
        try YAMLDocument(parsing: Array(text.utf8), file: "f.yaml", limits: limits)
    }

    private func problem(_ text: String, limits: YAMLLimits = YAMLLimits()) -> String {
        do throws(YAMLError) {
            _ = try parse(text, limits: limits)
            return "no problem"
        } catch {
            return error.description
        }
    }

    @Test func readsScalarsListsAndKeysWithTheirPlaces() throws {
        let document = try parse(
            """
            # A comment
            name: Collège de l'Été
            tags: [a, "b c"]
            nested:
              - one: 1
                two: |
                  first
                  second
            """)
        guard case .mapping(let entries) = document.root.content else {
            Issue.record("not a mapping")
            return
        }
        #expect(entries.map(\.key) == ["name", "tags", "nested"])
        #expect(entries[0].keyPlace == YAMLPlace(file: "f.yaml", line: 2, column: 1))
        #expect(entries[0].value.place == YAMLPlace(file: "f.yaml", line: 2, column: 7))
        guard case .scalar("Collège de l'Été", isPlain: true) = entries[0].value.content,
            case .sequence(let tags) = entries[1].value.content,
            case .scalar("b c", isPlain: false) = tags[1].content,
            case .sequence(let nested) = entries[2].value.content,
            case .mapping(let inner) = nested[0].content,
            case .scalar("first\nsecond", isPlain: false) = inner[1].value.content
        else {
            Issue.record("not as written: \(document.root)")
            return
        }
    }

    @Test func columnsCountCharactersNotBytes() {
        #expect(problem("éàü: ok\nné: &x").hasPrefix("f.yaml:2:5: an anchor"))
    }

    @Test func emptyFilesReadAsNothing() throws {
        #expect(try parse("").root.isNull)
        #expect(try parse("# only a comment\n").root.isNull)
        #expect(try parse("---\n...\n").root.isNull)
    }

    @Test(arguments: [
        ("a: &x 1\nb: 2", "f.yaml:1:4: an anchor (&name) is not read here: write the value again"),
        ("a: 1\nb: *x", "f.yaml:2:4: an alias (*name) is not read here: write the value again"),
        ("a: !!int 1", "f.yaml:1:4: a tag (!name) is not read here: write the value alone"),
        ("a: !secret [1]", "f.yaml:1:4: a tag (!name) is not read here: write the value alone"),
        ("a: 1\n---\nb: 2", "f.yaml:2:1: a second document begins here (---): one file is one document"),
        ("a: 1\nb: 2\na: 3", "f.yaml:3:1: the key “a” is written twice: it already stands on line 1"),
        ("[1, 2]: x", "f.yaml:1:1: a key must be a text, found a list"),
        ("a: \"x\\0y\"", "f.yaml:1:4: a text cannot contain the character U+0000"),
        ("a:\n\tb: 1", "f.yaml:2:1: a tab stands where YAML wants spaces"),
        ("a: 'never closed", "f.yaml:1:17: found unexpected end of stream, while scanning a quoted scalar"),
        ("a: b: c", "f.yaml:1:5: a value stands where none can: a text that contains “: ” needs quotes"),
    ])
    func refuses(text: String, message: String) {
        #expect(problem(text) == message)
    }

    @Test func refusesOtherEncodings() {
        func problem(_ bytes: [UInt8]) -> String {
            do throws(YAMLError) {
                _ = try YAMLDocument(parsing: bytes, file: "f.yaml")
                return "no problem"
            } catch {
                return error.description
            }
        }
        // Latin-1 “é” on the second line, then UTF-16, a lone surrogate, an overlong slash, a control character.
        #expect(problem(Array("a: 1\nb: ".utf8) + [0xe9, 0x20]).hasPrefix("f.yaml:2:4: the file is not UTF-8"))
        #expect(problem([0xff, 0xfe, 0x61, 0]).hasPrefix("f.yaml:1:1: the file is not UTF-8"))
        #expect(problem([0x61, 0x3a, 0x20, 0xed, 0xa0, 0x80]).hasPrefix("f.yaml:1:4: the file is not UTF-8"))
        #expect(problem([0x61, 0x3a, 0x20, 0xc0, 0xaf]).hasPrefix("f.yaml:1:4: the file is not UTF-8"))
        #expect(problem([0x61, 0x3a, 0x20, 0x07]) == "f.yaml:1:4: a control character cannot stand here")
        #expect(problem([0xef, 0xbb, 0xbf] + Array("a: 1".utf8)) == "no problem")
    }

    @Test func limitsHold() {
        #expect(
            problem("a: 123456789", limits: YAMLLimits(bytes: 8))
                == "f.yaml:1:1: the file has 12 bytes, more than the 8 that are read")
        #expect(
            problem("[[[[1]]]]", limits: YAMLLimits(depth: 3))
                == "f.yaml:1:4: lists and keys are nested more than 3 deep")
        #expect(problem("[[[1]]]", limits: YAMLLimits(depth: 3)) == "no problem")
        #expect(
            problem("[1, 2, 3]", limits: YAMLLimits(nodes: 3))
                == "f.yaml:1:8: the file has more than the 3 values that are read"
        )
    }

    @Test func hostileFilesAreRefusedInNoTime() {
        // Processor time: what other tests do at the same moment does not count.
        func used() -> Duration {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        }
        let hostile = [
            String(repeating: "[", count: 1_000_000), String(repeating: "{a: ", count: 250_000),
            String(repeating: "- ", count: 500_000), String(repeating: "? ", count: 500_000),
            String(repeating: "a: [", count: 200_000), String(repeating: "\n", count: 2_000_000),
            "x: \"" + String(repeating: "\\u00e9", count: 300_000) + "\"", String(repeating: "a\n ", count: 500_000),
            String(repeating: "[a,", count: 30) + String(repeating: "b,", count: 400_000),
            (0..<100_000).map { "key\($0): 1" }.joined(separator: "\n"),
        ]
        for text in hostile {
            let begin = used()
            _ = problem(text)
            let duration = used() - begin
            #expect(duration < .seconds(3), "\(text.prefix(12)) took \(duration)")
        }
    }

    @Test func anyBytesEitherReadOrFailCleanly() {
        var generator = SeededNumbers(seed: 42)
        let alphabet = Array("ab:- \n[]{},\"'#&*!|>%@?~\t\\é0".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            do throws(YAMLError) {
                _ = try YAMLDocument(parsing: bytes, file: "f.yaml")
            } catch {
                #expect(error.problems.count == 1)
                #expect(error.problems.allSatisfy { $0.place.line >= 1 && $0.place.column >= 1 && !$0.message.isEmpty })
            }
        }
    }
}
