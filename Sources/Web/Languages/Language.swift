/// The languages of the interface: French first, English second.
package enum Language: String, Sendable, CaseIterable {
    case fr
    case en

    /// The name of the language in itself, for the switch.
    package var ownName: String {
        switch self {
        case .fr: "Français"
        case .en: "English"
        }
    }

    /// What an `Accept-Language` header asks for (RFC 9110 §12.5.4): the language of ours with the highest weight, the
    /// first named when two are equal, French when the header is absent or names neither.
    package static func preferred(_ header: String?) -> Language {
        guard let header else { return .fr }
        var best = Language.fr
        var bestWeight = 0
        for part in header.utf8.prefix(512).split(separator: UInt8(ascii: ",")) {
            var range = part.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            var weight = 1000
            if let semicolon = range.firstIndex(of: UInt8(ascii: ";")) {
                weight = Language.weight(range[range.index(after: semicolon)...])
                range = range[..<semicolon]
            }
            guard weight > bestWeight else { continue }
            let primary = range.prefix { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: " ") }
            for language in allCases where primary.elementsEqual(language.rawValue.utf8, by: { $0 | 0x20 == $1 }) {
                best = language
                bestWeight = weight
            }
        }
        return best
    }

    /// The `q` of a language range in thousandths; zero for one that cannot be read, so that nonsense asks for nothing.
    private static func weight(_ text: Substring.UTF8View.SubSequence) -> Int {
        var value = 0
        var digits = -1
        var seen = false
        for byte in text {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): continue
            case UInt8(ascii: "q"), UInt8(ascii: "Q"): continue
            case UInt8(ascii: "="): digits = 0
            case UInt8(ascii: "."): seen = true
            case UInt8(ascii: "0")...UInt8(ascii: "9") where digits >= 0:
                if seen { digits += 1 }
                guard digits <= 3 else { return 0 }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
                guard value <= 1000 else { return 0 }
            default: return 0
            }
        }
        guard digits >= 0 else { return 0 }
        for _ in digits..<3 { value *= 10 }
        return value <= 1000 ? value : 0
    }
}
