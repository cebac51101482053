/// Base64 with the standard alphabet and padding (RFC 4648 §4): what HTTP's Basic and content policies use.
package enum Base64 {
    package static func encode(_ bytes: [UInt8]) -> String {
        let body = Base64URL.encode(bytes).utf8.map { character in
            switch character {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: character
            }
        }
        let padding = [UInt8](repeating: UInt8(ascii: "="), count: (4 - body.count % 4) % 4)
        return String(decoding: body + padding, as: UTF8.self)
    }

    /// Nil for what is not exactly one encoding.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var body = Array(text.utf8)
        guard body.count % 4 == 0 else { return nil }
        for _ in 0..<2 where body.last == UInt8(ascii: "=") { body.removeLast() }
        for index in body.indices {
            switch body[index] {
            case UInt8(ascii: "+"): body[index] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): body[index] = UInt8(ascii: "_")
            case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
            default: break
            }
        }
        return Base64URL.decode(body)
    }
}
