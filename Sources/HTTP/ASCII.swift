/// The character classes of RFC 9110 and 3986, on bytes.
enum ASCII {
    static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte }

    static func isUppercase(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5a }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66)
    }

    /// Of a value up to 15.
    static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a) }

    /// RFC 9110 §5.6.2, what a field name or a method is made of: a letter, a digit, or one of ``!#$%&'*+-.^_`|~``.
    static func isToken(_ byte: UInt8) -> Bool {
        // One bit a character, 0x00-0x3f and 0x40-0x7f: this runs on every byte of every field name.
        let half: UInt64 = byte < 0x40 ? 0x03ff_6cfa_0000_0000 : byte < 0x80 ? 0x57ff_ffff_c7ff_fffe : 0
        return half >> UInt64(byte & 0x3f) & 1 == 1
    }

    /// What a field value may hold: visible characters, spaces, tabs and bytes over 0x7f (obs-text); no control character.
    static func isFieldValue(_ byte: UInt8) -> Bool { byte >= 0x20 ? byte != 0x7f : byte == 0x09 }

    /// RFC 3986 §3.2.2, what a registered name or an IPv4 address is made of here: no escapes, no sub-delimiters.
    static func isHostName(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == 0x2d || byte == 0x2e || byte == 0x5f || byte == 0x7e
    }
}
