import Foundation
import HTTP
import Runtime
import Testing

@testable import Web

/// What can be checked of accessibility by a program, on every preview page; the rest was looked at.
@Suite struct PageTests {
    private static let pages: [(name: String, html: String, language: Language)] = Language.allCases.flatMap {
        language in
        PreviewPages.all(language).map { name, page, isSignedIn in
            var frame = PreviewPages.frame()
            if !isSignedIn { frame.person = nil }
            let bytes = PageShell.render(page, frame: frame, language: language, here: "/timetable?week=2026-11-23")
            return (name, String(decoding: bytes, as: UTF8.self), language)
        }
    }

    private func count(_ needle: String, in text: String) -> Int { text.components(separatedBy: needle).count - 1 }

    /// The values of an attribute, in order.
    private func values(of attribute: String, in html: String) -> [String] {
        html.components(separatedBy: " \(attribute)=\"").dropFirst().compactMap {
            $0.split(separator: "\"", omittingEmptySubsequences: false).first.map(String.init)
        }
    }

    @Test func haveLandmarksAndOneHeading() {
        for (name, html, language) in PageTests.pages {
            #expect(html.hasPrefix("<!doctype html>\n<html lang=\"\(language.rawValue)\">"), "\(name)")
            #expect(count("<h1", in: html) == 1, "\(name)")
            #expect(
                count("<main id=\"main\"", in: html) == 1 && count("<header", in: html) == 1
                    && count("<footer", in: html) == 1)
            #expect(html.contains("<a class=\"skip\" href=\"#main\">"))
            #expect(count("<title>", in: html) == 1)
        }
    }

    @Test func holdNoScriptAndNoStyle() {
        for (name, html, _) in PageTests.pages {
            for forbidden in ["<script", "style=", "<style", "onclick", "javascript:", "http://", "https://"] {
                #expect(!html.contains(forbidden), "\(name): \(forbidden)")
            }
        }
    }

    @Test func everyReferenceLeadsToAnIdentifier() {
        for (name, html, _) in PageTests.pages {
            let identifiers = values(of: "id", in: html)
            #expect(Set(identifiers).count == identifiers.count, "\(name): an identifier twice")
            var references = values(of: "href", in: html).filter { $0.hasPrefix("#") }.map { String($0.dropFirst()) }
            for attribute in ["for", "aria-labelledby", "aria-describedby"] {
                for value in values(of: attribute, in: html) {
                    references += value.split(separator: " ").map(String.init)
                }
            }
            for reference in references { #expect(identifiers.contains(reference), "\(name): #\(reference)") }
        }
    }

    @Test func everyFieldHasItsLabel() {
        for (_, html, _) in PageTests.pages {
            let labels = values(of: "for", in: html)
            for identifier in values(of: "id", in: html) where identifier.hasPrefix("field-") {
                if identifier.hasSuffix("-hint") || identifier.hasSuffix("-error") { continue }
                // A choice has its legend.
                if html.contains("id=\"\(identifier)\" tabindex=\"-1\"") { continue }
                #expect(labels.contains(identifier), "\(identifier)")
            }
        }
    }

    @Test func marksTheCurrentPage() throws {
        let week = try #require(PageTests.pages.first { $0.name == "timetable" })
        #expect(week.html.contains("<a href=\"/timetable\" aria-current=\"page\">"))
        #expect(week.html.contains("href=\"/language/en?back=%2Ftimetable%3Fweek%3D2026-11-23\""))
        #expect(week.html.contains("<input type=\"hidden\" name=\"csrf_token\" value=\"preview\">"))
    }

    /// Frames are made once for all who have the same: what is somebody's own must not be in what is kept.
    @Test func shareTheirFrameAndNothingElse() {
        func page(_ name: String, _ token: String, _ here: Link, _ language: Language = .fr) -> String {
            var frame = PreviewPages.frame()
            frame.person = PageFrame.Person(
                name: name, profile: "Élève · \(name)",
                items: [.init(Phrase(fr: "Mon compte", en: "My account"), "/account")], languages: "/account/language")
            frame.forgeryToken = token
            frame.sessionEnd = 600
            let page = Page(title: Phrase(verbatim: "De \(name)"), main: Component.heading("Chez \(name)"))
            let bytes = PageShell.render(page, frame: frame, language: language, here: here)
            #expect(!bytes.contains(0xff), "a gap was left")
            return String(decoding: bytes, as: UTF8.self)
        }
        let first = page("Anna <Roy>", "token-1", "/timetable?date=2026-11-23&view=day")
        let second = page("Bob Petit", "token-2", "/timetable?date=2026-11-30")
        #expect(count("Anna &lt;Roy&gt;", in: first) == 5 && !first.contains("<Roy>"))
        #expect(count("Bob Petit", in: second) == 5)
        #expect(!second.contains("Anna") && !second.contains("token-1") && !first.contains("Bob"))
        #expect(count("value=\"token-1\"", in: first) == 2 && count("value=\"token-2\"", in: second) == 2)
        #expect(first.contains("name=\"back\" value=\"/timetable?date=2026-11-23&amp;view=day\""))
        #expect(first.contains("votre session se termine à 10\u{A0}h\u{202F}; un formulaire"))
        // Another place, another language: another frame.
        let below = page("Bob Petit", "token-2", "/homework/list")
        #expect(below.contains("<a href=\"/homework\" aria-current=\"true\">"))
        #expect(!below.contains("<a href=\"/timetable\" aria-current"))
        #expect(!second.contains("<a href=\"/homework\" aria-current"))
        let english = page("Bob Petit", "token-2", "/timetable", .en)
        #expect(english.contains("your session ends at 10:00; a form sent later"))
    }

    private enum Gap: UInt8 {
        case first
        case second
    }

    @Test func templatesAreFilledInOrder() {
        let template = HTMLTemplate(
            "<p>\(HTMLTemplate.gap(Gap.first))é\(HTMLTemplate.gap(Gap.second))</p>\(HTMLTemplate.gap(Gap.first))")
        #expect(template.byteCount == "<p>é</p>".utf8.count)
        var html: HTML = "<b>"
        template.fill(&html) { (gap: Gap, html) in html.append(text: gap == .first ? "<1>" : "2") }
        #expect(html.string == "<b><p>&lt;1&gt;é2</p>&lt;1&gt;")
        var plain = HTML()
        HTMLTemplate("<i>").fill(&plain) { (_: Gap, _) in }
        #expect(plain.string == "<i>")
    }

    @Test func weighLittle() {
        for (name, html, _) in PageTests.pages {
            let total = html.utf8.count + StyleSheet.bytes.count + Icons.sprite.utf8.count + Icons.mark.utf8.count + 400
            #expect(total < 150_000, "\(name): \(total) bytes")
        }
    }

    @Test func fieldsTieTheirErrors() {
        let field = Field("a", "Nom <b>", value: "\"x", hint: "Indice", error: "Faux")
        let html = field.html(.fr).string
        #expect(html.contains("aria-describedby=\"field-a-hint field-a-error\" aria-invalid=\"true\""))
        #expect(html.contains("value=\"&quot;x\""))
        #expect(html.contains("Nom &lt;b&gt;"))
        let summary = Field.summary([field], .fr)?.string ?? ""
        #expect(summary.contains("role=\"alert\"") && summary.contains("href=\"#field-a\""))
        #expect(Field.summary([Field("a", "A")], .fr) == nil)
    }

    @Test func areaKeepsItsFirstLineBreak() {
        #expect(Field("a", "A", .area(rows: 2), value: "\nx").html(.fr).string.contains(">\n\nx</textarea>"))
    }
}

