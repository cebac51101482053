extension Language {
    /// Whole number with its thousands grouped: `51 000` (narrow no-break space), `51,000`.
    package func number(_ value: Int) -> String {
        let digits = String(value.magnitude)
        guard digits.utf8.count > 3 else { return (value < 0 ? minus : "") + digits }
        var result = value < 0 ? minus : ""
        var left = digits.utf8.count
        for character in digits {
            result.append(character)
            left -= 1
            if left > 0, left % 3 == 0 { result += self == .fr ? "\u{202F}" : "," }
        }
        return result
    }

    /// An exact decimal written with a point, as PostgreSQL writes a numeric, with the decimal mark of the language: `12,5`.
    /// Text that is not such a decimal comes back as it is.
    package func decimal(_ text: String) -> String {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = Int(parts[0]) else { return text }
        let sign = whole == 0 && text.hasPrefix("-") ? minus : ""
        guard parts.count == 2 else { return sign + number(whole) }
        return sign + number(whole) + (self == .fr ? "," : ".") + parts[1]
    }

    /// `a, b et c`; `a, b and c`.
    package func list(_ items: [String]) -> String {
        guard let last = items.last else { return "" }
        guard items.count > 1 else { return last }
        return items.dropLast().joined(separator: ", ") + (self == .fr ? " et " : " and ") + last
    }

    private var minus: String { "\u{2212}" }
}
