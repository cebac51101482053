import TestSupport
import Testing

@testable import Web

@Suite struct RichTextTests {
    private func html(_ text: String) -> String {
        let all = RichText.html(text).string
        #expect(all.hasPrefix("<div class=\"rich-text\">") && all.hasSuffix("</div>"))
        return String(all.dropFirst(23).dropLast(6))
    }

    @Test(arguments: [
        ("**a** *b* ~~c~~", "<p><strong>a</strong> <em>b</em> <del>c</del></p>"),
        ("# Titre", "<h3>Titre</h3>"), ("###### Titre", "<h6>Titre</h6>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"), ("3. a", "<ol start=\"3\"><li>a</li></ol>"),
        ("a  \nb", "<p>a<br>b</p>"), ("`x<y`", "<p><code>x&lt;y</code></p>"),
        ("> a", "<blockquote><p>a</p></blockquote>"), ("---", "<hr>"),
        (
            "[ici](https://exemple.fr/a?b=c&d)",
            "<p><a href=\"https://exemple.fr/a?b=c&amp;d\" rel=\"noopener noreferrer nofollow\">ici</a></p>"
        ),
        ("[ici](/timetable)", "<p><a href=\"/timetable\">ici</a></p>"),
        (
            "| a | b |\n|---|--:|\n| c | d |",
            "<div class=\"table-scroll\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">a</th><th scope=\"col\" class=\"right\">b</th></tr></thead>"
                + "<tr><td>c</td><td class=\"right\">d</td></tr></table></div>"
        ),
        (
            "![un chat](https://ailleurs.example/chat.png)",
            "<p><a href=\"https://ailleurs.example/chat.png\" rel=\"noopener noreferrer nofollow\"><span aria-hidden=\"true\">🖼 </span>un chat</a></p>"
        ),
    ])
    func whatTeachersType(text: String, expected: String) {
        #expect(html(text) == expected)
    }

    // MARK: Nothing else comes out

    /// The whole of what may come out, as a grammar: any tag, attribute or address beyond it is found.
    static func violations(in html: String) -> [String] {
        var found: [String] = []
        var rest = html[...]
        while let start = rest.firstIndex(of: "<") {
            guard let end = rest[start...].firstIndex(of: ">") else { return found + ["an open tag"] }
            let tag = String(rest[start...end])
            if !isAllowed(tag) { found.append(tag) }
            rest = rest[rest.index(after: end)...]
        }
        return found
    }

    private static let plain: Set<String> = [
        "p", "em", "strong", "del", "code", "blockquote", "ul", "ol", "li", "h3", "h4", "h5", "h6", "table", "thead",
        "tr", "td", "a",
        "div", "pre", "span", "math", "mrow", "mi", "mo", "mn", "msup", "msub", "msubsup", "mfrac", "msqrt", "mroot",
        "mtext", "mover",
        "munder", "munderover", "mtable", "mtr", "mtd", "th",
    ]

    private static func isAllowed(_ tag: String) -> Bool {
        let inner = tag.dropFirst().dropLast()
        if inner.hasPrefix("/") { return plain.contains(String(inner.dropFirst())) }
        if ["br", "hr"].contains(inner) || plain.contains(String(inner)) { return true }
        let expressions: [Regex<Substring>] = [
            /div class="(?:rich-text|table-scroll)"(?: tabindex="0")?/, /span aria-hidden="true"/,
            /code class="formula"/,
            /pre tabindex="0"/,
            /ol start="[0-9]+"/, /th scope="col"/, /mspace width="-?[0-9.]+em"\//,
            /mo (?:fence="true" )?stretchy="(?:true|false)"/,
            /mi mathvariant="normal"/, /mfrac linethickness="0"/, /mover accent="true"/,
        ]
        if expressions.contains(where: { inner.wholeMatch(of: $0) != nil }) { return true }
        if inner.wholeMatch(of: /(td|th scope="col") class="(center|right)"/) != nil { return true }
        if inner.wholeMatch(
            of: /math xmlns="http:\/\/www.w3.org\/1998\/Math\/MathML"( display="block")? alttext="[^"<>]*"/) != nil
        {
            return true
        }
        return inner.wholeMatch(
            of: /a href="(https?:\/\/|mailto:|\/(?!\/))[^"<>\u{0}-\u{20}]*"( rel="noopener noreferrer nofollow")?/)
            != nil
    }

