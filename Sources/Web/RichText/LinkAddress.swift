/// An address that a person typed, when it is one that a link may have.
struct LinkAddress {
    let text: String
    /// Of this site.
    let isLocal: Bool

    static let longest = 2000

    /// Nil unless it is `http:`, `https:` or `mailto:`, or a path of this site. No user's name before a host, which is
    /// there to deceive (`https://lycee.example@elsewhere.example`); nothing that a browser would leave out or turn.
    init?(_ typed: String) {
        guard (1...LinkAddress.longest).contains(typed.utf8.count),
            typed.unicodeScalars.allSatisfy({ $0.value > 0x20 && !LinkAddress.isUnfit($0) })
        else { return nil }
        if typed.hasPrefix("/") {
            guard let link = Link(localPath: typed) else { return nil }
            text = link.text
            isLocal = true
            return
        }
        isLocal = false
        let lower = typed.lowercased()
        if lower.hasPrefix("mailto:") {
            guard !lower.contains("?"), !lower.contains("&") else { return nil }
            text = typed
            return
        }
        guard lower.hasPrefix("https://") || lower.hasPrefix("http://") else { return nil }
        let rest = lower.drop { $0 != "/" }.dropFirst(2)
        let authority = rest.prefix { !"/?#\\".contains($0) }
        guard !authority.isEmpty, !authority.contains("@"), !authority.contains("%") else { return nil }
        text = typed
    }

    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        if "\"'<>`\\".unicodeScalars.contains(scalar) { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .privateUse:
            return true
        default: return false
        }
    }
}
