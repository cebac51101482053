package import Runtime
package import Tenancy

/// What an editor writes of a change.
package struct LessonChangeDraft: Hashable, Sendable {
    package var kind: LessonChange.Kind
    package var lesson: LessonID?
    package var date: CivilDate
    package var newDate: CivilDate?
    package var newSpan: TimeSpan?
    package var rooms: [RoomID]
    package var teachers: [PersonID]
    package var groups: [GroupID]
    package var subject: SubjectID?
    package var publicNote: String
    package var privateReason: String
    /// Nil: at once. Microseconds since 1970.
    package var publishedAt: Int64?

    package init(
        kind: LessonChange.Kind, lesson: LessonID?, date: CivilDate, newDate: CivilDate? = nil,
        newSpan: TimeSpan? = nil,
        rooms: [RoomID] = [], teachers: [PersonID] = [], groups: [GroupID] = [], subject: SubjectID? = nil,
        publicNote: String = "", privateReason: String = "", publishedAt: Int64? = nil
    ) {
        self.kind = kind
        self.lesson = lesson
        self.date = date
        self.newDate = newDate
        self.newSpan = newSpan
        self.rooms = rooms
        self.teachers = teachers
        self.groups = groups
        self.subject = subject
        self.publicNote = publicNote
        self.privateReason = privateReason
        self.publishedAt = publishedAt
    }
}
