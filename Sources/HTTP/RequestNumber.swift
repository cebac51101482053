internal import Synchronization

/// Request identifiers: a random prefix of the process and a count, so that one costs no system call and none comes twice.
enum RequestNumber {
    private static let prefix = hexadecimal(UInt64.random(in: .min ... .max))
    private static let count = Atomic<UInt64>(0)

    static func next() -> String {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        // 16 digits, a hyphen, as many digits as the number has.
        let digits = max(1, (67 - number.leadingZeroBitCount) / 4)
        return String(unsafeUninitializedCapacity: 17 + digits) { text in
            for (index, byte) in prefix.utf8.enumerated() { text[index] = byte }
            text[16] = UInt8(ascii: "-")
            for index in 0..<digits {
                text[17 + index] = ASCII.hexDigit(
                    UInt8(truncatingIfNeeded: number >> UInt64(4 * (digits - 1 - index))) & 0xf)
            }
            return 17 + digits
        }
    }

    static func isWellFormed(_ id: String) -> Bool {
        (8...64).contains(id.utf8.count) && id.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "._-".utf8.contains($0) }
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