    @Test(arguments: attacks)
    func noAttackComesThrough(text: String) {
        for wrapped in [
            text, "[a](\(text))", "![a](\(text))", "| \(text) |\n|---|", "$\(text)$", "$$\(text)$$",
            "[a]: \(text)\n\n[a]", "<\(text)>", "`\(text)`", "> - \(text)",
        ] {
            let found = Self.violations(in: RichText.html(wrapped).string)
            #expect(found.isEmpty, "\(wrapped)")
        }
    }

    /// The checker finds what it is there for.
    @Test(arguments: [
        "<script>", "<img src=x>", "<p onclick=\"x\">", "<a href=\"javascript:x\">", "<a href=\"//x\">",
        "<div style=\"x\">",
        "<math href=\"x\">", "<a href=\"https://a\" target=\"_top\">", "<svg/onload=x>", "<br x>",
    ])
    func theCheckerFinds(tag: String) { #expect(Self.violations(in: tag) == [tag]) }

    @Test func mixturesOfAttacksDoNotComeThrough() {
        var generator = SeededNumbers(seed: 0x5eed_2026)
        let pieces =
            Self.attacks + [
                "\n", "\n\n", "$", "$$", "|", "`", "```\n", "*", "_", "[", "](", ")", "<", ">", "\\",
                "\u{F8F0}0\u{F8F1}", "&#x3c;", "- ", "> ", "{", "}", "\\frac", "é",
            ]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            let found = Self.violations(in: RichText.html(text).string)
            #expect(found.isEmpty, "\(text)")
        }
    }

    @Test func longAndDeepTextsStayBounded() {
        for text in [
            String(repeating: ">", count: 40_000), String(repeating: "- ", count: 20_000),
            String(repeating: "$x$ ", count: 10_000),
            "[a]: https://a/" + String(repeating: "b", count: 1900) + "\n\n" + String(repeating: "[a] ", count: 9000),
            String(repeating: "$\\frac{", count: 5000), "$" + String(repeating: "{", count: 900) + "$",
            String(repeating: "a\n\n", count: 20_000),
        ] {
            let html = RichText.html(text)
            #expect(html.bytes.count < 2_000_000)
            #expect(Self.violations(in: html.string).isEmpty)
        }
    }

    // MARK: Formulas

