/// What a person types to say who they are; unique on the whole platform.
///
/// Kept in lower case and to characters that no two keyboards write differently, so that one text is one account.
package struct Login: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package static let longest = 120

    package let rawValue: String

    /// Nil unless, without surrounding spaces and in lower case, `text` is 1 to 120 of `a-z 0-9 . _ - + @`.
    package init?(rawValue text: String) {
        var bytes = Array(text.utf8.drop { $0 == UInt8(ascii: " ") })
        while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
        guard (1...Login.longest).contains(bytes.count) else { return nil }
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes[index] += 32
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "@"):
                break
            default: return nil
            }
        }
        rawValue = String(decoding: bytes, as: UTF8.self)
    }

    package var description: String { rawValue }
}

extension Login {
    /// Looked up in the place of a text that cannot be a login; too long for any account to have it.
    static let nobody = Login(unchecked: String(repeating: "-", count: longest + 1))

    private init(unchecked text: String) { rawValue = text }
}
