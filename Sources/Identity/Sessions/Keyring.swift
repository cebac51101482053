package import Cryptography
internal import Synchronization
package import Tenancy
package import Web

/// The keys that sign cookies and forms. The first signs, all verify: a new key is put first, the old one is removed once
/// the longest session is over.
package final class Keyring: Sendable {
    struct Key: Sendable {
        let id: String
        let root: HMACKey
        let session: HMACKey
        let throttle: HMACKey
        let forms: SealedBox
        let ticket: HMACKey
        /// Hides sessions in the names of what services bring back.
        let hidden: HiddenSession
        let code: HMACKey
        let files: SealedBox
        let signOn: HMACKey
        /// Encrypts what the directory keeps of signing keys and second factors.
        let sealing: SealedBox

        init(id: String, secret: [UInt8]) {
            self.id = id
            root = HMACKey(secret)
            session = root.derived(for: "preau.identity.session")
            throttle = root.derived(for: "preau.identity.throttle")
            forms = SealedBox(key: root.code(for: "preau.identity.kept-form"))
            ticket = root.derived(for: "preau.identity.ticket")
            hidden = HiddenSession(root.derived(for: "preau.identity.hidden_session"))
            code = root.derived(for: "preau.identity.code")
            files = SealedBox(key: root.code(for: "preau.control.file"))
            signOn = root.derived(for: "preau.identity.sign_on")
            sealing = SealedBox(key: root.code(for: "preau.identity.sealing"))
        }
    }

    private struct Ring: Sendable {
        let keys: [Key]
        let tokens: ForgeryTokens

        init(_ keys: [Key]) {
            self.keys = keys
            tokens = ForgeryTokens(keys: keys.map(\.root))
        }
    }

    private let ring: Mutex<Ring>
    private let replacements = Atomic(0)

    /// One more with each set of keys: what was verified under another number is verified again.
    var version: Int { replacements.load(ordering: .acquiring) }

    /// - Parameter text: lines `kid:base64url(32 bytes)`; empty lines and lines that start with `#` are left out.
    /// - Throws: `IdentityError.keyring` with the number of the first line that is wrong.
    package init(_ text: String) throws(IdentityError) {
        ring = Mutex(Ring(try Keyring.parse(text)))
    }

    /// Takes over another set of keys, in the same form; keeps the present ones when the text is wrong.
    package func replace(with text: String) throws(IdentityError) {
        let parsed = Ring(try Keyring.parse(text))
        ring.withLock { $0 = parsed }
        replacements.add(1, ordering: .acquiringAndReleasing)
    }

    /// A line for a new key, to be put first.
    package static func newLine(id: String) -> String { "\(id):\(SecureRandom.token(byteCount: 32))" }

    /// What makes and checks the tokens of forms.
    package var tokens: ForgeryTokens { ring.withLock { $0.tokens } }

    /// The key that signs.
    var current: Key { ring.withLock { $0.keys[0] } }

    func key(_ id: Substring) -> (key: Key, isCurrent: Bool)? {
        ring.withLock { ring in
            ring.keys.firstIndex { $0.id == id }.map { (ring.keys[$0], $0 == 0) }
        }
    }

    /// What makes and checks the places where lists go on.
    package var cursors: CursorSigner { CursorSigner(keys: ring.withLock { $0.keys.map(\.root) }) }

    /// What is kept of a code that somebody gets: under each key, the one that signs first.
    package func codeHashes(_ code: AccessCode, of account: AccountID) -> [String] {
        let message = account.description + " " + code.text
        return ring.withLock { $0.keys }.map { Hex.encode($0.code.code(for: message)) }
    }

    /// Seals a file that holds secrets, until somebody fetches it. - Parameter context: what it is; opened as nothing else.
    package func sealFile(_ bytes: [UInt8], context: String) throws(CryptographyError) -> [UInt8] {
        try current.files.seal(bytes, context: Array(context.utf8))
    }

    /// Nil when it was sealed under a key that is gone, or for something else.
    package func openFile(_ sealed: [UInt8], context: String) -> [UInt8]? {
        for key in ring.withLock({ $0.keys }) {
            if let bytes = key.files.open(sealed, context: Array(context.utf8)) { return bytes }
        }
        return nil
    }

    private static func parse(_ text: String) throws(IdentityError) -> [Key] {
        var keys: [Key] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if line.isEmpty || line.hasPrefix("#") { continue }
            let parts = line.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw .keyring(line: index + 1, expected: "kid:secret") }
            guard (1...16).contains(parts[0].utf8.count), parts[0].utf8.allSatisfy(isIdentifier) else {
                throw .keyring(line: index + 1, expected: "a kid of 1 to 16 letters, digits, - or _")
            }
            guard !keys.contains(where: { $0.id == parts[0] }) else {
                throw .keyring(line: index + 1, expected: "a kid that no line before has")
            }
            guard let secret = Base64URL.decode(parts[1]), secret.count >= 32 else {
                throw .keyring(line: index + 1, expected: "at least 32 bytes in base64url")
            }
            keys.append(Key(id: String(parts[0]), secret: secret))
        }
        guard !keys.isEmpty else { throw .keyring(line: 1, expected: "at least one key") }
        return keys
    }

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
