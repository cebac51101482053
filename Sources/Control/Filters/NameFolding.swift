package import Tenancy

/// Names as they are compared: without case, accents, hyphens and apostrophes. The same rule as `preau_fold` in the directory.
package enum NameFolding {
    /// `D'Artagnan-Élodie` is `d artagnan elodie`.
    package static func fold(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "'", "\u{2019}", "-", "\u{2010}", "\u{2011}", ".", ",": result.unicodeScalars.append(" ")
            case "œ", "Œ": result += "oe"
            case "æ", "Æ": result += "ae"
            case "ß": result += "ss"
            default:
                if let plain = plain[scalar] {
                    result.unicodeScalars.append(plain)
                } else if ("A"..."Z").contains(scalar), let small = Unicode.Scalar(scalar.value + 32) {
                    result.unicodeScalars.append(small)
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }

    /// The folded words of what somebody searches for; at most six.
    package static func words(_ text: String) -> [String] {
        Array(fold(text).split(separator: " ").prefix(6).map(String.init))
    }

    static let accented = "àâäáãåçéèêëíìîïñóòôöõøúùûüýÿÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØÚÙÛÜÝŸ"
    static let unaccented = "aaaaaaceeeeiiiinoooooouuuuyyaaaaaaceeeeiiiinoooooouuuuyy"

    private static let plain: [Unicode.Scalar: Unicode.Scalar] = Dictionary(
        zip(accented.unicodeScalars, unaccented.unicodeScalars), uniquingKeysWith: { first, _ in first })
}

extension Establishment {
    /// Whether each word begins a word of the name or the town, or the UAI.
    package func matches(_ words: [String]) -> Bool {
        guard !words.isEmpty else { return true }
        let own = NameFolding.fold(name + " " + city).split(separator: " ")
        let code = uai.rawValue.lowercased()
        return words.allSatisfy { word in code.hasPrefix(word) || own.contains { $0.hasPrefix(word) } }
    }
}
