package import Runtime
internal import Tenancy

/// What the timetable shows: pure functions of its data, the same for the pages, the API and the calendar feed.
package enum TimetableRules {
    /// Who looks, in so far as it changes what is shown.
    package enum Audience: Sendable {
        /// Pupils, guardians, teachers: see changes from the moment they are published.
        case everyone
        /// School life and the head: sees every change at once, to prepare it.
        case editor
    }

    /// The lessons of `subject` from `first` to `last`, changes applied, by day and time.
    /// - Parameter now: microseconds since 1970; a change published later is not shown to the public.
    package static func occurrences(
        _ timetable: Timetable, of subject: Timetable.Subject, from first: CivilDate, to last: CivilDate,
        audience: Audience, now: Int64
    ) -> [Occurrence] {
        let lessons = timetable.lessons(of: subject)
        var changes = Changes(timetable, from: first, to: last) { change in
            if case .editor = audience { true } else { change.publishedAt <= now }
        }
        var result: [Occurrence] = []
        result.reserveCapacity(lessons.count)
        var date = first
        while date <= last {
            for lesson in lessons where isHeld(lesson, on: date, timetable) {
                let applied = changes.take(lesson.id, date).map { apply($0, to: lesson, on: date) }
                for occurrence in applied ?? [planned(lesson, on: date)]
                where occurrence.date >= first && occurrence.date <= last && concerns(occurrence, subject, lesson) {
                    result.append(occurrence)
                }
            }
            date = date + 1
        }
        result += changes.untaken.compactMap { change in arriving(change, timetable, subject, first, last) }
        return result.sorted(by: inOrder)
    }

    /// Whether the timetable holds `lesson` on `date`: its day, its weeks, its dates, and no closed day.
    package static func isHeld(_ lesson: Lesson, on date: CivilDate, _ timetable: Timetable) -> Bool {
        lesson.takesPlace(on: date, in: timetable.calendar) && timetable.closedDays[date] == nil
    }

    private static func inOrder(_ left: Occurrence, _ right: Occurrence) -> Bool {
        if left.date != right.date { return left.date < right.date }
        if left.span.start != right.span.start { return left.span.start < right.span.start }
        if left.span.end != right.span.end { return left.span.end < right.span.end }
        return (left.lesson?.rawValue ?? UUID(high: 0, low: 0)) < (right.lesson?.rawValue ?? UUID(high: 0, low: 0))
    }

    /// The changes of a span of days, found by the lesson and day they apply to.
    private struct Changes {
        private struct Key: Hashable {
            let lesson: LessonID
            let date: CivilDate
        }

        private var byLesson: [Key: LessonChange] = [:]
        private var others: [LessonChange] = []

        init(_ timetable: Timetable, from first: CivilDate, to last: CivilDate, where isShown: (LessonChange) -> Bool) {
            var monday = first.monday
            var seen: Set<LessonChangeID> = []
            while monday <= last {
                for change in timetable.changes(inWeekOf: monday)
                where isShown(change) && seen.insert(change.id).inserted {
                    if let lesson = change.lesson {
                        byLesson[Key(lesson: lesson, date: change.date)] = change
                    } else {
                        others.append(change)
                    }
                }
                monday = monday + 7
            }
        }

        mutating func take(_ lesson: LessonID, _ date: CivilDate) -> LessonChange? {
            byLesson.isEmpty ? nil : byLesson.removeValue(forKey: Key(lesson: lesson, date: date))
        }

        /// Exceptional lessons, and changes to lessons outside the days or the persons looked at.
        var untaken: [LessonChange] { others + byLesson.values }
    }

    private static func planned(_ lesson: Lesson, on date: CivilDate) -> Occurrence {
        Occurrence(
            date: date, span: lesson.span, status: .planned, lesson: lesson.id, change: nil, subject: lesson.subject,
            teachers: lesson.teachers, groups: lesson.groups, rooms: lesson.rooms, note: "", counterpart: nil)
    }

    /// What becomes of `lesson` on `date`: one entry, or two when it moves.
    private static func apply(_ change: LessonChange, to lesson: Lesson, on date: CivilDate) -> [Occurrence] {
        func entry(
            _ status: Occurrence.Status, date: CivilDate, span: TimeSpan, teachers: [PersonID], rooms: [RoomID],
            counterpart: CivilDate? = nil
        ) -> Occurrence {
            Occurrence(
                date: date, span: span, status: status, lesson: lesson.id, change: change.id, subject: lesson.subject,
                teachers: teachers, groups: lesson.groups, rooms: rooms, note: change.publicNote,
                counterpart: counterpart)
        }
        let rooms = change.rooms.isEmpty ? lesson.rooms : change.rooms
        switch change.kind {
        case .cancelled:
            return [entry(.cancelled, date: date, span: lesson.span, teachers: lesson.teachers, rooms: lesson.rooms)]
        case .replaced:
            return [entry(.replaced, date: date, span: lesson.span, teachers: change.teachers, rooms: rooms)]
        case .roomChanged:
            return [entry(.roomChanged, date: date, span: lesson.span, teachers: lesson.teachers, rooms: rooms)]
        case .supervised:
            return [entry(.supervised, date: date, span: lesson.span, teachers: change.teachers, rooms: rooms)]
        case .moved:
            let newDate = change.newDate ?? date
            let newSpan = change.newSpan ?? lesson.span
            let teachers = change.teachers.isEmpty ? lesson.teachers : change.teachers
            return [
                entry(
                    .movedAway, date: date, span: lesson.span, teachers: lesson.teachers, rooms: lesson.rooms,
                    counterpart: newDate),
                entry(.moved, date: newDate, span: newSpan, teachers: teachers, rooms: rooms, counterpart: date),
            ]
        case .exceptional:
            return [planned(lesson, on: date)]
        }
    }

    /// Whether an entry of a lesson of `subject` still concerns it: a replaced teacher keeps seeing that the lesson is
    /// taken by somebody else, a room that is left does not.
    private static func concerns(_ occurrence: Occurrence, _ subject: Timetable.Subject, _ lesson: Lesson) -> Bool {
        switch subject {
        case .groups, .teacher: true
        case .room(let room): occurrence.rooms.contains(room)
        }
    }

    /// An entry that comes to `subject` from a lesson it does not have in theory: an exceptional lesson, a replacement
    /// to take, a room lent for a day, a lesson moved here from outside the days looked at.
    private static func arriving(
        _ change: LessonChange, _ timetable: Timetable, _ subject: Timetable.Subject, _ first: CivilDate,
        _ last: CivilDate
    ) -> Occurrence? {
        if change.kind == .exceptional {
            guard let span = change.newSpan, change.date >= first, change.date <= last else { return nil }
            let occurrence = Occurrence(
                date: change.date, span: span, status: .exceptional, lesson: nil, change: change.id,
                subject: change.subject, teachers: change.teachers, groups: change.groups, rooms: change.rooms,
                note: change.publicNote, counterpart: nil)
            return isOf(occurrence, subject) ? occurrence : nil
        }
        guard let id = change.lesson, let lesson = timetable.lessons[id], isHeld(lesson, on: change.date, timetable)
        else { return nil }
        return apply(change, to: lesson, on: change.date).last { occurrence in
            occurrence.status.takesPlace && occurrence.date >= first && occurrence.date <= last
                && isOf(occurrence, subject)
        }
    }

    private static func isOf(_ occurrence: Occurrence, _ subject: Timetable.Subject) -> Bool {
        switch subject {
        case .groups(let groups): occurrence.groups.contains { groups.contains($0) }
        case .teacher(let teacher): occurrence.teachers.contains(teacher)
        case .room(let room): occurrence.rooms.contains(room)
        }
    }
}
