package import Cryptography

/// The tokens by which a form, or the `X-CSRF-Token` header, proves that it comes from a page of this site: a code of what
/// binds it (the session's identifier, or the nonce cookie of a form without session), under a key derived for this use.
///
/// A token of a session also says whose it is, to those who have the key: what was typed under a session that ended can then be
/// given back to the same account, and to no other.
///
/// Each token is masked with fresh random bytes, so that compressed pages do not leak it bit by bit (BREACH).
package struct ForgeryTokens: Sendable {
    /// The form field that holds the token; the header is `X-CSRF-Token`.
    package static let field = "csrf_token"
    package static let header = "x-csrf-token"

    /// A field with a token, as text.
    package static let longest = 100

    private static let length = 16

    private let keys: [HMACKey]

    /// - Parameter keys: the keyring: the first makes tokens, all verify them, so that a key can be changed without refusing
    ///   the forms that are open.
    package init(keys: [HMACKey]) { self.keys = keys.map { $0.derived(for: "preau.web.forgery") } }

    /// A token for what `binding` names; empty when there is no key.
    /// - Parameter owner: the account that the token is made for, see ``belongs(_:to:)``.
    package func token(for binding: String, owner: String? = nil) -> String {
        guard let key = keys.first else { return "" }
        var bytes = SecureRandom.bytes(ForgeryTokens.length * (owner == nil ? 2 : 4))
        ForgeryTokens.put(key.code(for: binding), in: &bytes, at: 0)
        if let owner {
            ForgeryTokens.put(
                key.code(for: ForgeryTokens.message(owner: owner)), in: &bytes, at: 2 * ForgeryTokens.length)
        }
        return Base64URL.encode(bytes)
    }

    /// Whether `token` was made for `binding`; takes the same time for every wrong one of the right length.
    package func verifies(_ token: String, for binding: String) -> Bool {
        guard let halves = ForgeryTokens.halves(token) else { return false }
        return isCode(halves.binding, of: binding)
    }

    /// Whether `token` was made for this account, in whatever session.
    package func belongs(_ token: String, to owner: String) -> Bool {
        guard let code = ForgeryTokens.halves(token)?.owner else { return false }
        return isCode(code, of: ForgeryTokens.message(owner: owner))
    }

    /// Whether `token` has the form of one that says whose it is.
    package static func namesOwner(_ token: String) -> Bool { halves(token)?.owner != nil }

    private static func message(owner: String) -> String { "owner " + owner }

    /// Behind the mask that stands at `start`, the code under it.
    private static func put(_ code: [UInt8], in bytes: inout [UInt8], at start: Int) {
        for index in 0..<length { bytes[start + length + index] = bytes[start + index] ^ code[index] }
    }

    private func isCode(_ code: [UInt8], of message: String) -> Bool {
        var isGood = false
        for key in keys where constantTimeEqual(code, Array(key.code(for: message).prefix(ForgeryTokens.length))) {
            isGood = true
        }
        return isGood
    }

    /// The unmasked codes; nil for what cannot be a token.
    private static func halves(_ token: String) -> (binding: [UInt8], owner: [UInt8]?)? {
        guard token.utf8.count <= 86, let bytes = Base64URL.decode(token), [2, 4].contains(bytes.count / length),
            bytes.count % length == 0
        else { return nil }
        func code(at start: Int) -> [UInt8] {
            let mask = bytes[start..<start + length]
            return zip(mask, bytes[start + length..<start + 2 * length]).map { $0 ^ $1 }
        }
        return (code(at: 0), bytes.count == 4 * length ? code(at: 2 * length) : nil)
    }
}
