package import Runtime
package import Tenancy

/// Somebody's diary over a span of days, ready to be shown: what the API and the pages both start from.
package struct DiaryView: Sendable {
    package enum Whose: Hashable, Sendable {
        case pupil(PersonID)
        case teacher(PersonID)
        case group(GroupID)
    }

    package let establishment: Establishment
    package let whose: Whose
    /// The pupil's or teacher's name, the class's.
    package let name: String
    package let days: ClosedRange<CivilDate>
    package let timetable: Timetable
    package let span: DiarySpan
    /// A pupil's own, by assignment; what is missing is to do.
    package var progress: [AssignmentID: Assignment.Progress] = [:]
    /// For teachers.
    package var totals: [AssignmentID: ProgressTotals] = [:]
    /// Who reads as the author of something, and so its annotation and what is not published yet.
    package var author: PersonID?
    /// The head and school life see what is not published yet.
    package var seesUnpublished = false
    /// Microseconds since 1970.
    package let now: Int64

    package init(
        establishment: Establishment, whose: Whose, name: String, days: ClosedRange<CivilDate>, timetable: Timetable,
        span: DiarySpan, now: Int64
    ) {
        self.establishment = establishment
        self.whose = whose
        self.name = name
        self.days = days
        self.timetable = timetable
        self.span = span
        self.now = now
    }

    /// The lesson records of these days, by day and hour.
    package var records: [LessonRecord] {
        span.records.filter { days.contains($0.day) && isShown($0.publishedAt, $0.author) }
    }

    /// The work due in these days.
    package var assignments: [Assignment] {
        span.assignments.filter { days.contains($0.dueOn) && isShown($0.publishedAt, $0.author) }
    }

    /// The work given in these days, whenever it is due.
    package var given: [Assignment] {
        span.assignments.filter { days.contains($0.givenOn) && isShown($0.publishedAt, $0.author) }
    }

    private func isShown(_ publishedAt: Int64, _ writer: PersonID?) -> Bool {
        publishedAt <= now || seesUnpublished || (author != nil && writer == author)
    }

    package func annotation(of record: LessonRecord) -> String? {
        author != nil && record.author == author ? record.annotation : nil
    }

    package func subjectName(_ id: SubjectID) -> String { timetable.subjects[id]?.name ?? "" }
    package func groupName(_ id: GroupID) -> String { timetable.groups[id]?.name ?? "" }
    package func teacherName(_ id: PersonID?) -> String { id.flatMap { timetable.teachers[$0] } ?? "" }

    /// The lessons of these days, of a diary that is a pupil's: what the reading of it has found is enough for them.
    package func lessons(in days: ClosedRange<CivilDate>) -> TimetableView? {
        guard case .pupil(let person) = whose else { return nil }
        return TimetableView(
            establishment: establishment, whose: .pupil(person), name: name, days: days, timetable: timetable,
            subject: .groups(span.groups), audience: .everyone, now: now)
    }

    /// What becomes of the lessons that work is due for: cancelled, moved …
    package var lessonStatuses: [LessonOnDay: Occurrence.Status] {
        let occurrences = TimetableRules.occurrences(
            timetable, of: .groups(span.groups), from: days.lowerBound, to: days.upperBound,
            audience: seesUnpublished ? .editor : .everyone, now: now)
        return Dictionary(
            occurrences.compactMap { each in
                each.lesson.map { (LessonOnDay(lesson: $0, day: each.date), each.status) }
            }, uniquingKeysWith: { first, _ in first })
    }

    package struct LessonOnDay: Hashable, Sendable {
        package let lesson: LessonID
        package let day: CivilDate
    }
}
