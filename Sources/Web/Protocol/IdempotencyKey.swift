internal import Cryptography
internal import HTTP

/// The `Idempotency-Key` of a write: the client's name for it, so that the same write sent twice is done once.
package struct IdempotencyKey: Hashable, Sendable {
    /// 1 to 64 visible ASCII characters.
    package let text: String

    /// Takes the structured form of the draft standard (`"…"`) and the bare one that most clients send.
    package init?(_ header: String) {
        var text = header.trimmed
        if text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
            text = String(text.dropFirst().dropLast())
        }
        guard (1...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        else { return nil }
        self.text = text
    }
}

extension Call {
    /// The key of this write; nil when the client gave none.
    /// - Throws: `malformedRequest` for a key that does not have the form of one.
    package func idempotencyKey() throws(Problem) -> IdempotencyKey? {
        guard let header = request.header("idempotency-key") else { return nil }
        guard let key = IdempotencyKey(header) else {
            throw Problem(
                .malformedRequest,
                errors: [Problem.Detail(.header("Idempotency-Key"), .badIdempotencyKey)])
        }
        return key
    }

    /// What distinguishes this write from another under the same key: SHA-256 of method, path and JSON body.
    package func fingerprint(_ body: JSON?) -> [UInt8] {
        SHA256.hash(Array("\(request.method.rawValue) \(request.path)\n".utf8) + (body?.bytes ?? []))
    }
}

extension Phrase {
    static let badIdempotencyKey = Phrase(
        fr: "1 à 64 caractères ASCII visibles sont attendus.", en: "1 to 64 visible ASCII characters are expected.")
}
