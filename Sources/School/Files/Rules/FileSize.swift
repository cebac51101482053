package import Web

/// Sizes in people's words, in powers of 1000.
package enum FileSize {
    package static func text(_ bytes: Int, _ language: Language) -> String {
        let units = language == .fr ? ["octets", "ko", "Mo", "Go", "To"] : ["bytes", "kB", "MB", "GB", "TB"]
        var value = max(0, bytes)
        var rest = 0
        var unit = 0
        while value >= 1000, unit < units.count - 1 {
            rest = value % 1000
            value /= 1000
            unit += 1
        }
        guard unit > 0 else { return "\(value)\u{A0}\(units[0])" }
        // One decimal under 10, rounded down: a limit must not seem larger than it is.
        let decimal = value < 10 && rest >= 100 ? (language == .fr ? "," : ".") + String(rest / 100) : ""
        return "\(value)\(decimal)\u{A0}\(units[unit])"
    }
}
