import Markdown
import Testing

@Suite struct MarkdownReaderTests {
    @Test func stepsOfAText() {
        #expect(
            MarkdownReader.events("# A\n\nb *c*\n\n- d") == [
                .enter(.heading(level: 1)), .text("A"), .exit(.heading(level: 1)), .enter(.paragraph), .text("b "),
                .enter(.emphasis), .text("c"), .exit(.emphasis), .exit(.paragraph), .enter(.list), .enter(.item),
                .enter(.tightParagraph), .text("d"), .exit(.tightParagraph), .exit(.item), .exit(.list),
            ])
    }

    @Test func readersBesideEachOtherReadTheSame() async {
        let text = "~~a~~ b\n\n~~c~~ https://exemple.invalid"
        let expected = MarkdownReader.events(text)
        let different = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask { (0..<5_000).count { _ in MarkdownReader.events(text) != expected } }
            }
            return await group.reduce(0, +)
        }
        #expect(expected.contains(.enter(.strikethrough)) && different == 0)
    }

    @Test func tablesHaveAlignments() {
        let events = MarkdownReader.events("| a | b |\n|:-:|--:|\n| c | d |")
        #expect(events.contains(.enter(.tableCell(.center, isHeader: true))))
        #expect(events.contains(.enter(.tableCell(.right, isHeader: false))))
    }

    @Test func everythingEnteredIsLeft() {
        for text in MarkdownReaderTests.hostile {
            var open: [MarkdownElement] = []
            for event in MarkdownReader.events(text) {
                if case .enter(let element) = event { open.append(element) }
                if case .exit(let element) = event { #expect(open.popLast() == element) }
            }
            #expect(open.isEmpty)
        }
    }

    /// What parsers have died of: each has to come to its end, with no more steps than the bound.
    static let hostile: [String] = [
        String(repeating: ">", count: 40_000), String(repeating: "[", count: 40_000),
        String(repeating: "*a_", count: 13_000),
        String(repeating: "![[]()", count: 6000), String(repeating: "`", count: 40_000),
        String(repeating: "- ", count: 20_000),
        String(repeating: "| a ", count: 10_000) + "\n" + String(repeating: "|-", count: 10_000),
        String(repeating: "<!--", count: 10_000),
        String(repeating: "_a__a_", count: 6000), String(repeating: "~~a", count: 13_000),
        String(repeating: "www.", count: 10_000),
        String(repeating: "a@a.", count: 10_000),
        "[a]: " + String(repeating: "b", count: 10_000) + "\n\n" + String(repeating: "[a]", count: 9000),
        String(repeating: "|x", count: 500) + "\n" + String(repeating: "|-", count: 500) + "\n"
            + String(repeating: "a\n", count: 9000),
        String(repeating: "\u{0}", count: 1000), String(repeating: "1. ", count: 13_000),
        String(repeating: "\\", count: 40_000),
        String(repeating: "&#x", count: 13_000), String(repeating: "a\n\n", count: 13_000),
        String(repeating: "é", count: 30_000),
    ]
}
