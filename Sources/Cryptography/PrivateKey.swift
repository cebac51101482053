internal import CCrypto

/// A key that signs.
package final class PrivateKey: @unchecked Sendable {
    // Safety: the key is never changed after `init`, and libcrypto's signing only reads it.
    package let algorithm: SignatureAlgorithm
    package let publicNumbers: PublicKeyNumbers
    private let key: OpaquePointer
    /// Of P-256: what signs.
    private let curve: OpaquePointer?
    var pointer: OpaquePointer { key }

    /// A new key; RSA has 2048 bits and takes a good part of a second: not on a loop.
    package static func generate(_ algorithm: SignatureAlgorithm) throws(CryptographyError) -> PrivateKey {
        let made: OpaquePointer? =
            switch algorithm {
            case .rs256: ccrypto_generate_rsa(2048)
            case .es256: ccrypto_generate_p256()
            case .edDSA: ccrypto_generate_ed25519()
            }
        return try PrivateKey(owned: made)
    }

    /// - Parameter der: as `der` gives it.
    package convenience init(der: [UInt8]) throws(CryptographyError) {
        let made = der.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return d2i_AutoPrivateKey(nil, &start, buffer.count)
        }
        try self.init(owned: made)
    }

    private init(owned made: OpaquePointer?) throws(CryptographyError) {
        guard let made, let algorithm = SignatureAlgorithm(code: ccrypto_kind(made)),
            let numbers = PrivateKey.numbers(of: made, algorithm)
        else {
            EVP_PKEY_free(made)
            ERR_clear_error()
            throw .malformedKey
        }
        let curve = ccrypto_p256_key(made, algorithm.code)
        guard algorithm != .es256 || curve != nil else {
            EVP_PKEY_free(made)
            ERR_clear_error()
            throw .malformedKey
        }
        key = made
        self.curve = curve
        self.algorithm = algorithm
        publicNumbers = numbers
    }

    deinit {
        EC_KEY_free(curve)
        EVP_PKEY_free(key)
    }

    /// The private key itself: to be encrypted before it is kept anywhere.
    package var der: [UInt8] {
        var start: UnsafeMutablePointer<UInt8>?
        let count = i2d_PrivateKey(key, &start)
        guard count > 0, let start else { return [] }
        defer { CRYPTO_clear_free(start, Int(count), nil, 0) }
        return Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    /// A certificate of the key by itself, in DER, for protocols that want one around a public key; nobody vouches for it. The
    /// same for the same key wherever it is made. - Parameter name: who the key is of; up to 64 bytes.
    package func ownCertificate(name: String) throws(CryptographyError) -> [UInt8] {
        var start: UnsafeMutablePointer<UInt8>?
        var number = Array(SHA256.hash(der).prefix(16))
        number[0] &= 0x7f
        let count = ccrypto_own_certificate(key, name, number, "20200101000000Z", "21000101000000Z", &start)
        guard count > 0, let start else {
            ERR_clear_error()
            throw .signing
        }
        defer { CRYPTO_free(start, nil, 0) }
        return Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    /// The signature as JOSE writes it. RSA takes most of a millisecond.
    package func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        if let curve {
            let digest = SHA256.hash(message)
            let signature = [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
                count = ccrypto_sign_p256(curve, digest, buffer.baseAddress)
            }
            guard signature.count == 64 else { throw .signing }
            return signature
        }
        let signature = [UInt8](unsafeUninitializedCapacity: 1024) { buffer, count in
            count = ccrypto_sign(key, algorithm.code, message, message.count, buffer.baseAddress)
        }
        guard !signature.isEmpty else { throw .signing }
        return signature
    }

    private static func numbers(of key: OpaquePointer, _ algorithm: SignatureAlgorithm) -> PublicKeyNumbers? {
        switch algorithm {
        case .rs256:
            guard let modulus = number("n", of: key), let exponent = number("e", of: key) else { return nil }
            return .rsa(modulus: modulus, exponent: exponent)
        case .es256:
            var point = [UInt8](repeating: 0, count: 65)
            guard ccrypto_p256_point(key, &point) == 1 else { return nil }
            return .p256(x: Array(point[1..<33]), y: Array(point[33..<65]))
        case .edDSA:
            var bytes = [UInt8](repeating: 0, count: 32)
            var count = 32
            guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, count == 32 else { return nil }
            return .ed25519(bytes)
        }
    }

    private static func number(_ name: String, of key: OpaquePointer) -> [UInt8]? {
        let count = Int(ccrypto_rsa_number(key, name, nil))
        guard count > 0 else { return nil }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = Int(ccrypto_rsa_number(key, name, buffer.baseAddress))
        }
    }
}
