internal import Runtime
internal import Tenancy

/// What may be written into a timetable. Conflicts are not refused here: they are shown (`ConflictRules`).
package enum EditRules {
    /// More people, groups or rooms than this in one lesson is a mistake of the caller.
    package static let mostOfEach = 30
    package static let longestNote = 500

    /// - Throws: `TimetableError.invalid` naming the field, `.unknownReference`.
    package static func check(_ draft: LessonDraft, in timetable: Timetable) throws(TimetableError) {
        guard (1...7).contains(draft.weekday) else { throw .invalid(field: "weekday") }
        guard draft.from <= draft.until else { throw .invalid(field: "until") }
        guard SchoolYear(of: draft.from) == timetable.year else { throw .invalid(field: "from") }
        guard SchoolYear(of: draft.until) == timetable.year else { throw .invalid(field: "until") }
        guard !draft.groups.isEmpty else { throw .invalid(field: "groups") }
        try check(draft.teachers, draft.groups, draft.rooms, in: timetable)
        guard timetable.subjects[draft.subject] != nil else { throw .unknownReference }
    }

    /// - Throws: `TimetableError.invalid`, `.unknownReference`, `.notFound` for a lesson that is not there,
    ///   `.notHeldThatDay` for a day without it.
    package static func check(_ draft: LessonChangeDraft, in timetable: Timetable) throws(TimetableError) {
        guard SchoolYear(of: draft.date) == timetable.year else { throw .invalid(field: "date") }
        guard draft.publicNote.unicodeScalars.count <= longestNote else { throw .invalid(field: "public_note") }
        guard draft.privateReason.unicodeScalars.count <= longestNote else { throw .invalid(field: "private_reason") }
        try check(draft.teachers, draft.groups, draft.rooms, in: timetable)
        if draft.kind == .exceptional {
            guard draft.lesson == nil else { throw .invalid(field: "lesson") }
            guard draft.newSpan != nil else { throw .invalid(field: "new_start") }
            guard let subject = draft.subject else { throw .invalid(field: "subject") }
            guard timetable.subjects[subject] != nil else { throw .unknownReference }
            guard !draft.groups.isEmpty else { throw .invalid(field: "groups") }
            return
        }
        guard let id = draft.lesson else { throw .invalid(field: "lesson") }
        guard let lesson = timetable.lessons[id] else { throw .notFound }
        guard TimetableRules.isHeld(lesson, on: draft.date, timetable) else { throw .notHeldThatDay }
        switch draft.kind {
        case .moved:
            guard let newDate = draft.newDate else { throw .invalid(field: "new_date") }
            guard SchoolYear(of: newDate) == timetable.year else { throw .invalid(field: "new_date") }
            guard draft.newSpan != nil else { throw .invalid(field: "new_start") }
        case .replaced:
            guard !draft.teachers.isEmpty else { throw .invalid(field: "teachers") }
        case .roomChanged:
            guard !draft.rooms.isEmpty else { throw .invalid(field: "rooms") }
        case .cancelled, .supervised, .exceptional: break
        }
    }

    private static func check(
        _ teachers: [PersonID], _ groups: [GroupID], _ rooms: [RoomID], in timetable: Timetable
    ) throws(TimetableError) {
        guard teachers.count <= mostOfEach, Set(teachers).count == teachers.count else {
            throw .invalid(field: "teachers")
        }
        guard groups.count <= mostOfEach, Set(groups).count == groups.count else { throw .invalid(field: "groups") }
        guard rooms.count <= mostOfEach, Set(rooms).count == rooms.count else { throw .invalid(field: "rooms") }
        guard teachers.allSatisfy({ timetable.teachers[$0] != nil }),
            groups.allSatisfy({ timetable.groups[$0] != nil }),
            rooms.allSatisfy({ timetable.rooms[$0] != nil })
        else { throw .unknownReference }
    }
}