    @Test(arguments: [
        ("$x^2$", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("$\\frac{1}{2}$", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>"),
        ("$3,14$", "<mn>3,14</mn>"), ("$a_n$", "<msub><mi>a</mi><mi>n</mi></msub>"),
        ("$\\sqrt[3]{8}$", "<mroot><mrow><mn>8</mn></mrow><mrow><mn>3</mn></mrow></mroot>"),
        ("$f'(x)$", "<msup><mi>f</mi><mo>′</mo></msup><mo>(</mo><mi>x</mi><mo>)</mo>"), ("$\\mathbb{R}$", "<mi>ℝ</mi>"),
        (
            "$$\\sum_{k=0}^n k$$",
            "<munderover><mo>∑</mo><mrow><mi>k</mi><mo>=</mo><mn>0</mn></mrow><mi>n</mi></munderover><mi>k</mi>"
        ),
        ("$\\vec{u}$", "<mover accent=\"true\"><mrow><mi>u</mi></mrow><mo stretchy=\"false\">→</mo></mover>"),
        (
            "$\\left(a\\right)$",
            "<mrow><mo fence=\"true\" stretchy=\"true\">(</mo><mi>a</mi><mo fence=\"true\" stretchy=\"true\">)</mo></mrow>"
        ),
        ("$\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}$", "<mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr>"),
    ])
    func formulasAreMathML(text: String, expected: String) {
        let html = html(text)
        #expect(html.contains("<math "))
        #expect(html.contains(expected), "\(html)")
    }

    @Test(arguments: ["$\\unknown{x}$", "$x^$", "$\\frac{1}$", "$}{$", "$a^{b$", "$\\begin{pmatrix}1$", "$\\left(x$"])
    func whatIsNotKnownStaysLegible(text: String) {
        let inner = HTML(text: String(text.dropFirst().dropLast())).string
        #expect(html(text) == "<p><code class=\"formula\">\(inner)</code></p>")
    }

    @Test(arguments: [
        ("5 $ et 6 $", "<p>5 $ et 6 $</p>"), ("de 5$ à 10$", "<p>de 5$ à 10$</p>"), ("\\$x\\$", "<p>$x$</p>"),
        ("`$x$`", "<p><code>$x$</code></p>"), ("un seul $", "<p>un seul $</p>"),
    ])
    func aDollarIsADollar(text: String, expected: String) { #expect(html(text) == expected) }

    @Test func markdownDoesNotReadFormulas() {
        #expect(!html("$a_1 * b_2 * c$ et $d_3$").contains("<em>"))
    }

    @Test func summaries() {
        #expect(
            RichText.summary("# Révolution\n\nLire **p. 12** et $x^2$.\n\n- a") == "Révolution Lire p. 12 et $x^2$. a")
        #expect(RichText.summary(String(repeating: "mot ", count: 100), atMost: 20).count <= 21)
    }

    static let attacks: [String] = [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)", "java&#10;script:alert(1)", "&#106;avascript:alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=", "vbscript:msgbox(1)",
        "//evil.example/x", "\\\\evil.example", "/\\evil.example", "https://school.example@evil.example/",
        "https:evil.example", "https:///evil.example",
        "file:///etc/passwd", "blob:https://x/y", "feed:javascript:alert(1)", "view-source:x",
        "https://x/\"onmouseover=alert(1)",
        "https://x/'onmouseover=alert(1)", "mailto:a@b.c?body=<script>", "<iframe src=//evil.example>",
        "<a href=javascript:alert(1)>x</a>",
        "<style>*{background:url(//evil.example)}</style>", "<link rel=stylesheet href=//evil.example>",
        "<meta http-equiv=refresh content=0>",
        "<base href=//evil.example>", "<form action=//evil.example><input name=password>",
        "<details open ontoggle=alert(1)>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<svg><animate onbegin=alert(1) attributeName=x>", "<!--><script>alert(1)</script>-->",
        "<![CDATA[<script>alert(1)</script>]]>", "<?xml-stylesheet href=\"javascript:alert(1)\"?>",
        "<object data=\"data:text/html,x\">", "<embed src=x>",
        "\u{202E}moc.live//:sptth", "https://x/\u{202E}gpj.exe", "\u{0}<script>", "<scr\u{0}ipt>alert(1)</scr\u{0}ipt>",
        "<<script>alert(1)//<</script>",
        "\"><script>alert(1)</script>", "' onfocus=alert(1) autofocus='", "</p></div><script>alert(1)</script>",
        "[x](javascript:alert(1))", "[x](<javascript:alert(1)>)",
        "[x]: javascript:alert(1)\n[x]", "![x](javascript:alert(1))", "![x\" onerror=\"alert(1)](https://a)",
        "[x](https://a \"onclick=alert(1)\")", "<https://a/\"onclick=x>",
        "<javascript:alert(1)>", "https://evil.example/<script>", "www.evil.example/\"onclick=\"x", "a@b.c\"onclick=x",
        "\\text{</mtext><script>alert(1)</script>}",
        "\\href{javascript:alert(1)}{x}", "\\unicode{x}", "\\style{x}{y}", "\\class{x}{y}", "\\operatorname{<script>}",
        "\\mathbb{<img>}", "\\left<x\\right>",
        "\\frac{<img src=x onerror=alert(1)>}{2}", "x\" alttext=\"y", "&lt;script&gt;", "&#60;script&#62;",
        "%3Cscript%3E", "\u{FF1C}script\u{FF1E}",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<template><script>alert(1)</script></template>", "<portal src=x>", "<xmp><script>", "<plaintext>",
        "```html\n<script>alert(1)</script>\n```", "    <script>alert(1)</script>",
        "<a\nhref=\"javascript:alert(1)\">x", "<img/src=`x`onerror=alert(1)>", "<video><source onerror=alert(1)>",
        "<input type=image src=x onerror=alert(1)>", "<body onload=alert(1)>", "<marquee onstart=alert(1)>",
        "<isindex action=javascript:alert(1)>", "<svg><script xlink:href=data:,alert(1)>",
        "<svg><foreignObject><body onload=alert(1)>", "<a xlink:href=javascript:alert(1)>", "tel:+33000000000",
        "ftp://x/y", "sms:1", "intent://x#Intent;end", "ms-word:ofe|u|https://x",
    ]
}
