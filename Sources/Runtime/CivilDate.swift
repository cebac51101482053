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
    package init?(_ text: some StringProtocol) { self.init(String(text)) }

    /// The same of a whole string, in one pass over its bytes: dates stand in every address of a week.
    package init?(_ text: String) {
        var text = text
        let parts = text.withUTF8 { bytes -> (year: Int, month: Int, day: Int)? in
            guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
            var isNumber = true
            func number(_ range: Range<Int>) -> Int {
                var value = 0
                for index in range {
                    let digit = bytes[index] &- UInt8(ascii: "0")
                    isNumber = isNumber && digit < 10
                    value = value * 10 + Int(digit)
                }
                return value
            }
            let parts = (number(0..<4), number(5..<7), number(8..<10))
            return isNumber ? parts : nil
        }
        guard let parts else { return nil }
        self.init(year: parts.year, month: parts.month, day: parts.day)
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
        // Only arithmetic makes other years.
        guard (0...9999).contains(year) else {
            return "\(year)" + (month < 10 ? "-0\(month)" : "-\(month)") + (day < 10 ? "-0\(day)" : "-\(day)")
        }
        return String(unsafeUninitializedCapacity: 10) { text in
            func write(_ value: Int, _ first: Int, _ width: Int) {
                var rest = value
                for index in (first..<first + width).reversed() {
                    text[index] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
            }
            write(year, 0, 4)
            text[4] = UInt8(ascii: "-")
            write(month, 5, 2)
            text[7] = UInt8(ascii: "-")
            write(day, 8, 2)
            return 10
        }
    }
}
