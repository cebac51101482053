package import Runtime
package import Tenancy

/// What an editor writes of a lesson, checked for shape: the establishment's own identifiers are checked by the shard.
package struct LessonDraft: Hashable, Sendable {
    package var subject: SubjectID
    package var teachers: [PersonID]
    package var groups: [GroupID]
    package var rooms: [RoomID]
    package var weekday: Int
    package var span: TimeSpan
    package var cycle: WeekCycle
    package var from: CivilDate
    package var until: CivilDate

    package init(
        subject: SubjectID, teachers: [PersonID], groups: [GroupID], rooms: [RoomID], weekday: Int, span: TimeSpan,
        cycle: WeekCycle, from: CivilDate, until: CivilDate
    ) {
        self.subject = subject
        self.teachers = teachers
        self.groups = groups
        self.rooms = rooms
        self.weekday = weekday
        self.span = span
        self.cycle = cycle
        self.from = from
        self.until = until
    }

    package func lesson(_ id: LessonID, revision: Int) -> Lesson {
        Lesson(
            id: id, subject: subject, teachers: teachers, groups: groups, rooms: rooms, weekday: weekday, span: span,
            cycle: cycle, from: from, until: until, revision: revision)
    }
}

extension Lesson {
    /// The lesson as a draft to start editing from.
    package var draft: LessonDraft {
        LessonDraft(
            subject: subject, teachers: teachers, groups: groups, rooms: rooms, weekday: weekday, span: span,
            cycle: cycle,
            from: from, until: until)
    }
}
