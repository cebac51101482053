/// The formulas of a text, taken out of it before Markdown sees their `_` and `*`, and put back as MathML.
///
/// `$…$` in a line, `$$…$$` on its own. A dollar is a dollar when a space follows it, when a digit follows the second one,
/// or behind a backslash.
struct Formulas {
    struct Formula {
        let source: String
        let isDisplayed: Bool
    }

    private var formulas: [Formula] = []

    // Characters for private use, which a text of a person does not have: they are left out of it first.
    private static let open: Unicode.Scalar = "\u{F8F0}"
    private static let close: Unicode.Scalar = "\u{F8F1}"

    private static let most = 500

    static func takenOut(of text: String) -> (text: String, formulas: Formulas) {
        var found = Formulas()
        guard
            text.utf8.contains(UInt8(ascii: "$")) || text.unicodeScalars.contains(where: { $0 == open || $0 == close })
        else { return (text, found) }
        let scalars = text.unicodeScalars.filter { $0 != open && $0 != close }.prefix(RichText.longest)
        let source = Array(scalars)
        var result = String.UnicodeScalarView()
        var index = 0
        while index < source.count {
            if source[index] == "\\", index + 1 < source.count {
                result.append(source[index])
                result.append(source[index + 1])
                index += 2
                continue
            }
            guard source[index] == "$", found.formulas.count < most, let (formula, end) = formula(source, index) else {
                result.append(source[index])
                index += 1
                continue
            }
            result.append(open)
            result.append(contentsOf: String(found.formulas.count).unicodeScalars)
            result.append(close)
            found.formulas.append(formula)
            index = end
        }
        return (String(result), found)
    }

    private static func formula(_ source: [Unicode.Scalar], _ start: Int) -> (Formula, end: Int)? {
        let isDisplayed = start + 1 < source.count && source[start + 1] == "$"
        let first = start + (isDisplayed ? 2 : 1)
        guard first < source.count, !source[first].properties.isWhitespace || isDisplayed else { return nil }
        var index = first
        while index < source.count, index - first <= TeX.longest {
            let scalar = source[index]
            if scalar == "\\" {
                index += 2
                continue
            }
            // A blank line ends the paragraph, and with it what may be a formula.
            if scalar == "\n", index + 1 < source.count, source[index + 1] == "\n" { return nil }
            if scalar == "$" {
                guard index > first else { return nil }
                let end = index + (isDisplayed ? 2 : 1)
                if isDisplayed {
                    guard index + 1 < source.count, source[index + 1] == "$" else { return nil }
                } else {
                    guard !source[index - 1].properties.isWhitespace,
                        end >= source.count || source[end].properties.numericType == nil
                    else { return nil }
                }
                var text = String.UnicodeScalarView()
                text.append(contentsOf: source[first..<index])
                return (Formula(source: String(text), isDisplayed: isDisplayed), end)
            }
            index += 1
        }
        return nil
    }

    // MARK: Putting back

    /// The text with its formulas as they were typed.
    func restored(in text: String) -> String {
        pieces(of: text).map { piece in
            switch piece {
            case .text(let text): text
            case .formula(let formula): Formulas.typed(formula)
            }
        }.joined()
    }

    /// The text, escaped, with its formulas as MathML.
    func html(of text: String) -> HTML {
        pieces(of: text).html { piece in
            switch piece {
            case .text(let text): HTML(text: text)
            case .formula(let formula): MathML.html(formula.source, isDisplayed: formula.isDisplayed)
            }
        }
    }

    private static func typed(_ formula: Formula) -> String {
        formula.isDisplayed ? "$$\(formula.source)$$" : "$\(formula.source)$"
    }

    private enum Piece {
        case text(String)
        case formula(Formula)
    }

    private func pieces(of text: String) -> [Piece] {
        guard !formulas.isEmpty, text.unicodeScalars.contains(Formulas.open) else { return [.text(text)] }
        var pieces: [Piece] = []
        var rest = text.unicodeScalars[...]
        while let start = rest.firstIndex(of: Formulas.open), let end = rest[start...].firstIndex(of: Formulas.close) {
            pieces.append(.text(String(rest[..<start])))
            if let number = Int(String(rest[rest.index(after: start)..<end])), formulas.indices.contains(number) {
                pieces.append(.formula(formulas[number]))
            }
            rest = rest[rest.index(after: end)...]
        }
        pieces.append(.text(String(rest)))
        return pieces
    }
}
