package import Runtime

extension Language {
    /// `lundi`, `Monday`; ISO 8601, 1 is Monday.
    package func weekdayName(_ weekday: Int) -> String {
        (self == .fr ? Language.frenchWeekdays : Language.englishWeekdays)[(weekday - 1 + 7) % 7]
    }

    /// `lun.`, `Mon`; 1 is Monday.
    package func shortWeekdayName(_ weekday: Int) -> String {
        (self == .fr ? Language.shortFrenchWeekdays : Language.shortEnglishWeekdays)[(weekday - 1 + 7) % 7]
    }

    /// `novembre`, `November`; 1 is January.
    package func monthName(_ month: Int) -> String {
        (self == .fr ? Language.frenchMonths : Language.englishMonths)[(month - 1 + 12) % 12]
    }

    private static let frenchWeekdays = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
    private static let englishWeekdays = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]
    private static let shortFrenchWeekdays = ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."]
    private static let shortEnglishWeekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let frenchMonths = [
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ]
    private static let englishMonths = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// `23 novembre 2026`, `1er décembre 2026`; `23 November 2026`.
    package func date(_ date: CivilDate) -> String { "\(dayAndMonth(date)) \(date.parts.year)" }

    /// `lundi 23 novembre 2026`; `Monday 23 November 2026`.
    package func fullDate(_ date: CivilDate) -> String { "\(weekdayName(date.weekday)) \(self.date(date))" }

    /// `lundi 23 novembre`; `Monday 23 November`.
    package func weekdayAndDay(_ date: CivilDate) -> String { "\(weekdayName(date.weekday)) \(dayAndMonth(date))" }

    /// `lun. 23/11`; `Mon 23/11`: for narrow columns, beside a full date said elsewhere.
    package func shortDay(_ date: CivilDate) -> String {
        "\(shortWeekdayName(date.weekday)) \(Language.two(date.parts.day))/\(Language.two(date.parts.month))"
    }

    /// `23/11/2026` in both: the order used in France and in the United Kingdom.
    package func shortDate(_ date: CivilDate) -> String {
        let (year, month, day) = date.parts
        return "\(Language.two(day))/\(Language.two(month))/\(year)"
    }

    /// `du 23 au 27 novembre 2026`, `du 30 novembre au 4 décembre 2026`; `23 to 27 November 2026`.
    package func period(_ first: CivilDate, _ last: CivilDate) -> String {
        let (start, end) = (first.parts, last.parts)
        let opening: String
        if start.year != end.year {
            opening = date(first)
        } else if start.month != end.month {
            opening = dayAndMonth(first)
        } else {
            opening = day(start.day)
        }
        switch self {
        case .fr: return "du \(opening) au \(date(last))"
        case .en: return "\(opening) to \(date(last))"
        }
    }

    /// A time of day given in minutes since midnight: `8 h 05`, `14 h`; `08:05`, `14:00`.
    package func time(minutes: Int) -> String {
        let (hour, minute) = (minutes / 60, minutes % 60)
        switch self {
        case .fr: return minute == 0 ? "\(hour)\u{A0}h" : "\(hour)\u{A0}h\u{A0}\(Language.two(minute))"
        case .en: return "\(Language.two(hour)):\(Language.two(minute))"
        }
    }

    /// `8 h 05 – 9 h`; `08:05–09:00`.
    package func timeRange(minutes range: Range<Int>) -> String {
        switch self {
        case .fr: "\(time(minutes: range.lowerBound))\u{A0}–\u{A0}\(time(minutes: range.upperBound))"
        case .en: "\(time(minutes: range.lowerBound))–\(time(minutes: range.upperBound))"
        }
    }

    /// `lundi 23 novembre 2026 à 8 h 05`; `Monday 23 November 2026 at 08:05`.
    package func dateAndTime(_ date: CivilDate, minutes: Int) -> String {
        switch self {
        case .fr: "\(fullDate(date)) à \(time(minutes: minutes))"
        case .en: "\(fullDate(date)) at \(time(minutes: minutes))"
        }
    }

    private func dayAndMonth(_ date: CivilDate) -> String {
        let (_, month, day) = date.parts
        return "\(self.day(day)) \(monthName(month))"
    }

    private func day(_ day: Int) -> String { self == .fr && day == 1 ? "1er" : String(day) }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
