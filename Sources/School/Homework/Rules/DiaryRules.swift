package import Runtime
package import Tenancy

/// Who may write in a diary, and for which lessons: pure functions of the timetable, the same for the pages and the API.
package enum DiaryRules {
    /// A subject taught to a class or group: what a teacher has a diary of.
    package struct Teaching: Hashable, Sendable {
        package let subject: SubjectID
        package let group: GroupID

        package init(subject: SubjectID, group: GroupID) {
            self.subject = subject
            self.group = group
        }
    }

    package static let longestTitle = 200
    package static let longestContent = 20_000
    package static let longestAnnotation = 5_000
    package static let longestReason = 300
    package static let mostMinutes = 600
    /// Work may be given for so many days ahead at most.
    package static let farthestDue = 200

    /// The lessons of a class that really take place on some days: not cancelled, not moved away, not just looked after.
    package static func lessons(
        of teaching: Teaching, _ days: ClosedRange<CivilDate>, in timetable: Timetable, now: Int64
    ) -> [Occurrence] {
        TimetableRules.occurrences(
            timetable, of: .groups([teaching.group]), from: days.lowerBound, to: days.upperBound, audience: .everyone,
            now: now
        ).filter { isLesson($0) && $0.subject == teaching.subject }
    }

    private static func isLesson(_ occurrence: Occurrence) -> Bool {
        occurrence.status.takesPlace && occurrence.status != .supervised
    }

    /// Whether somebody may write of this teaching on a day: its teachers in theory, on any day, and whoever takes the lesson
    /// on that very day.
    package static func teaches(
        _ teacher: PersonID, _ teaching: Teaching, on day: CivilDate, in timetable: Timetable, now: Int64
    ) -> Bool {
        timetable.lessons(of: .teacher(teacher)).contains {
            $0.subject == teaching.subject && $0.groups.contains(teaching.group)
        }
            || lessons(of: teaching, day...day, in: timetable, now: now).contains { $0.teachers.contains(teacher) }
    }

    /// What a teacher has to teach in some days, in theory and in others' place.
    package static func teachings(
        of teacher: PersonID, _ days: ClosedRange<CivilDate>, in timetable: Timetable, now: Int64
    ) -> Set<Teaching> {
        var result = Set(
            timetable.lessons(of: .teacher(teacher)).flatMap { lesson in
                lesson.groups.map { Teaching(subject: lesson.subject, group: $0) }
            })
        let occurrences = TimetableRules.occurrences(
            timetable, of: .teacher(teacher), from: days.lowerBound, to: days.upperBound, audience: .everyone, now: now)
        for occurrence in occurrences where occurrence.teachers.contains(teacher) {
            guard let subject = occurrence.subject else { continue }
            for group in occurrence.groups { result.insert(Teaching(subject: subject, group: group)) }
        }
        return result
    }

    /// The last day that the establishment's calendar knows.
    package static func lastDay(of timetable: Timetable) -> CivilDate? {
        timetable.calendar.weeks.last.map { $0.monday + 6 }
    }

    /// The lessons of a class from a day on, to the end of the year.
    package static func lessons(
        of teaching: Teaching, from day: CivilDate, in timetable: Timetable, now: Int64
    ) -> [Occurrence] {
        guard let last = lastDay(of: timetable), day <= last else { return [] }
        return lessons(of: teaching, day...last, in: timetable, now: now)
    }

    // MARK: Entries

    /// The lesson that a record is of: it takes place on that day, in that class, and the teacher may write of it.
    /// - Throws: `HomeworkError.invalid`, `.noLesson`, `.notTeaching`.
    package static func lesson(
        of draft: LessonRecordDraft, by teacher: PersonID, in timetable: Timetable, now: Int64
    ) throws(HomeworkError) -> (occurrence: Occurrence, subject: SubjectID) {
        try check(title: draft.title, content: draft.content)
        guard draft.annotation.unicodeScalars.count <= longestAnnotation else { throw .invalid(field: "annotation") }
        guard (draft.lesson == nil) != (draft.change == nil) else { throw .invalid(field: "lesson") }
        guard timetable.groups[draft.group] != nil else { throw .notFound }
        let occurrences = TimetableRules.occurrences(
            timetable, of: .groups([draft.group]), from: draft.day, to: draft.day, audience: .everyone, now: now)
        let found = occurrences.first { occurrence in
            occurrence.status.takesPlace
                && (draft.lesson != nil ? occurrence.lesson == draft.lesson : occurrence.change == draft.change)
        }
        guard let occurrence = found, let subject = occurrence.subject else { throw .noLesson(draft.day) }
        let teaching = Teaching(subject: subject, group: draft.group)
        guard teaches(teacher, teaching, on: draft.day, in: timetable, now: now) else { throw .notTeaching }
        return (occurrence, subject)
    }

    /// The lesson that work is due for; nil when a reason stands in for one.
    /// - Throws: `HomeworkError.invalid`, `.noLesson`, `.notTeaching`.
    package static func due(
        of draft: AssignmentDraft, by teacher: PersonID, in timetable: Timetable, now: Int64
    ) throws(HomeworkError) -> Occurrence? {
        try check(title: draft.title, content: draft.content)
        if let minutes = draft.minutes, !(1...mostMinutes).contains(minutes) { throw .invalid(field: "minutes") }
        guard draft.givenOn <= draft.dueOn, draft.dueOn - draft.givenOn <= farthestDue else {
            throw .invalid(field: "due_on")
        }
        guard SchoolYear(of: draft.dueOn) == timetable.year, SchoolYear(of: draft.givenOn) == timetable.year else {
            throw .invalid(field: "due_on")
        }
        guard timetable.groups[draft.group] != nil else { throw .notFound }
        guard timetable.subjects[draft.subject] != nil else { throw .notFound }
        let teaching = Teaching(subject: draft.subject, group: draft.group)
        guard teaches(teacher, teaching, on: draft.givenOn, in: timetable, now: now) else { throw .notTeaching }
        let lessons = lessons(of: teaching, draft.dueOn...draft.dueOn, in: timetable, now: now)
        if let wanted = draft.dueLesson {
            guard let lesson = lessons.first(where: { $0.lesson == wanted }) else { throw .noLesson(draft.dueOn) }
            return lesson
        }
        if let lesson = lessons.first { return lesson }
        guard let reason = draft.overrideReason, !reason.isEmpty else { throw .noLesson(draft.dueOn) }
        guard reason.unicodeScalars.count <= longestReason else { throw .invalid(field: "override_reason") }
        return nil
    }

    private static func check(title: String, content: String) throws(HomeworkError) {
        guard (1...longestTitle).contains(title.unicodeScalars.count) else { throw .invalid(field: "title") }
        // In bytes: what is longer than a reader of Markdown takes would be cut.
        guard content.utf8.count <= longestContent else { throw .invalid(field: "content") }
    }
}
