package import Runtime
internal import Tenancy
package import Web

extension TimetableView: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.object("establishment") { writer in
                writer.field("uai", establishment.uai.rawValue)
                writer.field("name", establishment.name)
                writer.field("time_zone", establishment.timeZone.identifier)
            }
            writer.object("of") { writer in
                switch whose {
                case .pupil(let id): TimetableView.write("pupil", id.rawValue, name, &writer)
                case .teacher(let id): TimetableView.write("teacher", id.rawValue, name, &writer)
                case .group(let id): TimetableView.write("group", id.rawValue, name, &writer)
                case .room(let id): TimetableView.write("room", id.rawValue, name, &writer)
                }
            }
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
                TimetableView.named(id.rawValue, timetable.teachers[id] ?? "", &writer)
            }
            writer.array("groups", occurrence.groups) { writer, id in
                TimetableView.named(id.rawValue, timetable.groups[id]?.name ?? "", &writer)
            }
            writer.array("rooms", occurrence.rooms) { writer, id in
                TimetableView.named(id.rawValue, timetable.rooms[id] ?? "", &writer)
            }
            writer.field("note", occurrence.note)
            writer.field("counterpart", occurrence.counterpart)
        }
    }

    private static func write(_ kind: String, _ id: UUID, _ name: String, _ writer: inout JSONWriter) {
        writer.field("kind", kind)
        writer.field("id", id)
        writer.field("name", name)
    }

    private static func named(_ id: UUID, _ name: String, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id)
            writer.field("name", name)
        }
    }

    package static var schema: Schema {
        .named(
            "Timetable",
            .object([
                .required(
                    "establishment",
                    .object([
                        .required("uai", .uai), .required("name", .text()),
                        .required("time_zone", .text(), "IANA name; every time below is local to it."),
                    ])),
                .required(
                    "of",
                    .object([
                        .required("kind", .enumeration(["pupil", "teacher", "group", "room"])), .required("id", .uuid),
                        .required("name", .text()),
                    ]), "Whose timetable it is."),
                .required(
                    "weeks",
                    .array(
                        of: .object([
                            .required("monday", .date),
                            .required("kind", .nullable(.enumeration(WeekKind.self)), "A, B or no lessons."),
                        ]))),
                .required("closed_days", .array(of: .object([.required("date", .date), .required("label", .text())]))),
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
