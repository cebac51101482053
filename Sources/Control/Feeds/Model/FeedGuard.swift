package import Web

/// When an import removes so much that somebody has to agree: pure.
package struct FeedGuard: Sendable {
    /// Percent of a class, and how many people at least.
    package var ofClass = (percent: 30, atLeast: 3)
    /// Of everybody with a profile in an establishment.
    package var ofProfile = (percent: 15, atLeast: 5)

    package init() {}

    /// Leaving people of one group, and how many there are.
    package struct Group: Sendable {
        package let uai: String
        package let role: String
        /// Empty: everybody of the role in the establishment.
        package let klass: String
        package let leaving: Int
        package let present: Int

        package init(uai: String, role: String, klass: String, leaving: Int, present: Int) {
            self.uai = uai
            self.role = role
            self.klass = klass
            self.leaving = leaving
            self.present = present
        }
    }

    package struct Alarm: Sendable, Equatable, JSONRepresentable {
        /// Empty: wherever the import takes somebody away.
        package let uai: String
        package let role: String
        package let klass: String
        package let leaving: Int
        package let present: Int
        /// Records about such people of which nobody can tell whose they are: any of those who leave may be meant.
        package let withoutKey: Int

        package init(uai: String, role: String, klass: String, leaving: Int, present: Int, withoutKey: Int = 0) {
            self.uai = uai
            self.role = role
            self.klass = klass
            self.leaving = leaving
            self.present = present
            self.withoutKey = withoutKey
        }

        package var message: String {
            if withoutKey > 0 {
                return
                    "\(withoutKey) records of kind \(role) do not tell whom they are about, and \(leaving) of \(present) would leave"
            }
            let who = klass.isEmpty ? "of the profile \(role)" : "of the class \(klass)"
            return "\(uai): \(leaving) of \(present) \(who) would leave"
        }

        package func write(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.field("uai", uai)
                writer.field("role", role)
                writer.field("class", klass.isEmpty ? nil : klass)
                writer.field("leaving", leaving)
                writer.field("present", present)
                if withoutKey > 0 { writer.field("records_without_key", withoutKey) }
            }
        }

        package static let schema = Schema.object([
            .required("uai", .text()), .required("role", .text()), .required("class", .nullable(.text())),
            .required("leaving", .integer()), .required("present", .integer()),
            .optional("records_without_key", .integer()),
        ])
    }

    /// Somebody has to look where nobody can tell whose the records are that were left out, and people leave.
    /// - Parameter withoutKey: how many, by whom they are about.
    package func alarms(_ groups: [Group], withoutKey: [FeedKind: Int]) -> [Alarm] {
        FeedKind.allCases.compactMap { kind in
            let own = groups.filter { $0.klass.isEmpty && $0.role != "contact" && FeedGuard.kind(of: $0.role) == kind }
            let leaving = own.reduce(0) { $0 + $1.leaving }
            guard let count = withoutKey[kind], count > 0, leaving > 0 else { return nil }
            return Alarm(
                uai: "", role: kind.rawValue, klass: "", leaving: leaving,
                present: own.reduce(0) { $0 + $1.present }, withoutKey: count)
        }
    }

    private static func kind(of role: String) -> FeedKind { FeedKind(rawValue: role) ?? .staff }

    package func alarms(_ groups: [Group]) -> [Alarm] {
        groups.filter { group in
            let limit = group.klass.isEmpty ? ofProfile : ofClass
            return group.role != "contact" && group.leaving >= limit.atLeast
                && group.leaving * 100 > group.present * limit.percent
        }.map {
            Alarm(uai: $0.uai, role: $0.role, klass: $0.klass, leaving: $0.leaving, present: $0.present)
        }
    }
}
