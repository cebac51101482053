internal import Glibc

/// Instants of the calendar as text.
package enum Timestamp {
    /// RFC 3339, UTC, milliseconds: `2026-11-22T08:05:00.000Z`.
    package static func iso8601(microseconds: Int64) -> String {
        var seconds = time_t((microseconds - (microseconds < 0 ? 999_999 : 0)) / 1_000_000)
        let milliseconds = Int((microseconds - Int64(seconds) * 1_000_000) / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        // Written digit by digit: each line of the log has one.
        return String(unsafeUninitializedCapacity: 40) { text in
            var end = 0
            func put(_ mark: UInt8) {
                text[end] = mark
                end += 1
            }
            func put(_ value: Int, _ width: Int) {
                var divisor = 1
                for _ in 1..<width { divisor *= 10 }
                // A year past 9999 has as many digits as it needs.
                while value / divisor > 9 { divisor *= 10 }
                while divisor > 0 {
                    put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
                    divisor /= 10
                }
            }
            let year = Int(parts.tm_year) + 1900
            if year < 0 { put(UInt8(ascii: "-")) }
            put(abs(year), 4)
            put(UInt8(ascii: "-"))
            put(Int(parts.tm_mon) + 1, 2)
            put(UInt8(ascii: "-"))
            put(Int(parts.tm_mday), 2)
            put(UInt8(ascii: "T"))
            put(Int(parts.tm_hour), 2)
            put(UInt8(ascii: ":"))
            put(Int(parts.tm_min), 2)
            put(UInt8(ascii: ":"))
            put(Int(parts.tm_sec), 2)
            put(UInt8(ascii: "."))
            put(milliseconds, 3)
            put(UInt8(ascii: "Z"))
            return end
        }
    }
}
