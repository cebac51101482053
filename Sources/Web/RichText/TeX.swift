/// Reads the part of TeX that lessons use, and writes MathML as it goes. Bounded in length and in depth; anything it does not
/// know makes the whole formula unknown, rather than wrong.
struct TeX {
    /// In characters.
    static let longest = 1000
    private static let deepest = 20

    private let source: [Unicode.Scalar]
    private let isDisplayed: Bool
    private var position = 0
    private var depth = 0

    init(_ source: String, isDisplayed: Bool) {
        self.source = Array(source.unicodeScalars)
        self.isDisplayed = isDisplayed
    }

    /// Nil for what is not known or not well formed.
    mutating func parse() -> HTML? {
        guard source.count <= TeX.longest, let row = row(), position == source.count else { return nil }
        return row
    }

    // MARK: Rows

    /// Up to what ends it, which is not taken: the end, `}`, `]` when asked for, `&`, `\\`, `\right`, `\end`.
    private mutating func row(endsAtBracket: Bool = false) -> HTML? {
        guard depth < TeX.deepest else { return nil }
        depth += 1
        defer { depth -= 1 }
        var html = HTML()
        while true {
            skipSpaces()
            guard let next = peek(), next != "}", next != "&", !(endsAtBracket && next == "]"), !isAtEndOfPart else {
                return html
            }
            guard let item = scripted() else { return nil }
            html += item
        }
    }

    private var isAtEndOfPart: Bool { isAt("\\\\") || isAt("\\right") && !isAt("\\rightarrow") || isAt("\\end") }

    /// An atom with what stands above and below it.
    private mutating func scripted() -> HTML? {
        guard let (base, hasLimits) = atom() else { return nil }
        var (lower, upper): (HTML?, HTML?) = (nil, nil)
        var primes = ""
        while true {
            skipSpaces()
            if take("'") {
                primes += "′"
            } else if lower == nil, take("_") {
                guard let argument = argument() else { return nil }
                lower = argument
            } else if upper == nil, take("^") {
                guard let argument = argument() else { return nil }
                upper = argument
            } else {
                break
            }
        }
        if !primes.isEmpty {
            let mark: HTML = "<mo>\(primes)</mo>"
            upper = upper.map { "<mrow>\(mark)\($0)</mrow>" } ?? mark
        }
        let areAround = hasLimits && isDisplayed
        switch (lower, upper) {
        case (nil, nil): return base
        case (let lower?, nil):
            return areAround ? "<munder>\(base)\(lower)</munder>" : "<msub>\(base)\(lower)</msub>"
        case (nil, let upper?): return areAround ? "<mover>\(base)\(upper)</mover>" : "<msup>\(base)\(upper)</msup>"
        case (let lower?, let upper?):
            return areAround
                ? "<munderover>\(base)\(lower)\(upper)</munderover>" : "<msubsup>\(base)\(lower)\(upper)</msubsup>"
        }
    }

    /// One atom, or a group: what follows `^`, `_` and most commands.
    private mutating func argument() -> HTML? {
        skipSpaces()
        if take("{") {
            guard let content = row(), take("}") else { return nil }
            return "<mrow>\(content)</mrow>"
        }
        guard depth < TeX.deepest else { return nil }
        depth += 1
        defer { depth -= 1 }
        // `x^10` is x¹0 in TeX as well: one digit.
        if let digit = peek(), digit.properties.numericType == .decimal {
            position += 1
            return "<mn>\(String(digit))</mn>"
        }
        return atom()?.html
    }

    // MARK: Atoms

    private mutating func atom() -> (html: HTML, hasLimits: Bool)? {
        guard let next = peek() else { return nil }
        switch next {
        case "{": return argument().map { ($0, false) }
        case "\\": return command()
        case "^", "_", "}", "&", "#", "%", "$": return nil
        case "-":
            position += 1
            return ("<mo>−</mo>", false)
        case "*":
            position += 1
            return ("<mo>∗</mo>", false)
        case "~":
            position += 1
            return ("<mspace width=\"0.33em\"/>", false)
        default: break
        }
        if next.properties.numericType == .decimal { return (number(), false) }
        position += 1
        let text = String(next)
        if next.properties.isAlphabetic { return ("<mi>\(text)</mi>", false) }
        return next.value < 0x20 || next.properties.generalCategory == .format ? nil : ("<mo>\(text)</mo>", false)
    }

    /// Digits, with a comma or a point among them: `3,14`.
    private mutating func number() -> HTML {
        var digits = ""
        while let next = peek() {
            let isDigit = next.properties.numericType == .decimal
            let isMark =
                (next == "," || next == ".") && position + 1 < source.count
                && source[position + 1].properties.numericType == .decimal
            guard isDigit || isMark else { break }
            digits.unicodeScalars.append(next)
            position += 1
        }
        return "<mn>\(digits)</mn>"
    }

