internal import Cryptography

/// Whom failures are counted against. Keyed, because people type passwords into the login's field.
struct ThrottleKey: Hashable {
    let text: String

    private init(_ text: String) { self.text = text }

    /// The same for a login that exists and for one that does not.
    static func account(_ login: String, _ keyring: Keyring) -> ThrottleKey { make("a", [login], keyring) }

    static func pair(_ login: String, _ address: String, _ keyring: Keyring) -> ThrottleKey {
        make("p", [login, address], keyring)
    }

    static func address(_ address: String, _ keyring: Keyring) -> ThrottleKey { make("i", [address], keyring) }

    var failures: String { "f1:" + text }
    var wait: String { "w1:" + text }

    private static func make(_ kind: String, _ parts: [String], _ keyring: Keyring) -> ThrottleKey {
        let code = keyring.current.throttle.code(for: kind + "\u{0}" + parts.joined(separator: "\u{0}"))
        return ThrottleKey(kind + Base64URL.encode(Array(code.prefix(16))))
    }
}
