internal import Runtime
internal import Tenancy
internal import Web

/// A lesson as an editor sends it.
struct LessonBody: Decodable {
    let subject: String
    let teachers: [String]
    let groups: [String]
    let rooms: [String]
    let weekday: Int
    let start: String
    let end: String
    let cycle: String
    let from: String
    let until: String

    static let schema = Schema.named(
        "LessonBody",
        .object([
            .required("subject", .uuid), .required("teachers", identifiers), .required("groups", identifiers),
            .required("rooms", identifiers), .required("weekday", .integer(1...7), "1 is Monday."),
            .required("start", .timeOfDay, "Local time."), .required("end", .timeOfDay),
            .required("cycle", .enumeration(WeekCycle.self)), .required("from", .date, "First day."),
            .required("until", .date, "Last day, inclusive."),
        ]))

    static let identifiers = Schema.array(of: .uuid, 0...EditRules.mostOfEach)

    /// - Throws: `TimetableError.invalid` naming the member.
    func draft() throws(TimetableError) -> LessonDraft {
        guard let subject = UUID(subject) else { throw .invalid(field: "subject") }
        guard let start = TimeOfDay(start) else { throw .invalid(field: "start") }
        guard let end = TimeOfDay(end), let span = TimeSpan(start, end) else { throw .invalid(field: "end") }
        guard let cycle = WeekCycle(rawValue: cycle) else { throw .invalid(field: "cycle") }
        guard let from = CivilDate(from) else { throw .invalid(field: "from") }
        guard let until = CivilDate(until) else { throw .invalid(field: "until") }
        return LessonDraft(
            subject: SubjectID(rawValue: subject),
            teachers: try LessonBody.identifiers(teachers, "teachers") { PersonID(rawValue: $0) },
            groups: try LessonBody.identifiers(groups, "groups") { GroupID(rawValue: $0) },
            rooms: try LessonBody.identifiers(rooms, "rooms") { RoomID(rawValue: $0) }, weekday: weekday, span: span,
            cycle: cycle, from: from, until: until)
    }

    static func identifiers<Identifier>(
        _ texts: [String], _ field: String, _ make: (UUID) -> Identifier
    ) throws(TimetableError) -> [Identifier] {
        var identifiers: [Identifier] = []
        for text in texts {
            guard let uuid = UUID(text) else { throw .invalid(field: field) }
            identifiers.append(make(uuid))
        }
        return identifiers
    }
}

/// A change as an editor sends it.
struct LessonChangeBody: Decodable {
    let kind: String
    let lesson: String?
    let date: String
    let newDate: String?
    let newStart: String?
    let newEnd: String?
    let rooms: [String]?
    let teachers: [String]?
    let groups: [String]?
    let subject: String?
    let publicNote: String?
    let privateReason: String?

    private enum CodingKeys: String, CodingKey {
        case kind, lesson, date, rooms, teachers, groups, subject
        case newDate = "new_date"
        case newStart = "new_start"
        case newEnd = "new_end"
        case publicNote = "public_note"
        case privateReason = "private_reason"
    }

    static let schema = Schema.named(
        "LessonChangeBody",
        .object([
            .required("kind", .enumeration(LessonChange.Kind.self)),
            .optional("lesson", .nullable(.uuid), "Every kind but exceptional."),
            .required("date", .date, "The day of the lesson."),
            .optional("new_date", .nullable(.date), "Moved: the day it goes to."),
            .optional("new_start", .nullable(.timeOfDay), "Moved and exceptional."),
            .optional("new_end", .nullable(.timeOfDay), "Moved and exceptional."),
            .optional("rooms", LessonBody.identifiers, "Empty keeps the lesson's own."),
            .optional("teachers", LessonBody.identifiers, "Who replaces, supervises, or takes the exceptional lesson."),
            .optional("groups", LessonBody.identifiers, "Exceptional."),
            .optional("subject", .nullable(.uuid), "Exceptional."),
            .optional(
                "public_note", .text(0...EditRules.longestNote), "What everybody reads; never why somebody is absent."),
            .optional("private_reason", .text(0...EditRules.longestNote), "For school life and the head only."),
        ]))

    /// - Throws: `TimetableError.invalid` naming the member.
    func draft() throws(TimetableError) -> LessonChangeDraft {
        guard let kind = LessonChange.Kind(rawValue: kind) else { throw .invalid(field: "kind") }
        guard let date = CivilDate(date) else { throw .invalid(field: "date") }
        var span: TimeSpan?
        if let newStart {
            guard let start = TimeOfDay(newStart) else { throw .invalid(field: "new_start") }
            guard let end = newEnd.flatMap({ TimeOfDay($0) }), let both = TimeSpan(start, end) else {
                throw .invalid(field: "new_end")
            }
            span = both
        }
        return LessonChangeDraft(
            kind: kind, lesson: try optional(lesson, "lesson").map { LessonID(rawValue: $0) }, date: date,
            newDate: newDate.flatMap { CivilDate($0) }, newSpan: span,
            rooms: try LessonBody.identifiers(rooms ?? [], "rooms") { RoomID(rawValue: $0) },
            teachers: try LessonBody.identifiers(teachers ?? [], "teachers") { PersonID(rawValue: $0) },
            groups: try LessonBody.identifiers(groups ?? [], "groups") { GroupID(rawValue: $0) },
            subject: try optional(subject, "subject").map { SubjectID(rawValue: $0) }, publicNote: publicNote ?? "",
            privateReason: privateReason ?? "")
    }

    private func optional(_ text: String?, _ field: String) throws(TimetableError) -> UUID? {
        guard let text else { return nil }
        guard let uuid = UUID(text) else { throw .invalid(field: field) }
        return uuid
    }
}
