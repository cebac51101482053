internal import Runtime
internal import Tenancy
internal import Web

/// A recurring lesson as editors read it, with what it collides with.
struct LessonAnswer: JSONRepresentable {
    let lesson: Lesson
    let conflicts: [Conflict]
    let timetable: Timetable

    init(_ lesson: Lesson, in timetable: Timetable) {
        self.lesson = lesson
        self.timetable = timetable
        conflicts = ConflictRules.conflicts(of: lesson, in: timetable)
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", lesson.id.rawValue)
            writer.field("revision", lesson.revision)
            writer.field("subject", lesson.subject.rawValue)
            writer.field("teachers", lesson.teachers.map(\.rawValue))
            writer.field("groups", lesson.groups.map(\.rawValue))
            writer.field("rooms", lesson.rooms.map(\.rawValue))
            writer.field("weekday", lesson.weekday)
            writer.field("start", lesson.span.start.description)
            writer.field("end", lesson.span.end.description)
            writer.field("cycle", lesson.cycle.rawValue)
            writer.field("from", lesson.from)
            writer.field("until", lesson.until)
            writer.array("conflicts", conflicts) { writer, conflict in
                writer.object { writer in
                    switch conflict.resource {
                    case .teacher(let id): LessonAnswer.write("teacher", id.rawValue, timetable.teachers[id], &writer)
                    case .group(let id): LessonAnswer.write("group", id.rawValue, timetable.groups[id]?.name, &writer)
                    case .room(let id): LessonAnswer.write("room", id.rawValue, timetable.rooms[id], &writer)
                    }
                    writer.field("lesson", conflict.lesson.rawValue)
                    writer.field("date", conflict.date)
                }
            }
        }
    }

    private static func write(_ kind: String, _ id: UUID, _ name: String?, _ writer: inout JSONWriter) {
        writer.field("kind", kind)
        writer.field("id", id)
        writer.field("name", name ?? "")
    }

    static var schema: Schema {
        let identifiers = Schema.array(of: .uuid)
        return .named(
            "Lesson",
            .object([
                .required("id", .uuid), .required("revision", .integer(1...Int.max), "Also in the ETag."),
                .required("subject", .uuid), .required("teachers", identifiers), .required("groups", identifiers),
                .required("rooms", identifiers), .required("weekday", .integer(1...7)), .required("start", .timeOfDay),
                .required("end", .timeOfDay), .required("cycle", .enumeration(WeekCycle.self)),
                .required("from", .date),
                .required("until", .date),
                .required(
                    "conflicts",
                    .array(
                        of: .object([
                            .required("kind", .enumeration(["teacher", "group", "room"])), .required("id", .uuid),
                            .required("name", .text()), .required("lesson", .uuid, "The other lesson."),
                            .required("date", .date, "The first day on which both take place."),
                        ])), "Warnings: who or what is wanted twice at that time."),
            ]))
    }
}
