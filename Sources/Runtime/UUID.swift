internal import Glibc

/// RFC 9562 universally unique identifier, as 16 bytes.
package struct UUID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Most significant half first, so that integer order is byte order.
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new version 7 identifier: a millisecond time stamp, then 74 random bits. New rows land at the right-hand edge of
    /// their index, and no sequence has to be repaired when an establishment moves to another shard.
    package static func v7() -> UUID {
        let milliseconds = UInt64(WallClock.microseconds / 1000)
        var generator = SystemRandomNumberGenerator()
        return UUID(
            high: milliseconds << 16 | 0x7000 | generator.next() & 0x0fff,
            low: 0x8000_0000_0000_0000 | generator.next() & 0x3fff_ffff_ffff_ffff)
    }

    /// Parses the 36-character form, either case; nil for anything else.
    package init?(_ text: some StringProtocol) {
        // Over the bytes themselves: one by one through a protocol, they cost more than all that a page does with them.
        let parsed = text.utf8.withContiguousStorageIfAvailable { UUID(text: UnsafeRawBufferPointer($0)) }
        guard let uuid = parsed ?? Array(text.utf8).withUnsafeBytes({ UUID(text: $0) }) else { return nil }
        self = uuid
    }

    private init?(text: UnsafeRawBufferPointer) {
        guard text.count == 36 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for position in 0..<36 {
            let byte = text[position]
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = UUID.digit(byte) else { return nil }
            if position < 18 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
        }
        self.init(high: high, low: low)
    }

    /// The 16 bytes, most significant first, that begin at `start`; nil where there are fewer.
    package init?(bytes: [UInt8], at start: Int = 0) {
        guard start >= 0, start <= bytes.count - 16 else { return nil }
        self = bytes.withUnsafeBytes { bytes in
            UUID(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self)))
        }
    }

    package var description: String {
        String(unsafeUninitializedCapacity: 36) { text in
            var position = 0
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    text[position] = UInt8(ascii: "-")
                    position += 1
                }
                let half = index < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: half >> UInt64((15 - index % 16) * 4)) & 0xf
                text[position] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                position += 1
            }
            return 36
        }
    }

    package static func < (left: UUID, right: UUID) -> Bool { (left.high, left.low) < (right.high, right.low) }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