@Suite struct WeekGridTests {
    private func item(_ times: Range<Int>, _ title: String = "x") -> WeekGrid.Item { WeekGrid.Item(times, title) }

    @Test func sharesTheWidthOfOverlaps() {
        typealias Place = WeekGrid.Place
        #expect(WeekGrid.places([]) == [])
        #expect(
            WeekGrid.places([item(480..<540), item(540..<600)]) == [
                Place(column: 0, columns: 1), Place(column: 0, columns: 1),
            ])
        #expect(
            WeekGrid.places([item(480..<600), item(490..<540), item(545..<590), item(600..<660)])
                == [
                    Place(column: 0, columns: 2), Place(column: 1, columns: 2), Place(column: 1, columns: 2),
                    Place(column: 0, columns: 1),
                ])
        let many = WeekGrid.places((0..<9).map { _ in item(480..<540) })
        #expect(many.allSatisfy { $0.columns == 4 && $0.column < 4 })
    }

    @Test func placesByClass() throws {
        let monday = try #require(CivilDate("2026-11-23"))
        let grid = WeekGrid([.init(monday, [item(485..<540, "Maths & co")])], today: monday)
        let html = grid.html(.fr).string
        #expect(html.contains("class=\"week d1 h9\""))
        #expect(html.contains("<li class=\"lesson r1 s11 c"))
        #expect(html.contains("Maths &amp; co"))
        #expect(html.contains("Aujourd’hui"))
    }

    /// Whatever the times, every class that the grid writes is in the sheet.
    @Test(arguments: [0..<5, 0..<1440, 1435..<1440, 300..<301, 1200..<1190 + 20, 480..<480])
    func staysInsideTheSheet(times: Range<Int>) throws {
        let monday = try #require(CivilDate("2026-11-23"))
        let sheet = String(decoding: StyleSheet.bytes, as: UTF8.self)
        let html = WeekGrid([.init(monday, [item(times), item(485..<540)])], today: nil).html(.fr).string
        let classes = html.components(separatedBy: "class=\"").dropFirst().flatMap {
            $0.prefix { $0 != "\"" }.split(separator: " ")
        }
        for name in classes where name.dropFirst().allSatisfy(\.isNumber) && name.count > 1 {
            #expect(sheet.contains(".\(name){") || sheet.contains(".\(name)."), "\(name)")
        }
    }

    @Test func givesTwelveSubjectsTwelveColors() throws {
        let monday = try #require(CivilDate("2026-11-23"))
        let items = (0..<12).map { item($0 * 60..<($0 * 60 + 50), "subject \($0)") }
        let colors = WeekGrid.colors(of: [.init(monday, items)])
        #expect(Set(colors.values).count == 12)
        #expect(colors == WeekGrid.colors(of: [.init(monday, items.reversed())]))
        let more = (0..<30).map { item($0..<($0 + 5), "subject \($0)") }
        #expect(WeekGrid.colors(of: [.init(monday, more)]).values.allSatisfy { (0..<12).contains($0) })
    }
}

