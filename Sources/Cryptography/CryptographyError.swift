/// What cryptography can fail with. Never contains a secret.
package enum CryptographyError: Error, Equatable {
    /// A stored password hash is not an argon2id PHC string, or asks for more than `Argon2id.Cost.limit`.
    case malformedHash
    /// libargon2 refused; `code` is its own, most likely out of memory (-22).
    case argon2(code: Int32)
    /// libcrypto refused to encrypt: out of memory.
    case cipher
    /// Not a key of a kind that is used here, or a weak one.
    case malformedKey
    /// libcrypto did not sign.
    case signing
}
