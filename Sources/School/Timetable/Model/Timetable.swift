package import Runtime
package import Tenancy

/// All of one establishment's timetable for a school year, as read at one version: lessons, changes, and the names they
/// need. A value that never changes, shared by every request that finds the same version in the establishment's shard.
package final class Timetable: Sendable {
    package struct Named: Hashable, Sendable {
        package let name: String
        /// A short name or the code.
        package let short: String

        package init(name: String, short: String) {
            self.name = name
            self.short = short
        }
    }

    package struct Group: Hashable, Sendable {
        package let name: String
        package let isClass: Bool
        package let level: String

        package init(name: String, isClass: Bool, level: String) {
            self.name = name
            self.isClass = isClass
            self.level = level
        }
    }

    /// Raised by one with every write to anything below.
    package let version: Int64
    package let year: SchoolYear
    package let periods: [Period]
    package let calendar: WeekCalendar
    /// Days without lessons beside the weeks that are off, with what they are: public holidays, bridges.
    package let closedDays: [CivilDate: String]
    package let subjects: [SubjectID: Named]
    package let rooms: [RoomID: String]
    package let groups: [GroupID: Group]
    package let teachers: [PersonID: String]
    package let lessons: [LessonID: Lesson]
    package let changes: [LessonChange]

    private let lessonsByGroup: [GroupID: [LessonID]]
    private let lessonsByTeacher: [PersonID: [LessonID]]
    private let lessonsByRoom: [RoomID: [LessonID]]
    private let changesByMonday: [Int: [Int]]
    private let publications: [Int64]
    /// Pages and JSON made of this very version.
    package let rendered = RenderedTimetables()

    package init(
        version: Int64, year: SchoolYear, periods: [Period], calendar: WeekCalendar, closedDays: [CivilDate: String],
        subjects: [SubjectID: Named], rooms: [RoomID: String], groups: [GroupID: Group], teachers: [PersonID: String],
        lessons: [Lesson], changes: [LessonChange]
    ) {
        self.version = version
        self.year = year
        self.periods = periods
        self.calendar = calendar
        self.closedDays = closedDays
        self.subjects = subjects
        self.rooms = rooms
        self.groups = groups
        self.teachers = teachers
        self.lessons = Dictionary(lessons.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        self.changes = changes
        lessonsByGroup = Timetable.index(lessons, \.groups)
        lessonsByTeacher = Timetable.index(lessons, \.teachers)
        lessonsByRoom = Timetable.index(lessons, \.rooms)
        var byMonday: [Int: [Int]] = [:]
        for (index, change) in changes.enumerated() {
            let mondays = Set([change.date.monday, (change.newDate ?? change.date).monday])
            for monday in mondays { byMonday[monday.daysSince1970, default: []].append(index) }
        }
        changesByMonday = byMonday
        publications = changes.map(\.publishedAt).sorted()
    }

    /// Whose timetable is looked at.
    package enum Subject: Hashable, Sendable {
        /// A pupil's: the lessons of all the groups the pupil belongs to.
        case groups([GroupID])
        case teacher(PersonID)
        case room(RoomID)
    }

    /// The lessons that concern `subject` in theory, each once, in no order.
    package func lessons(of subject: Subject) -> [Lesson] {
        switch subject {
        case .groups(let groups) where groups.count == 1: find(lessonsByGroup[groups[0]])
        case .groups(let groups): find(Array(Set(groups.flatMap { lessonsByGroup[$0] ?? [] })))
        case .teacher(let teacher): find(lessonsByTeacher[teacher])
        case .room(let room): find(lessonsByRoom[room])
        }
    }

    /// The changes that start or end in the week of `monday`.
    package func changes(inWeekOf monday: CivilDate) -> [LessonChange] {
        (changesByMonday[monday.monday.daysSince1970] ?? []).map { changes[$0] }
    }

    /// When the next change appears after `now`, microseconds since 1970; `Int64.max` when none is waiting.
    package func nextPublication(after now: Int64) -> Int64 {
        guard let last = publications.last, last > now else { return .max }
        return publications.first { $0 > now } ?? .max
    }

    private func find(_ ids: [LessonID]?) -> [Lesson] { (ids ?? []).compactMap { lessons[$0] } }

    private static func index<Key: Hashable>(_ lessons: [Lesson], _ keys: (Lesson) -> [Key]) -> [Key: [LessonID]] {
        var index: [Key: [LessonID]] = [:]
        for lesson in lessons {
            for key in keys(lesson) { index[key, default: []].append(lesson.id) }
        }
        return index
    }
}
