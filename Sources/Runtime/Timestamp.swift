internal import Glibc

/// Instants of the calendar as text.
package enum Timestamp {
    /// RFC 3339, UTC, milliseconds: `2026-11-22T08:05:00.000Z`.
    package static func iso8601(microseconds: Int64) -> String {
        var seconds = time_t((microseconds - (microseconds < 0 ? 999_999 : 0)) / 1_000_000)
        let milliseconds = Int((microseconds - Int64(seconds) * 1_000_000) / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func pad(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = "\(pad(Int(parts.tm_year) + 1900, 4))-\(pad(Int(parts.tm_mon) + 1, 2))-\(pad(Int(parts.tm_mday), 2))"
        let time = "\(pad(Int(parts.tm_hour), 2)):\(pad(Int(parts.tm_min), 2)):\(pad(Int(parts.tm_sec), 2))"
        return "\(date)T\(time).\(pad(milliseconds, 3))Z"
    }
}
