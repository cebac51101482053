package import Runtime
package import Tenancy

/// A recurring lesson (*cours*): what the timetable says in theory, before the dated changes.
package struct Lesson: Hashable, Sendable {
    package let id: LessonID
    package let subject: SubjectID
    package let teachers: [PersonID]
    package let groups: [GroupID]
    package let rooms: [RoomID]
    /// 1 is Monday, 7 is Sunday.
    package let weekday: Int
    package let span: TimeSpan
    package let cycle: WeekCycle
    /// First and last day on which it may take place.
    package let from: CivilDate
    package let until: CivilDate
    /// Grows with every change; the value of its ETag.
    package let revision: Int

    package init(
        id: LessonID, subject: SubjectID, teachers: [PersonID], groups: [GroupID], rooms: [RoomID], weekday: Int,
        span: TimeSpan, cycle: WeekCycle, from: CivilDate, until: CivilDate, revision: Int
    ) {
        self.id = id
        self.subject = subject
        self.teachers = teachers
        self.groups = groups
        self.rooms = rooms
        self.weekday = weekday
        self.span = span
        self.cycle = cycle
        self.from = from
        self.until = until
        self.revision = revision
    }

    /// Whether the timetable holds this lesson on `date` in theory; public holidays are the caller's to know.
    package func takesPlace(on date: CivilDate, in calendar: WeekCalendar) -> Bool {
        date.weekday == weekday && from <= date && date <= until && calendar.holds(cycle, on: date)
    }
}
