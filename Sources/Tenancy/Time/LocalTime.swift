package import Runtime

/// What clocks and calendars on the wall show at some place: a day and the time in it.
package struct LocalTime: Hashable, Comparable, Sendable {
    package let date: CivilDate
    /// Since midnight as the clock shows it, 0 to 86,399.
    package let secondOfDay: Int

    package init(date: CivilDate, secondOfDay: Int) {
        self.date = date
        self.secondOfDay = secondOfDay
    }

    /// Whole minutes since midnight, 0 to 1,439.
    package var minuteOfDay: Int { secondOfDay / 60 }

    package static func < (left: LocalTime, right: LocalTime) -> Bool {
        (left.date, left.secondOfDay) < (right.date, right.secondOfDay)
    }
}
