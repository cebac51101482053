/// A `numeric`, exact: its decimal digits as text, with the number of decimals it was stored with. Marks and averages go
/// through this type, never through binary floating point.
package struct PostgresNumeric: Hashable, Sendable, CustomStringConvertible {
    /// `-12.50`, `0`, `NaN`, `Infinity` or `-Infinity`.
    package let text: String

    package var description: String { text }

    /// Parses digits with an optional sign and decimals, or one of the three special values; nil for anything else.
    package init?(_ text: String) {
        if ["NaN", "Infinity", "-Infinity"].contains(text) {
            self.text = text
            return
        }
        let unsigned = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        let parts = unsigned.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(digits.contains) }) else { return nil }
        self.text = text
    }

    package init(_ value: Int) { text = String(value) }

    /// `units` × 10^-`decimals`: `PostgresNumeric(units: 1250, decimals: 2)` is 12.50. `decimals` is at least 0.
    package init(units: Int, decimals: Int) {
        let digits = String(units.magnitude)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        text = (units < 0 ? "-" : "") + padded.dropLast(decimals) + (decimals > 0 ? "." + padded.suffix(decimals) : "")
    }

    /// The value × 10^`decimals` as an integer; nil when that is not exact, does not fit, or is not a number.
    package func units(decimals: Int) -> Int? {
        let isNegative = text.hasPrefix("-")
        let parts = (isNegative ? text.dropFirst() : text[...]).split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, whole.utf8.allSatisfy({ $0 <= UInt8(ascii: "9") }) else { return nil }
        var fraction = parts.count > 1 ? parts[1] : ""
        while fraction.utf8.count > decimals {
            guard fraction.last == "0" else { return nil }
            fraction.removeLast()
        }
        let zeros = String(repeating: "0", count: decimals - fraction.utf8.count)
        return Int((isNegative ? "-" : "") + whole + fraction + zeros)
    }

    /// From PostgreSQL's binary form: base-10,000 digits, the weight of the first, sign, number of decimals.
    init?(binary bytes: UnsafeRawBufferPointer) {
        func word(_ index: Int) -> Int16 {
            Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self))
        }
        guard bytes.count >= 8 else { return nil }
        let count = Int(word(0))
        let weight = Int(word(1))
        let sign = UInt16(bitPattern: word(2))
        let decimals = Int(word(3))
        switch sign {
        case 0xc000: text = "NaN"
        case 0xd000: text = "Infinity"
        case 0xf000: text = "-Infinity"
        case 0, 0x4000:
            guard bytes.count == 8 + 2 * count, count >= 0, decimals >= 0 else { return nil }
            // Four decimal digits of the group that stands `group` places after the first.
            func digits(_ group: Int) -> String {
                let value = group >= 0 && group < count ? String(word(4 + group)) : "0"
                return String(repeating: "0", count: 4 - value.utf8.count) + value
            }
            var whole = weight >= 0 ? (0...weight).map(digits).joined() : "0"
            whole = String(whole.drop { $0 == "0" })
            let groups = (decimals + 3) / 4
            let fraction = (0..<groups).map { digits(weight + 1 + $0) }.joined().prefix(decimals)
            text = (sign == 0 ? "" : "-") + (whole.isEmpty ? "0" : whole) + (decimals > 0 ? "." + fraction : "")
        default: return nil
        }
    }
}

extension PostgresNumeric: PostgresArrayElement {
    package static var postgresType: UInt32 { PostgresType.inferred }
    package static var postgresArrayType: UInt32 { PostgresType.inferred }

    package func encode(into bytes: inout [UInt8]) -> Bool { text.encode(into: &bytes) }
}
