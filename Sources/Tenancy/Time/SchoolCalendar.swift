package import Runtime

/// The school year of a zone (A, B, C, or a territory's own): its first and last day, holidays and terms. Days are
/// inclusive at both ends.
package struct SchoolCalendar: Sendable, Equatable {
    package enum HolidayKind: String, Sendable, CaseIterable {
        case holiday
        case publicHoliday = "public_holiday"
        case bridge
    }

    package struct Holiday: Sendable, Equatable {
        package let name: String
        package let kind: HolidayKind
        package let days: ClosedRange<CivilDate>

        package init(name: String, kind: HolidayKind, days: ClosedRange<CivilDate>) {
            self.name = name
            self.kind = kind
            self.days = days
        }
    }

    package struct Term: Sendable, Equatable {
        package let number: Int
        package let name: String
        package let days: ClosedRange<CivilDate>

        package init(number: Int, name: String, days: ClosedRange<CivilDate>) {
            self.number = number
            self.name = name
            self.days = days
        }
    }

    package let schoolYear: SchoolYear
    package let zone: String
    package let days: ClosedRange<CivilDate>
    /// By first day.
    package let holidays: [Holiday]
    /// By number.
    package let terms: [Term]

    package init(
        schoolYear: SchoolYear, zone: String, days: ClosedRange<CivilDate>, holidays: [Holiday], terms: [Term]
    ) {
        self.schoolYear = schoolYear
        self.zone = zone
        self.days = days
        self.holidays = holidays.sorted { $0.days.lowerBound < $1.days.lowerBound }
        self.terms = terms.sorted { $0.number < $1.number }
    }

    package func holiday(on date: CivilDate) -> Holiday? { holidays.first { $0.days.contains(date) } }

    package func term(on date: CivilDate) -> Term? { terms.first { $0.days.contains(date) } }

    /// Whether schools of the zone are open: within the year, not in holidays, not on a Sunday.
    package func isSchoolDay(_ date: CivilDate) -> Bool {
        days.contains(date) && date.weekday != 7 && holiday(on: date) == nil
    }
}
