internal import Cryptography

/// A code with which somebody chooses a password, once: printed in a letter, or read out by a teacher.
package struct AccessCode: Hashable, Sendable, CustomStringConvertible {
    /// Nothing that is read two ways: no 0 O 1 I L, no U V side by side with them, no B 8, S 5, Z 2.
    private static let alphabet = Array("ACDEFGHJKMNPQRTWXY34679".utf8)
    private static let length = 12

    /// As it is compared: twelve signs, some 54 bits.
    package let text: String

    /// A new one, from the system's generator, each sign as likely as the others.
    package static func new() -> AccessCode {
        var signs: [UInt8] = []
        let limit = 256 - 256 % alphabet.count
        while signs.count < length {
            for byte in SecureRandom.bytes(length * 2) where Int(byte) < limit && signs.count < length {
                signs.append(alphabet[Int(byte) % alphabet.count])
            }
        }
        return AccessCode(unchecked: String(decoding: signs, as: UTF8.self))
    }

    /// As somebody typed it: in any case, with or without hyphens and spaces. Nil for what cannot be a code.
    package init?(typed text: String) {
        guard text.utf8.count <= 64 else { return nil }
        let signs = text.uppercased().utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: " ") }
        guard signs.count == AccessCode.length, signs.allSatisfy(AccessCode.alphabet.contains) else { return nil }
        self.text = String(decoding: signs, as: UTF8.self)
    }

    private init(unchecked text: String) { self.text = text }

    /// As it is shown: `ACDE-FGHJ-KMNP`.
    package var description: String {
        var shown = ""
        for (index, sign) in text.enumerated() {
            if index > 0, index % 4 == 0 { shown += "-" }
            shown.append(sign)
        }
        return shown
    }
}
