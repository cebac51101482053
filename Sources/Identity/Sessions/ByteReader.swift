internal import Runtime

/// Reads packed values from the front of some bytes; every reader is nil once the bytes run out.
struct ByteReader {
    private let bytes: [UInt8]
    private var position: Int

    init(_ bytes: [UInt8], from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    /// Big-endian.
    mutating func uint32() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        defer { position += 4 }
        return (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[position + $1]) }
    }

    /// Big-endian.
    mutating func uint64() -> UInt64? {
        guard position + 8 <= bytes.count else { return nil }
        defer { position += 8 }
        return (0..<8).reduce(0) { $0 << 8 | UInt64(bytes[position + $1]) }
    }

    /// Seven bits a byte, least significant first; at most five bytes.
    mutating func varint() -> UInt32? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 28, by: 7) {
            guard let byte = byte() else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return UInt32(exactly: value) }
        }
        return nil
    }

    /// A length byte and so many bytes of UTF-8.
    mutating func text() -> String? {
        guard let count = byte(), position + Int(count) <= bytes.count else { return nil }
        defer { position += Int(count) }
        return checked(position..<position + Int(count))
    }

    private func checked(_ range: Range<Int>) -> String? {
        bytes.withUnsafeBufferPointer { String(checking: UnsafeBufferPointer(rebasing: $0[range])) }
    }

    /// What ``ByteWriter/longText(_:)`` wrote.
    mutating func longText() -> String? {
        guard let count = varint(), Int(count) <= bytes.count - position else { return nil }
        defer { position += Int(count) }
        return checked(position..<position + Int(count))
    }
}
