/// A day of the proleptic Gregorian calendar, without a time or a zone.
///
/// Conversions after Howard Hinnant's `days_from_civil` and `civil_from_days`.
package struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01.
    package let daysSince1970: Int

    package init(daysSince1970: Int) { self.daysSince1970 = daysSince1970 }

    /// Nil unless the day exists, in years 1 to 9999.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(daysSince1970: era * 146_097 + dayOfEra - 719_468)
        guard parts == (year, month, day) else { return nil }
    }

    /// Parses `YYYY-MM-DD`; nil for anything else.
    package init?(_ text: some StringProtocol) {
        var numbers = (0, 0, 0)
        var position = 0
        // One pass without slices: dates stand in every address of a week.
        for byte in text.utf8 {
            switch position {
            case 4, 7:
                guard byte == UInt8(ascii: "-") else { return nil }
            case 0...9:
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                let digit = Int(byte - UInt8(ascii: "0"))
                if position < 4 {
                    numbers.0 = numbers.0 * 10 + digit
                } else if position < 7 {
                    numbers.1 = numbers.1 * 10 + digit
                } else {
                    numbers.2 = numbers.2 * 10 + digit
                }
            default: return nil
            }
            position += 1
        }
        guard position == 10 else { return nil }
        self.init(year: numbers.0, month: numbers.1, day: numbers.2)
    }

    package var parts: (year: Int, month: Int, day: Int) {
        let z = daysSince1970 + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    /// ISO 8601: 1 is Monday, 7 is Sunday.
    package var weekday: Int { ((daysSince1970 + 3) % 7 + 7) % 7 + 1 }

    package var monday: CivilDate { CivilDate(daysSince1970: daysSince1970 - (weekday - 1)) }

    /// ISO 8601 week: the year it belongs to and its number from 1 to 53.
    package var isoWeek: (year: Int, week: Int) {
        let thursday = CivilDate(daysSince1970: daysSince1970 - weekday + 4)
        let year = thursday.parts.year
        guard let first = CivilDate(year: year, month: 1, day: 1) else { return (year, 1) }
        return (year, (thursday.daysSince1970 - first.daysSince1970) / 7 + 1)
    }

    package static func + (date: CivilDate, days: Int) -> CivilDate {
        CivilDate(daysSince1970: date.daysSince1970 + days)
    }

    package static func - (left: CivilDate, right: CivilDate) -> Int { left.daysSince1970 - right.daysSince1970 }

    package static func < (left: CivilDate, right: CivilDate) -> Bool { left.daysSince1970 < right.daysSince1970 }

    /// `YYYY-MM-DD`.
    package var description: String {
        let (year, month, day) = parts
        let padded = String(year)
        return String(repeating: "0", count: max(0, 4 - padded.count)) + padded
            + (month < 10 ? "-0\(month)" : "-\(month)") + (day < 10 ? "-0\(day)" : "-\(day)")
    }
}
