package import Runtime
package import Tenancy

/// What was done in one lesson (*séance*): its title and content for everybody, an annotation for its author alone.
package struct LessonRecord: Hashable, Sendable {
    package let id: LessonRecordID
    package let group: GroupID
    package let subject: SubjectID
    /// Nil once the person has left and was erased.
    package let author: PersonID?
    package let day: CivilDate
    package let start: TimeOfDay
    /// Nil for a lesson that takes place once, or that has left the timetable since.
    package let lesson: LessonID?
    package let change: LessonChangeID?
    package let title: String
    /// Markdown, as typed.
    package let content: String
    /// Whoever shows a record has asked whether its reader is its author.
    package let annotation: String
    /// Microseconds since 1970.
    package let publishedAt: Int64
    /// Grows with every change; the value of its ETag.
    package let revision: Int
    /// With a visa it can no longer be changed.
    package let visa: VisaID?
}

/// What a teacher writes of a lesson, checked for shape.
package struct LessonRecordDraft: Hashable, Sendable {
    package var group: GroupID
    package var day: CivilDate
    package var lesson: LessonID?
    package var change: LessonChangeID?
    package var title: String
    package var content: String
    package var annotation: String
    /// Nil: at once.
    package var publishedAt: Int64?

    package init(
        group: GroupID, day: CivilDate, lesson: LessonID?, change: LessonChangeID?, title: String, content: String = "",
        annotation: String = "", publishedAt: Int64? = nil
    ) {
        self.group = group
        self.day = day
        self.lesson = lesson
        self.change = change
        self.title = title
        self.content = content
        self.annotation = annotation
        self.publishedAt = publishedAt
    }
}
