internal import Cryptography

/// Codes on paper for the day when the other factors are out of reach: 80 random bits each, good once.
enum RecoveryCode {
    static let count = 10

    /// Sixteen letters and digits in four groups.
    static func new() -> String {
        let text = Array(Base32.encode(SecureRandom.bytes(10)))
        return stride(from: 0, to: 16, by: 4).map { String(text[$0..<$0 + 4]) }.joined(separator: "-")
    }

    /// What is kept of one: enough random bits that nothing slow is needed. Nil for what cannot be a code.
    static func hash(_ text: String) -> [UInt8]? {
        let letters = text.uppercased().filter { $0 != "-" && $0 != " " }
        guard letters.utf8.count == 16 else { return nil }
        return SHA256.hash("preau.recovery " + letters)
    }
}
