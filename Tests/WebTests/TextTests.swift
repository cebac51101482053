import Runtime
import Testing

@testable import Web

@Suite struct LanguageTests {
    @Test(arguments: [
        (nil, Language.fr), ("en", .en), ("en-GB,en;q=0.9,fr;q=0.8", .en), ("fr-FR, fr;q=0.9, en;q=0.8", .fr),
        ("fr;q=0.1,en;q=0.9", .en), ("de, it;q=0.5", .fr), ("de,EN;q=0.5", .en), ("en;q=0", .fr),
        ("en;q=nonsense", .fr),
        ("en;q=0.0001", .fr), ("", .fr), ("*", .fr), ("en;q=1.5", .fr), ("frx,en;q=0.2", .en),
    ])
    func prefers(header: String?, expected: Language) { #expect(Language.preferred(header) == expected) }

    @Test func writesDates() throws {
        let first = try #require(CivilDate("2026-12-01"))
        #expect(Language.fr.fullDate(first) == "mardi 1er décembre 2026")
        #expect(Language.en.fullDate(first) == "Tuesday 1 December 2026")
        #expect(Language.fr.shortDate(first) == "01/12/2026")
        #expect(Language.fr.period(first + -1, first + 3) == "du 30 novembre au 4 décembre 2026")
        #expect(Language.fr.period(first, first + 3) == "du 1er au 4 décembre 2026")
        #expect(Language.en.period(first + 28, first + 32) == "29 December 2026 to 2 January 2027")
        #expect(Language.fr.dateAndTime(first, minutes: 485) == "mardi 1er décembre 2026 à 8\u{A0}h\u{A0}05")
    }

    @Test func writesTimes() {
        #expect(Language.fr.time(minutes: 485) == "8\u{A0}h\u{A0}05")
        #expect(Language.fr.time(minutes: 840) == "14\u{A0}h")
        #expect(Language.en.time(minutes: 485) == "08:05")
        for language in Language.allCases {
            for range in [485..<540, 0..<5, 600..<1440] {
                var html = HTML()
                html.append(times: range, language)
                #expect(html.string == language.timeRange(minutes: range))
            }
        }
    }

    @Test func writesNumbers() {
        #expect(Language.fr.number(51_000) == "51\u{202F}000")
        #expect(Language.en.number(-1_234_567) == "\u{2212}1,234,567")
        #expect(
            Language.fr.number(.min) == "\u{2212}9\u{202F}223\u{202F}372\u{202F}036\u{202F}854\u{202F}775\u{202F}808")
        #expect(Language.fr.decimal("12.50") == "12,50")
        #expect(Language.fr.decimal("-0.5") == "\u{2212}0,5")
        #expect(Language.en.decimal("abc") == "abc")
        #expect(Language.fr.list(["a", "b", "c"]) == "a, b et c")
    }
}

@Suite struct PhraseTests {
    @Test func putsFrenchSpaces() {
        let phrase = Phrase(fr: "L'élève dit : « Déjà ? » ; oui !", en: "It's here")
        #expect(phrase.fr == "L’élève dit\u{A0}: «\u{A0}Déjà\u{202F}?\u{A0}»\u{202F}; oui\u{202F}!")
        #expect(phrase.en == "It’s here")
        #expect(Phrase(fr: "12:30 http://x", en: "").fr == "12:30 http://x")
        #expect(Phrase(fr: "fin ", en: "").fr == "fin ")
    }

    @Test func countsInBothLanguages() {
        func messages(_ number: Int) -> Phrase {
            .count(number, fr: ("% message", "% messages"), en: ("% message", "% messages"))
        }
        #expect(messages(0).fr == "0 message")
        #expect(messages(0).en == "0 messages")
        #expect(messages(1).fr == "1 message")
        #expect(messages(1_200).fr == "1\u{202F}200 messages")
    }
}

@Suite struct HTMLTests {
    @Test func escapesWhatIsInterpolated() {
        let name = #"<script>alert("x")</script> & 'fils'"#
        let html: HTML = "<p title=\"\(name)\">\(name)</p>"
        let escaped = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;fils&#39;"
        #expect(html.string == "<p title=\"\(escaped)\">\(escaped)</p>")
    }

    @Test func keepsHTMLAsItIs() {
        let item: HTML = "<li>é</li>"
        let none: HTML? = nil
        let html: HTML = "<ul>\(item)\(none)\([item, item].joined(separator: "\n"))</ul>"
        #expect(html.string == "<ul><li>é</li><li>é</li>\n<li>é</li></ul>")
    }

    @Test func writesNumbersAndAttributes() {
        let html: HTML =
            "<a\(attribute: "title", "\"")\(attribute: "x", nil)\(flag: "hidden", true)\(flag: "y", false)>\(-120)\(Int.min)</a>"
        #expect(html.string == "<a title=\"&quot;\" hidden>-120-9223372036854775808</a>")
    }

    /// A literal with HTML in it is markup, not the dump of a string.
    @Test func noticeTakesMarkup() {
        let list: HTML = "<ul></ul>"
        #expect(Notice(.error, markup: "<p>\(list)</p>").text.string == "<p><ul></ul></p>")
        let text = String("<b>")
        #expect(Notice(.error, text).text.string == "&lt;b&gt;")
    }

    @Test func linksHoldTheirValues() {
        let evil = "../..//evil.org/?a=b&c#d\"'<é"
        let link: Link = "/a/\(evil)?week=\(evil)"
        #expect(link.text.hasPrefix("/a/..%2F..%2F%2Fevil.org%2F%3Fa%3Db%26c%23d%22%27%3C%C3%A9?week="))
        #expect(link.adding("x", "é&").text.hasSuffix("&x=%C3%A9%26"))
    }

    @Test(arguments: ["//evil.org", "https://evil.org", "/\\evil.org", "", "javascript:x", "/a\nb", "/é", "a"])
    func refusesOtherSites(text: String) { #expect(Link(localPath: text) == nil) }

    @Test func takesOwnPaths() {
        #expect(Link(localPath: "/timetable?week=2026-11-23")?.text == "/timetable?week=2026-11-23")
    }

    @Test func proseKeepsParagraphs() {
        #expect(Component.prose("a <b\nc\n\nd").string == "<p>a &lt;b<br>c</p><p>d</p>")
    }
}
