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
        var halves: [UInt64] = [0, 0]
        var digits = 0
        var position = 0
        for byte in text.utf8 {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = UUID.digit(byte), digits < 32 else { return nil }
                halves[digits / 16] = halves[digits / 16] << 4 | UInt64(digit)
                digits += 1
            }
            position += 1
        }
        guard position == 36, digits == 32 else { return nil }
        self.init(high: halves[0], low: halves[1])
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
