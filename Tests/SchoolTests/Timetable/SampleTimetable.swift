import Runtime
import School
import Tenancy

/// A small invented establishment: two classes, two teachers, two rooms, weeks A and B from Monday 31 August 2026.
enum SampleTimetable {
    static let mathematics = SubjectID(rawValue: UUID(high: 1, low: 1))
    static let english = SubjectID(rawValue: UUID(high: 1, low: 2))
    static let sixthA = GroupID(rawValue: UUID(high: 2, low: 1))
    static let sixthB = GroupID(rawValue: UUID(high: 2, low: 2))
    static let teacherOne = PersonID(rawValue: UUID(high: 3, low: 1))
    static let teacherTwo = PersonID(rawValue: UUID(high: 3, low: 2))
    static let room12 = RoomID(rawValue: UUID(high: 4, low: 12))
    static let room14 = RoomID(rawValue: UUID(high: 4, low: 14))

    /// Monday of a week A.
    static let monday = day("2026-11-23")

    static func day(_ text: String) -> CivilDate { CivilDate(text) ?? CivilDate(daysSince1970: 0) }

    static func span(_ start: String, _ end: String) -> TimeSpan {
        TimeSpan(TimeOfDay(start) ?? midnight, TimeOfDay(end) ?? midnight) ?? wholeDay
    }

    static func lesson(
        _ number: UInt64, _ subject: SubjectID = mathematics, teachers: [PersonID] = [teacherOne],
        groups: [GroupID] = [sixthA], rooms: [RoomID] = [room12], weekday: Int = 1,
        span: TimeSpan = span("08:00", "08:55"), cycle: WeekCycle = .every, from: String = "2026-09-01",
        until: String = "2027-07-02"
    ) -> Lesson {
        Lesson(
            id: LessonID(rawValue: UUID(high: 5, low: number)), subject: subject, teachers: teachers, groups: groups,
            rooms: rooms, weekday: weekday, span: span, cycle: cycle, from: day(from), until: day(until), revision: 1)
    }

    static func change(
        _ kind: LessonChange.Kind, of lesson: Lesson?, on date: CivilDate, newDate: CivilDate? = nil,
        newSpan: TimeSpan? = nil, rooms: [RoomID] = [], teachers: [PersonID] = [], groups: [GroupID] = [],
        subject: SubjectID? = nil, publishedAt: Int64 = 0
    ) -> LessonChange {
        LessonChange(
            id: LessonChangeID(rawValue: .v7()), kind: kind, lesson: lesson?.id, date: date, newDate: newDate,
            newSpan: newSpan, rooms: rooms, teachers: teachers, groups: groups, subject: subject,
            publicNote: "note", privateReason: "reason", publishedAt: publishedAt)
    }

    static func timetable(_ lessons: [Lesson], _ changes: [LessonChange] = [], closed: [CivilDate: String] = [:])
        -> Timetable
    {
        let holidays = day("2026-12-19")...day("2027-01-03")
        let weeks = WeekCalendar.alternating(from: day("2026-08-31"), to: day("2027-07-02")) { holidays.contains($0) }
        return Timetable(
            version: 1, year: SchoolYear(rawValue: 2026), periods: [], calendar: WeekCalendar(weeks),
            closedDays: closed,
            subjects: [
                mathematics: .init(name: "Mathématiques", short: "MATHS"),
                english: .init(name: "Anglais", short: "ANG"),
            ],
            rooms: [room12: "Salle 12", room14: "Salle 14"],
            groups: [
                sixthA: .init(name: "6e A", isClass: true, level: "6e"),
                sixthB: .init(name: "6e B", isClass: true, level: "6e"),
            ],
            teachers: [teacherOne: "Mme Exemple", teacherTwo: "M. Fictif"], lessons: lessons, changes: changes)
    }

    private static let midnight = TimeOfDay(minutes: 0) ?? unreachable()
    private static let wholeDay = TimeSpan(midnight, TimeOfDay(minutes: 1440) ?? midnight) ?? unreachable()

    private static func unreachable<Value>() -> Value { preconditionFailure("a sample's time of day is wrong") }
}
