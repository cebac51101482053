internal import CCrypto

/// A public key that signatures are checked with.
package final class PublicKey: @unchecked Sendable {
    // Safety: the key is never changed after `init`, and libcrypto's verification only reads it.
    package let algorithm: SignatureAlgorithm
    private let key: OpaquePointer

    /// - Throws: `.malformedKey` for numbers that are no key, or a key too weak to be trusted.
    package init(_ numbers: PublicKeyNumbers) throws(CryptographyError) {
        let made: OpaquePointer?
        switch numbers {
        case .rsa(let modulus, let exponent):
            guard (256...1024).contains(modulus.count), (1...8).contains(exponent.count) else { throw .malformedKey }
            made = ccrypto_public_rsa(modulus, modulus.count, exponent, exponent.count)
        case .p256(let x, let y):
            guard x.count == 32, y.count == 32 else { throw .malformedKey }
            made = ccrypto_public_p256([4] + x + y)
        case .ed25519(let bytes):
            guard bytes.count == 32 else { throw .malformedKey }
            made = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
        }
        guard let made else {
            ERR_clear_error()
            throw .malformedKey
        }
        guard let algorithm = SignatureAlgorithm(code: ccrypto_kind(made)) else {
            EVP_PKEY_free(made)
            throw .malformedKey
        }
        key = made
        self.algorithm = algorithm
    }

    deinit { EVP_PKEY_free(key) }

    /// Whether `signature` is this key's over `message`. A P-256 signature is r and s, 64 bytes, as JOSE writes it.
    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        ccrypto_verify(key, algorithm.code, 0, message, message.count, signature, signature.count) == 1
    }

    /// The same with a P-256 signature in DER, as WebAuthn writes it.
    package func verifies(derSignature signature: [UInt8], of message: [UInt8]) -> Bool {
        ccrypto_verify(key, algorithm.code, 1, message, message.count, signature, signature.count) == 1
    }
}
