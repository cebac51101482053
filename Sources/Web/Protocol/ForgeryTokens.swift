package import Cryptography

/// The tokens by which a form, or the `X-CSRF-Token` header, proves that it comes from a page of this site: a code of what
/// binds it (the session's identifier, or the nonce cookie of a form without session), under a key derived for this use.
///
/// Each token is masked with fresh random bytes, so that compressed pages do not leak it bit by bit (BREACH).
package struct ForgeryTokens: Sendable {
    /// The form field that holds the token; the header is `X-CSRF-Token`.
    package static let field = "csrf_token"
    package static let header = "x-csrf-token"

    private static let length = 16

    private let keys: [HMACKey]

    /// - Parameter keys: the keyring: the first makes tokens, all verify them, so that a key can be changed without refusing
    ///   the forms that are open.
    package init(keys: [HMACKey]) { self.keys = keys.map { $0.derived(for: "preau.web.forgery") } }

    /// A token for what `binding` names; empty when there is no key.
    package func token(for binding: String) -> String {
        guard let key = keys.first else { return "" }
        let mask = SecureRandom.bytes(ForgeryTokens.length)
        let code = key.code(for: binding).prefix(ForgeryTokens.length)
        return Base64URL.encode(mask + zip(mask, code).map { $0 ^ $1 })
    }

    /// Whether `token` was made for `binding`; takes the same time for every wrong one of the right length.
    package func verifies(_ token: String, for binding: String) -> Bool {
        guard token.utf8.count == 43, let bytes = Base64URL.decode(token), bytes.count == 2 * ForgeryTokens.length
        else {
            return false
        }
        let code = zip(bytes.prefix(ForgeryTokens.length), bytes.suffix(ForgeryTokens.length)).map { $0 ^ $1 }
        var isGood = false
        for key in keys where constantTimeEqual(code, Array(key.code(for: binding).prefix(ForgeryTokens.length))) {
            isGood = true
        }
        return isGood
    }
}
