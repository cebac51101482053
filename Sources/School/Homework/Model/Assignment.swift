package import Runtime
package import Tenancy

/// A piece of work to do (*travail à faire*), due for a lesson of its class.
package struct Assignment: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case exercise
        /// A lesson to learn.
        case lesson
        /// Written at home and handed in (*devoir maison*).
        case homework
        /// An announced test (*contrôle*).
        case test
    }

    /// How far a pupil says to be.
    package enum Progress: String, Hashable, Sendable, CaseIterable {
        case toDo = "to_do"
        case started
        case done
    }

    package let id: AssignmentID
    package let group: GroupID
    package let subject: SubjectID
    package let author: PersonID?
    package let givenOn: CivilDate
    package let dueOn: CivilDate
    /// When the lesson began, as the timetable was then; nil when it is due on a day without one.
    package let dueStart: TimeOfDay?
    package let dueLesson: LessonID?
    package let kind: Kind
    package let title: String
    /// Markdown, as typed.
    package let content: String
    package let minutes: Int?
    /// Why it is due on a day without a lesson of the subject.
    package let overrideReason: String?
    package let publishedAt: Int64
    package let revision: Int
    package let visa: VisaID?
}

/// What a teacher writes of work to do, checked for shape.
package struct AssignmentDraft: Hashable, Sendable {
    package var group: GroupID
    package var subject: SubjectID
    package var givenOn: CivilDate
    package var dueOn: CivilDate
    /// Which lesson of that day; nil: the first of the subject.
    package var dueLesson: LessonID?
    package var kind: Assignment.Kind
    package var title: String
    package var content: String
    package var minutes: Int?
    package var overrideReason: String?
    package var publishedAt: Int64?

    package init(
        group: GroupID, subject: SubjectID, givenOn: CivilDate, dueOn: CivilDate, dueLesson: LessonID? = nil,
        kind: Assignment.Kind, title: String, content: String = "", minutes: Int? = nil, overrideReason: String? = nil,
        publishedAt: Int64? = nil
    ) {
        self.group = group
        self.subject = subject
        self.givenOn = givenOn
        self.dueOn = dueOn
        self.dueLesson = dueLesson
        self.kind = kind
        self.title = title
        self.content = content
        self.minutes = minutes
        self.overrideReason = overrideReason
        self.publishedAt = publishedAt
    }
}

/// How many of a class have started or done something: all that its teacher is told.
package struct ProgressTotals: Hashable, Sendable {
    package var pupils: Int
    package var started: Int
    package var done: Int

    package init(pupils: Int, started: Int, done: Int) {
        self.pupils = pupils
        self.started = started
        self.done = done
    }
}

/// What a class has to do for one day, from all its teachers: the most that one of its pupils has.
package struct DayLoad: Hashable, Sendable {
    package let day: CivilDate
    package let assignments: Int
    package let tests: Int
    package let minutes: Int
}