    private mutating func command() -> (html: HTML, hasLimits: Bool)? {
        position += 1
        guard let first = peek() else { return nil }
        guard first.isASCII, first.properties.isAlphabetic else {
            position += 1
            return TeXSymbols.spaces[String(first)].map { ("<mspace width=\"\($0)\"/>", false) }
                ?? (TeXSymbols.escaped.contains(first) ? ("<mo>\(String(first))</mo>", false) : nil)
        }
        let name = word()
        if let operation = TeXSymbols.large[name] { return ("<mo>\(operation)</mo>", name != "int" && name != "oint") }
        if TeXSymbols.limits.contains(name) { return ("<mo>\(name)</mo>", true) }
        if TeXSymbols.functions.contains(name) { return ("<mi>\(name)</mi><mo>&#x2061;</mo>", false) }
        if let letter = TeXSymbols.letters[name] { return ("<mi>\(letter)</mi>", false) }
        if let sign = TeXSymbols.signs[name] { return ("<mo>\(sign)</mo>", false) }
        if let space = TeXSymbols.spaces[name] { return ("<mspace width=\"\(space)\"/>", false) }
        return construct(name).map { ($0, false) }
    }

    private mutating func construct(_ name: String) -> HTML? {
        switch name {
        case "frac", "dfrac", "tfrac":
            guard let over = argument(), let under = argument() else { return nil }
            return "<mfrac>\(over)\(under)</mfrac>"
        case "binom":
            guard let over = argument(), let under = argument() else { return nil }
            return "<mrow><mo>(</mo><mfrac linethickness=\"0\">\(over)\(under)</mfrac><mo>)</mo></mrow>"
        case "sqrt": return root()
        case "text", "mbox", "textrm", "textit", "textbf": return rawGroup().map { "<mtext>\($0)</mtext>" }
        case "mathrm", "operatorname", "mathit", "mathbf":
            return rawGroup().map { "<mi mathvariant=\"normal\">\($0)</mi>" }
        case "mathbb", "mathcal":
            return rawGroup().flatMap { TeXSymbols.doubled[$0] }.map { "<mi>\($0)</mi>" }
        case "displaystyle", "limits", "textstyle": return .empty
        case "left": return fenced()
        case "begin": return environment()
        default:
            guard let accent = TeXSymbols.accents[name], let base = argument() else { return nil }
            return accent.isBelow
                ? "<munder>\(base)<mo stretchy=\"true\">\(accent.sign)</mo></munder>"
                : "<mover accent=\"true\">\(base)<mo stretchy=\"\(accent.stretches ? "true" : "false")\">\(accent.sign)</mo></mover>"
        }
    }

    private mutating func root() -> HTML? {
        skipSpaces()
        var index: HTML?
        if take("[") {
            guard let content = row(endsAtBracket: true), take("]") else { return nil }
            index = "<mrow>\(content)</mrow>"
        }
        guard let base = argument() else { return nil }
        return index.map { "<mroot>\(base)\($0)</mroot>" } ?? "<msqrt>\(base)</msqrt>"
    }

    private mutating func fenced() -> HTML? {
        guard let start = delimiter(), let content = row(), isAt("\\right") else { return nil }
        position += 6
        guard let end = delimiter() else { return nil }
        return "<mrow>\(TeX.fence(start))\(content)\(TeX.fence(end))</mrow>"
    }

    private static func fence(_ sign: String) -> HTML {
        sign == "." ? .empty : "<mo fence=\"true\" stretchy=\"true\">\(sign)</mo>"
    }

    private mutating func delimiter() -> String? {
        skipSpaces()
        guard let next = peek() else { return nil }
        position += 1
        if "()[]|./".unicodeScalars.contains(next) { return String(next) }
        guard next == "\\", let after = peek() else { return nil }
        if "{}|".unicodeScalars.contains(after) {
            position += 1
            return after == "|" ? "‖" : String(after)
        }
        return TeXSymbols.fences[word()]
    }

    // MARK: Environments

    private mutating func environment() -> HTML? {
        guard let name = rawGroup(), let (start, end) = TeXSymbols.environments[name] else { return nil }
        if name == "array", rawGroup() == nil { return nil }
        var rows = HTML()
        var cells = HTML()
        var count = 0
        while true {
            guard count < 400, let cell = row() else { return nil }
            count += 1
            cells += "<mtd>\(cell)</mtd>"
            if take("&") { continue }
            rows += "<mtr>\(cells)</mtr>"
            cells = .empty
            if isAt("\\\\") {
                position += 2
                continue
            }
            guard isAt("\\end") else { return nil }
            position += 4
            guard rawGroup() == name else { return nil }
            return "<mrow>\(TeX.fence(start))<mtable>\(rows)</mtable>\(TeX.fence(end))</mrow>"
        }
    }

    // MARK: Characters

    private func peek() -> Unicode.Scalar? { position < source.count ? source[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == scalar else { return false }
        position += 1
        return true
    }

    private func isAt(_ text: StaticString) -> Bool {
        var index = position
        for scalar in text.description.unicodeScalars {
            guard index < source.count, source[index] == scalar else { return false }
            index += 1
        }
        return true
    }

    private mutating func skipSpaces() {
        while let next = peek(), next.properties.isWhitespace { position += 1 }
    }

    private mutating func word() -> String {
        var name = String.UnicodeScalarView()
        while let next = peek(), next.isASCII, next.properties.isAlphabetic {
            name.append(next)
            position += 1
        }
        return String(name)
    }

    /// The text of a group without any command in it.
    private mutating func rawGroup() -> String? {
        skipSpaces()
        guard take("{") else { return nil }
        var text = String.UnicodeScalarView()
        while let next = peek() {
            position += 1
            if next == "}" { return String(text) }
            guard next != "\\", next != "{" else { return nil }
            text.append(next)
        }
        return nil
    }
}
