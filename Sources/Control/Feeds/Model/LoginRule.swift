/// How a login is made of a name: `prenom.nom`, in lower-case ASCII; a number follows for those of the same name.
package enum LoginRule {
    package static let longest = 80

    /// The part before the number; never empty, never ending in a digit.
    package static func base(given: String, family: String) -> String {
        let first = plain(given, limit: 38)
        let last = plain(family, limit: 41)
        switch (first.isEmpty, last.isEmpty) {
        case (false, false): return first + "." + last
        case (false, true): return first
        case (true, false): return last
        case (true, true): return "personne"
        }
    }

    private static func plain(_ name: String, limit: Int) -> String {
        var bytes: [UInt8] = []
        var isSeparated = false
        func separate() {
            if isSeparated, !bytes.isEmpty { bytes.append(UInt8(ascii: "-")) }
            isSeparated = false
        }
        for scalar in name.unicodeScalars where bytes.count < limit {
            switch scalar.value {
            case 0x61...0x7a, 0x41...0x5a:
                separate()
                bytes.append(UInt8(scalar.value) | 0x20)
            case 0x27, 0x2019, 0x300...0x36f: continue
            default:
                guard let letters = folded[scalar] else {
                    isSeparated = true
                    continue
                }
                separate()
                bytes.append(contentsOf: letters.utf8)
            }
        }
        return String(decoding: bytes.prefix(limit), as: UTF8.self)
    }

    private static let folded: [Unicode.Scalar: String] = {
        let groups: [(String, String)] = [
            ("a", "àáâãäåÀÁÂÃÄÅāăą"), ("c", "çÇćčĆČ"), ("e", "èéêëÈÉÊËēęě"), ("i", "ìíîïÌÍÎÏīıİ"), ("n", "ñÑńň"),
            ("o", "òóôõöøÒÓÔÕÖØōő"), ("u", "ùúûüÙÚÛÜūůű"), ("y", "ýÿÝŸ"), ("s", "śšşșŚŠŞȘ"), ("z", "źżžŹŻŽ"),
            ("g", "ğĞ"), ("l", "łŁ"), ("d", "đĐð"), ("r", "řŘ"), ("t", "ţțŢȚť"), ("oe", "œŒ"), ("ae", "æÆ"),
            ("ss", "ß"), ("th", "þÞ"),
        ]
        var table: [Unicode.Scalar: String] = [:]
        for (plain, letters) in groups { for letter in letters.unicodeScalars { table[letter] = plain } }
        return table
    }()
}
