internal import CCrypto

package enum SecureRandom {
    /// `count` bytes of libcrypto's generator, which the kernel seeds.
    package static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            // Going on with predictable bytes would be worse than stopping: it fails only when the kernel gives no seed.
            precondition(count == 0 || RAND_bytes(buffer.baseAddress, Int32(count)) == 1, "no random bytes")
            initialized = count
        }
    }

    /// A token for an address, a cookie or a form: `byteCount` random bytes in base64url.
    package static func token(byteCount: Int = 32) -> String { Base64URL.encode(bytes(byteCount)) }
}
