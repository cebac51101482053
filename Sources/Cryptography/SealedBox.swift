internal import CCrypto

/// AES-256-GCM (NIST SP 800-38D): what was closed with a key can be read, or changed unnoticed, by nobody without it.
///
/// A sealed text is a random nonce of 12 bytes, the encrypted bytes and a tag of 16. One key may close 2³² texts.
package struct SealedBox: Sendable {
    /// More than the text itself.
    package static let overhead = nonceLength + tagLength
    private static let nonceLength = 12
    private static let tagLength = 16

    private let key: [UInt8]

    /// - Parameter key: derived for one use, see ``HMACKey/code(for:)-(String)``; 32 bytes.
    package init(key: [UInt8]) {
        precondition(key.count == 32, "a key of AES-256 has 32 bytes")
        self.key = key
    }

    /// - Parameter context: has to be the same on opening; not encrypted, and not part of the result.
    /// - Throws: `.cipher` when libcrypto refuses.
    package func seal(_ text: [UInt8], context: [UInt8] = []) throws(CryptographyError) -> [UInt8] {
        let nonce = SecureRandom.bytes(SealedBox.nonceLength)
        guard let cipher = EVP_CIPHER_CTX_new() else { throw .cipher }
        defer { EVP_CIPHER_CTX_free(cipher) }
        var result = [UInt8](repeating: 0, count: text.count)
        var tag = [UInt8](repeating: 0, count: SealedBox.tagLength)
        var length: Int32 = 0
        guard EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            context.isEmpty || EVP_EncryptUpdate(cipher, nil, &length, context, Int32(context.count)) == 1,
            EVP_EncryptUpdate(cipher, &result, &length, text, Int32(text.count)) == 1, length == text.count,
            EVP_EncryptFinal_ex(cipher, &tag, &length) == 1, length == 0,
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, Int32(tag.count), &tag) == 1
        else { throw .cipher }
        return nonce + result + tag
    }

    /// Nil for anything but what `seal` gave, with the same key and context.
    package func open(_ sealed: [UInt8], context: [UInt8] = []) -> [UInt8]? {
        guard sealed.count >= SealedBox.overhead, let cipher = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(cipher) }
        let nonce = Array(sealed.prefix(SealedBox.nonceLength))
        let text = Array(sealed.dropFirst(SealedBox.nonceLength).dropLast(SealedBox.tagLength))
        var tag = Array(sealed.suffix(SealedBox.tagLength))
        var result = [UInt8](repeating: 0, count: text.count)
        var length: Int32 = 0
        guard EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            context.isEmpty || EVP_DecryptUpdate(cipher, nil, &length, context, Int32(context.count)) == 1,
            EVP_DecryptUpdate(cipher, &result, &length, text, Int32(text.count)) == 1, length == text.count,
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1,
            EVP_DecryptFinal_ex(cipher, nil, &length) == 1
        else { return nil }
        return result
    }
}
