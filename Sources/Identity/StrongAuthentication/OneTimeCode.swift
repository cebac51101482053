internal import Cryptography

/// The codes of authenticator applications (RFC 6238): six digits, thirty seconds, SHA-1, which all of them know.
enum OneTimeCode {
    static let secretByteCount = 20
    static let period: Int64 = 30
    /// One step early or late is forgiven: clocks differ.
    private static let tolerance: Int64 = 1

    static func code(_ secret: [UInt8], step: Int64) -> String {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
        let hash = HMACSHA1.code(key: secret, message: counter)
        guard let last = hash.last else { return "" }
        let offset = Int(last & 0xf)
        let number = hash[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } & 0x7fff_ffff
        let digits = String(number % 1_000_000)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// The step that a code is of; nil when it is of none that is near.
    static func step(of code: String, _ secret: [UInt8], now: Int64) -> Int64? {
        guard code.utf8.count == 6 else { return nil }
        var found: Int64?
        // All of them are looked at, so that the time says nothing.
        for step in (now / period - tolerance)...(now / period + tolerance)
        where constantTimeEqual(OneTimeCode.code(secret, step: step), code) {
            found = step
        }
        return found
    }

    /// What an application is given by hand or by its link.
    static func text(of secret: [UInt8]) -> String { Base32.encode(secret) }
}

/// RFC 4648 §6, without padding: what people can read out and type.
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var held = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            held += 8
            while held >= 5 {
                held -= 5
                text.append(alphabet[Int(bits >> UInt32(held) & 0x1f)])
            }
        }
        if held > 0 { text.append(alphabet[Int(bits << UInt32(5 - held) & 0x1f)]) }
        return String(decoding: text, as: UTF8.self)
    }
}
