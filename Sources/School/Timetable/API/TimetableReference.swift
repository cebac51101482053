internal import Runtime
internal import Tenancy
package import Web

/// What an editor of the timetable chooses from.
package struct TimetableReference: JSONRepresentable {
    private let timetable: Timetable

    package init(_ timetable: Timetable) { self.timetable = timetable }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("school_year", timetable.year.rawValue)
            writer.field("version", timetable.version)
            writer.array("periods", timetable.periods) { writer, period in
                writer.object { writer in
                    writer.field("label", period.label)
                    writer.field("start", period.span.start.description)
                    writer.field("end", period.span.end.description)
                }
            }
            writer.array("weeks", timetable.calendar.weeks) { writer, week in
                writer.object { writer in
                    writer.field("monday", week.monday)
                    writer.field("kind", week.kind.rawValue)
                }
            }
            write("subjects", timetable.subjects.map { ($0.key.rawValue, $0.value.name) }, &writer)
            write("groups", timetable.groups.map { ($0.key.rawValue, $0.value.name) }, &writer)
            write("teachers", timetable.teachers.map { ($0.key.rawValue, $0.value) }, &writer)
            write("rooms", timetable.rooms.map { ($0.key.rawValue, $0.value) }, &writer)
        }
    }

    private func write(_ name: StaticString, _ items: [(id: UUID, name: String)], _ writer: inout JSONWriter) {
        writer.array(name, items.sorted { ($0.name, $0.id) < ($1.name, $1.id) }) { writer, item in
            writer.object { writer in
                writer.field("id", item.id)
                writer.field("name", item.name)
            }
        }
    }

    package static var schema: Schema {
        let named = Schema.array(of: .named("Named", .object([.required("id", .uuid), .required("name", .text())])))
        return .named(
            "TimetableReference",
            .object([
                .required("school_year", .integer(2000...2200), "The year of its September."),
                .required("version", .integer(), "Raised by every change of the timetable."),
                .required(
                    "periods",
                    .array(
                        of: .object([
                            .required("label", .text()), .required("start", .timeOfDay), .required("end", .timeOfDay),
                        ]))),
                .required(
                    "weeks",
                    .array(of: .object([.required("monday", .date), .required("kind", .enumeration(WeekKind.self))]))),
                .required("subjects", named), .required("groups", named), .required("teachers", named),
                .required("rooms", named),
            ]))
    }
}
