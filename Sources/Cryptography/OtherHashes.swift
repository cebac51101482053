internal import CCrypto

package enum SHA512Digest {
    /// The 64 bytes of SHA-512 (FIPS 180-4).
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
            CCrypto.SHA512(bytes, bytes.count, buffer.baseAddress)
            count = 64
        }
    }
}

package enum HMACSHA1 {
    /// HMAC with SHA-1, for the codes of authenticator applications (RFC 6238) and nothing else; empty when libcrypto refuses.
    package static func code(key: [UInt8], message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 20) { buffer, count in
            count =
                ccrypto_hmac_sha1(key, Int32(key.count), message, message.count, buffer.baseAddress) == 1 ? 20 : 0
        }
    }
}
