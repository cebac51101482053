internal import CCrypto

/// SHA-256 (FIPS 180-4), in one call or piece by piece.
package struct SHA256: Sendable {
    package static let byteCount = 32
    static let blockByteCount = 64

    var state = SHA256_CTX()

    package init() { SHA256_Init(&state) }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        SHA256_Update(&state, bytes.baseAddress, bytes.count)
    }

    /// The 32 bytes of the digest of all that was given; the value itself can be continued.
    package func digest() -> [UInt8] {
        var copy = state
        return [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { buffer, count in
            SHA256_Final(buffer.baseAddress, &copy)
            count = SHA256.byteCount
        }
    }

    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.digest()
    }

    /// The digest of the UTF-8 bytes of `text`.
    package static func hash(_ text: String) -> [UInt8] {
        var hash = SHA256()
        hash.update(text)
        return hash.digest()
    }

    mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }
}
