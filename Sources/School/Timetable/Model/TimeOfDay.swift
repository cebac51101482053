/// A local time of day, to the minute. What instant it is depends on the establishment's time zone and the date.
package struct TimeOfDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Minutes since midnight, 0 to 1,440; 1,440 is the end of the day and only ever an end.
    package let minutes: Int

    /// Nil outside 0...1,440.
    package init?(minutes: Int) {
        guard (0...1440).contains(minutes) else { return nil }
        self.minutes = minutes
    }

    /// Parses `HH:MM`, 00:00 to 24:00; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        let digits = [bytes[0], bytes[1], bytes[3], bytes[4]].map { Int($0) - 48 }
        guard digits.allSatisfy({ (0...9).contains($0) }), digits[2] < 6 else { return nil }
        self.init(minutes: (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3])
    }

    package static func < (left: TimeOfDay, right: TimeOfDay) -> Bool { left.minutes < right.minutes }

    /// `HH:MM`.
    package var description: String {
        let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        return (hour < 10 ? "0\(hour)" : "\(hour)") + (minute < 10 ? ":0\(minute)" : ":\(minute)")
    }
}

/// A span of one day: never empty, never past midnight.
package struct TimeSpan: Hashable, Sendable {
    package let start: TimeOfDay
    package let end: TimeOfDay

    /// Nil unless `start` comes before `end`.
    package init?(_ start: TimeOfDay, _ end: TimeOfDay) {
        guard start < end else { return nil }
        (self.start, self.end) = (start, end)
    }

    package func overlaps(_ other: TimeSpan) -> Bool { start < other.end && other.start < end }
}
