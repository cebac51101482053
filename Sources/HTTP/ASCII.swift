/// The character classes of RFC 9110 and 3986, on bytes.
enum ASCII {
    static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66)
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a) }

    /// RFC 9110 §5.6.2: what a field name or a method is made of.
    static func isToken(_ byte: UInt8) -> Bool { tokens[Int(byte)] }

    /// What a field value may hold: visible characters, spaces, tabs and bytes over 0x7f (obs-text); no control character.
    static func isFieldValue(_ byte: UInt8) -> Bool { byte >= 0x20 ? byte != 0x7f : byte == 0x09 }

    private static let tokens: [Bool] = (0..<256).map { value in
        let byte = UInt8(value)
        return isAlphanumeric(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
