/// Base64 with the standard alphabet and padding (RFC 4648 §4): what HTTP's Basic and content policies use.
package enum Base64 {
    package static func encode(_ bytes: [UInt8]) -> String {
        var text = ""
        for character in Base64URL.encode(bytes) {
            text.append(character == "-" ? "+" : character == "_" ? "/" : character)
        }
        return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }

    /// Nil for what is not exactly one encoding.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count % 4 == 0 else { return nil }
        var body = Substring(text)
        for _ in 0..<2 where body.last == "=" { body.removeLast() }
        guard body.utf8.allSatisfy({ $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }) else { return nil }
        return Base64URL.decode(
            String(body.map { $0 == "+" ? "-" as Character : $0 == "/" ? "_" : $0 }))
    }
}
