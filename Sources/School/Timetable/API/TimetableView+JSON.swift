package import Runtime
internal import Tenancy
package import Web

extension TimetableView: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            head.write(to: &writer)
            writer.write(members: renderedJSON(sharedMembers))
        }
    }

    /// What everybody with the same lessons reads.
    private func sharedMembers() -> [UInt8] {
        let occurrences = occurrences
        var writer = JSONWriter(capacity: 700 * occurrences.count + 512)
        writer.object { writer in
            writer.key("weeks")
            writer.array { writer in
                var monday = days.lowerBound.monday
                while monday <= days.upperBound {
                    writer.object { writer in
                        writer.field("monday", monday)
                        writer.field("kind", timetable.calendar.kind(of: monday)?.rawValue)
                    }
                    monday = monday + 7
                }
            }
            writer.key("closed_days")
            writer.array { writer in
                for (day, label) in closedDays {
                    writer.object { writer in
                        writer.field("date", day)
                        writer.field("label", label)
                    }
                }
            }
            writer.array("lessons", occurrences) { writer, occurrence in write(occurrence, &writer) }
        }
        // Without the braces.
        return Array(writer.bytes.dropFirst().dropLast())
    }

    private var head: ViewHead {
        let (kind, id) =
            switch whose {
            case .pupil(let id): ("pupil", id.rawValue)
            case .teacher(let id): ("teacher", id.rawValue)
            case .group(let id): ("group", id.rawValue)
            case .room(let id): ("room", id.rawValue)
            }
        return ViewHead(establishment: establishment, kind: kind, id: id, name: name)
    }

    /// The closed days of the span, in order.
    package var closedDays: [(CivilDate, String)] {
        var closed: [(CivilDate, String)] = []
        var date = days.lowerBound
        while date <= days.upperBound {
            if let label = timetable.closedDays[date] { closed.append((date, label)) }
            date = date + 1
        }
        return closed
    }

    private func write(_ occurrence: Occurrence, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("date", occurrence.date)
            writer.field("start", occurrence.span.start.description)
            writer.field("end", occurrence.span.end.description)
            writer.field("status", occurrence.status.rawValue)
            writer.field("lesson", occurrence.lesson?.rawValue)
            writer.field("change", occurrence.change?.rawValue)
            if let id = occurrence.subject, let subject = timetable.subjects[id] {
                writer.object("subject") { writer in
                    writer.field("id", id.rawValue)
                    writer.field("name", subject.name)
                    writer.field("short", subject.short)
                }
            } else {
                writer.key("subject")
                writer.null()
            }
            writer.array("teachers", occurrence.teachers) { writer, id in
                writer.named(id.rawValue, timetable.teachers[id] ?? "")
            }
            writer.array("groups", occurrence.groups) { writer, id in
                writer.named(id.rawValue, timetable.groups[id]?.name ?? "")
            }
            writer.array("rooms", occurrence.rooms) { writer, id in
                writer.named(id.rawValue, timetable.rooms[id] ?? "")
            }
            writer.field("note", occurrence.note)
            writer.field("counterpart", occurrence.counterpart)
        }
    }

    package static var schema: Schema {
        .named(
            "Timetable",
            .object(
                ViewHead.properties(kinds: ["pupil", "teacher", "group", "room"]) + [
                    .required(
                        "weeks",
                        .array(
                            of: .object([
                                .required("monday", .date),
                                .required("kind", .nullable(.enumeration(WeekKind.self)), "A, B or no lessons."),
                            ]))),
                    .required(
                        "closed_days", .array(of: .object([.required("date", .date), .required("label", .text())]))),
                    .required("lessons", .array(of: lessonSchema), "By day and time."),
                ]))
    }

    private static var lessonSchema: Schema {
        let named = Schema.named("Named", .object([.required("id", .uuid), .required("name", .text())]))
        return .named(
            "LessonOnADay",
            .object([
                .required("date", .date), .required("start", .timeOfDay), .required("end", .timeOfDay),
                .required("status", .enumeration(Occurrence.Status.self)),
                .required("lesson", .nullable(.uuid), "Null for a lesson that takes place once."),
                .required("change", .nullable(.uuid), "Null when all is as planned."),
                .required(
                    "subject",
                    .nullable(
                        .object([.required("id", .uuid), .required("name", .text()), .required("short", .text())]))),
                .required("teachers", .array(of: named)), .required("groups", .array(of: named)),
                .required("rooms", .array(of: named)), .required("note", .text()),
                .required(
                    "counterpart", .nullable(.date), "For moved_away the day it goes to, for moved the day it was on."),
            ]))
    }
}
