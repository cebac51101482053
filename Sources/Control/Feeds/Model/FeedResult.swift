package import Web

/// What an import does or did, in numbers: the answer that programs read.
package struct FeedResult: Sendable, JSONRepresentable {
    package struct Counts: Sendable, Equatable, JSONRepresentable {
        package var added = 0
        package var changed = 0
        package var disappeared = 0
        package var rejected = 0
        /// Of those added or changed: people who were gone and are back.
        package var returned = 0

        package init() {}

        package func write(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.field("added", added)
                writer.field("changed", changed)
                writer.field("disappeared", disappeared)
                writer.field("rejected", rejected)
                writer.field("returned", returned)
            }
        }

        package static let schema = Schema.object([
            .required("added", .integer()), .required("changed", .integer()), .required("disappeared", .integer()),
            .required("rejected", .integer()), .required("returned", .integer()),
        ])
    }

    /// What happens in one establishment, as people read it.
    package struct Place: Sendable, JSONRepresentable {
        package let uai: String
        package let name: String
        package let isNew: Bool
        /// By class, and by role for those without one.
        package var arrivals: [(group: String, count: Int)] = []
        package var changes: [(group: String, count: Int)] = []
        package var departures: [(group: String, count: Int)] = []

        package init(uai: String, name: String, isNew: Bool) {
            self.uai = uai
            self.name = name
            self.isNew = isNew
        }

        package func write(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.field("uai", uai)
                writer.field("name", name)
                writer.field("is_new", isNew)
                Self.write("arrivals", arrivals, to: &writer)
                Self.write("changes", changes, to: &writer)
                Self.write("departures", departures, to: &writer)
            }
        }

        private static func write(
            _ name: StaticString, _ groups: [(group: String, count: Int)], to writer: inout JSONWriter
        ) {
            writer.array(name, groups) { writer, group in
                writer.object { writer in
                    writer.field("group", group.group)
                    writer.field("count", group.count)
                }
            }
        }

        private static let groups = Schema.array(
            of: .object([.required("group", .text()), .required("count", .integer())]))

        package static let schema = Schema.object([
            .required("uai", .text()), .required("name", .text()), .required("is_new", .boolean),
            .required("arrivals", groups), .required("changes", groups), .required("departures", groups),
        ])
    }

    package var pupils = Counts()
    package var guardians = Counts()
    /// Around a pupil without rights over them: no account.
    package var contacts = Counts()
    package var staff = Counts()
    package var establishments = Counts()
    package var anomalies: [FeedAnomaly] = []
    package var alarms: [FeedGuard.Alarm] = []
    /// The first few hundred establishments where something happens.
    package var plan: [Place] = []

    package static let mostPlaces = 300

    package init() {}

    /// Nothing comes, changes or goes.
    package var isEmpty: Bool {
        [pupils, guardians, contacts, staff, establishments].allSatisfy {
            $0.added == 0 && $0.changed == 0 && $0.disappeared == 0
        }
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("pupils", pupils)
            writer.field("guardians", guardians)
            writer.field("contacts", contacts)
            writer.field("staff", staff)
            writer.field("establishments", establishments)
            writer.field("anomalies", anomalies)
            writer.field("guards", alarms)
            writer.field("plan", plan)
        }
    }

    package static let schema = Schema.object([
        .required("pupils", Counts.schema), .required("guardians", Counts.schema),
        .required("contacts", Counts.schema), .required("staff", Counts.schema),
        .required("establishments", Counts.schema), .required("anomalies", .array(of: FeedAnomaly.schema)),
        .required("guards", .array(of: FeedGuard.Alarm.schema)), .required("plan", .array(of: Place.schema)),
    ])
}
