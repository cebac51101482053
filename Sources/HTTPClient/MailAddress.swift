/// An address of mail that can be written into an envelope and a header as it is: nothing in it ends a line, closes a bracket or
/// names a second one.
package struct MailAddress: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Nil for what is no plain `name@domain` in ASCII: quoted names and domains in other scripts are not taken.
    package init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= 254, parts.count == 2, (1...64).contains(parts[0].utf8.count) else { return nil }
        let signs = Set("!#$%&'*+-/=?^_`{|}~.".utf8)
        guard parts[0].utf8.allSatisfy({ MailAddress.isPlain($0) || signs.contains($0) }), parts[0].first != "." else {
            return nil
        }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        let areLabels = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { MailAddress.isPlain($0) || $0 == UInt8(ascii: "-") }
        }
        guard labels.count >= 2, areLabels else { return nil }
        description = text
    }

    package var domain: Substring {
        description[description.index(after: description.firstIndex(of: "@") ?? description.startIndex)...]
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
