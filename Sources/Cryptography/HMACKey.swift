/// A key for HMAC-SHA256 (RFC 2104) with both padded blocks already hashed: a short message then costs two compressions
/// instead of four.
package struct HMACKey: Sendable {
    private let inner: SHA256
    private let outer: SHA256

    /// - Parameter bytes: of any length; a key should have 32 random bytes.
    package init(_ bytes: [UInt8]) {
        let key = bytes.count > SHA256.blockByteCount ? SHA256.hash(bytes) : bytes
        let block = key + [UInt8](repeating: 0, count: SHA256.blockByteCount - key.count)
        var inner = SHA256()
        inner.update(block.map { $0 ^ 0x36 })
        var outer = SHA256()
        outer.update(block.map { $0 ^ 0x5c })
        self.inner = inner
        self.outer = outer
    }

    /// The 32-byte authentication code of `message`.
    package func code(for message: [UInt8]) -> [UInt8] {
        var hash = inner
        hash.update(message)
        return finish(hash)
    }

    package func code(for message: UnsafeRawBufferPointer) -> [UInt8] {
        var hash = inner
        hash.update(message)
        return finish(hash)
    }

    /// The code of the UTF-8 bytes of `message`.
    package func code(for message: String) -> [UInt8] {
        var hash = inner
        hash.update(message)
        return finish(hash)
    }

    /// Whether `code` is the code of `message`; takes the same time for every wrong code of the right length.
    package func verifies(_ code: [UInt8], of message: [UInt8]) -> Bool {
        constantTimeEqual(code, self.code(for: message))
    }

    /// A key for one purpose, so that a code made for one use is never accepted for another.
    package func derived(for purpose: String) -> HMACKey {
        HMACKey(code(for: purpose))
    }

    private func finish(_ hash: SHA256) -> [UInt8] {
        var result = outer
        result.update(hash.digest())
        return result.digest()
    }
}
