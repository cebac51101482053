package import Runtime
package import Tenancy

/// What happens to one lesson on one day (*modification*), or a lesson that takes place once.
package struct LessonChange: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// It does not take place.
        case cancelled
        /// It takes place at another time, perhaps on another day and in other rooms.
        case moved
        /// Other teachers take it.
        case replaced
        /// It takes place in other rooms.
        case roomChanged = "room_changed"
        /// The pupils are looked after instead (*permanence*).
        case supervised
        /// It belongs to no recurring lesson: an exam, an outing, a lesson caught up.
        case exceptional
    }

    package let id: LessonChangeID
    package let kind: Kind
    /// The lesson changed; nil for `exceptional` only.
    package let lesson: LessonID?
    /// The day of the lesson changed, or of the exceptional lesson.
    package let date: CivilDate
    /// Where it goes: the new day and time of a `moved` lesson, the time of an `exceptional` one.
    package let newDate: CivilDate?
    package let newSpan: TimeSpan?
    /// The rooms of a `moved`, `roomChanged`, `supervised` or `exceptional` lesson; empty keeps the lesson's own.
    package let rooms: [RoomID]
    /// The teachers of a `replaced` or `exceptional` lesson, the supervisors of a `supervised` one.
    package let teachers: [PersonID]
    /// The groups and subject of an `exceptional` lesson.
    package let groups: [GroupID]
    package let subject: SubjectID?
    /// What everybody may read beside the change; never why a teacher is absent.
    package let publicNote: String
    /// Read by school life and the head only.
    package let privateReason: String
    /// When people start to see it, microseconds since 1970.
    package let publishedAt: Int64

    package init(
        id: LessonChangeID, kind: Kind, lesson: LessonID?, date: CivilDate, newDate: CivilDate? = nil,
        newSpan: TimeSpan? = nil, rooms: [RoomID] = [], teachers: [PersonID] = [], groups: [GroupID] = [],
        subject: SubjectID? = nil, publicNote: String = "", privateReason: String = "", publishedAt: Int64
    ) {
        self.id = id
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