@Suite struct StyleTests {
    private func color(_ name: String, _ colors: [(name: String, value: String)]) throws -> Color {
        let value = try #require(colors.first { $0.name == name }?.value)
        return try #require(Color(value))
    }

    @Test func isUnderThirtyKilobytes() {
        #expect(StyleSheet.bytes.count < 30_000)
        let text = String(decoding: StyleSheet.bytes, as: UTF8.self)
        #expect(text.filter { $0 == "{" }.count == text.filter { $0 == "}" }.count)
        for needed in [
            "prefers-color-scheme:dark", "prefers-reduced-motion", "@media print", ":focus-visible",
            "min-height:2.75rem",
        ] {
            #expect(text.contains(needed), "\(needed)")
        }
        for outside in ["http:", "https:", "url(", "@import"] { #expect(!text.contains(outside)) }
    }

    @Test func textContrastsWithItsSurface() throws {
        for colors in [StyleSheet.light, StyleSheet.dark] {
            for ink in ["ink", "muted"] {
                for surface in ["ground", "surface"] {
                    #expect(
                        try color(ink, colors).contrast(with: color(surface, colors)) >= 4.5, "\(ink) on \(surface)")
                }
            }
            for tone in ["good", "warn", "bad", "info"] {
                for surface in ["surface", tone + "-soft"] {
                    #expect(
                        try color(tone, colors).contrast(with: color(surface, colors)) >= 4.5, "\(tone) on \(surface)")
                }
                #expect(try color("ink", colors).contrast(with: color(tone + "-soft", colors)) >= 4.5)
            }
            // The edge of a field, WCAG 1.4.11.
            #expect(try color("edge", colors).contrast(with: color("surface", colors)) >= 3)
        }
    }

    /// Any colour a territory may choose ends up legible.
    @Test func themesAreLegible() throws {
        var accents = [
            "#000000", "#ffffff", "#ffff00", "#00ff00", "#0000ff", "#ff0000", "#808080", "#00ffff", "#0b4f3c",
            "#8a3a00",
        ]
        for step in stride(from: 0, to: 0xffffff, by: 0x031337) {
            let digits = String(step, radix: 16)
            accents.append("#" + String(repeating: "0", count: 6 - digits.count) + digits)
        }
        for accent in accents {
            let theme = try #require(Theme(name: "x", band: accent, onBand: "#777777", accent: accent))
            for (palette, colors) in [(theme.light, StyleSheet.light), (theme.dark, StyleSheet.dark)] {
                for surface in ["ground", "surface"] {
                    #expect(try palette.accent.contrast(with: color(surface, colors)) >= 4.5, "\(accent) on \(surface)")
                }
                #expect(palette.accent.contrast(with: palette.soft) >= 4.5, "\(accent) on its tint")
                #expect(palette.onAccent.contrast(with: palette.accent) >= 4.5)
                #expect(palette.onBand.contrast(with: palette.band) >= 4.5)
                for ink in ["ink", "muted"] {
                    #expect(try color(ink, colors).contrast(with: palette.soft) >= 4.5, "\(ink) on tint of \(accent)")
                }
            }
        }
    }

    @Test func refusesWhatIsNoTheme() {
        #expect(Theme(name: "Eure", accent: "#aa0000") == nil)
        #expect(Theme(name: "a;b", accent: "#aa0000") == nil)
        for accent in ["red", "#aa000", "#aa00000", "#gg0000", "aa0000", "#aa0000;}", ""] {
            #expect(Theme(name: "eure", accent: accent) == nil, "\(accent)")
            #expect(Theme(name: "eure", band: accent, accent: "#aa0000") == nil)
        }
    }
}
