internal import Cryptography
package import Runtime

/// A session's number: 128 random bits. Not a secret by itself, since a cookie is only accepted with its signature.
package struct SessionID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UUID

    package init(rawValue: UUID) { self.rawValue = rawValue }

    package static func random() -> SessionID {
        let bytes = SecureRandom.bytes(16)
        func half(_ part: ArraySlice<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
        return SessionID(rawValue: UUID(high: half(bytes[0..<8]), low: half(bytes[8..<16])))
    }

    package var description: String { rawValue.description }
}
