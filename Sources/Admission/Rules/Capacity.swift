package import Tenancy
package import Web

/// How many people at once in a scope, and who goes first when there are more.
package struct Capacity: Sendable, Hashable {
    package struct Reserve: Sendable, Hashable {
        package let role: Role
        /// Places that nobody else takes.
        package let places: Int
    }

    package let scope: RuleScope
    package let places: Int
    /// Per cent by role, as declared.
    package let reserved: [Role: Int]
    /// Who is let in first; roles that are not named come after.
    package let priority: [Role]
    /// New sessions a second, however they come in; nil for the platform: as many passwords as the nodes can check.
    package let perSecond: Int?

    package init(
        scope: RuleScope, places: Int, reserved: [Role: Int] = [:], priority: [Role] = [], perSecond: Int? = nil
    ) {
        self.scope = scope
        self.places = places
        self.reserved = reserved
        self.priority = priority
        self.perSecond = perSecond
    }

    /// The same with no more places than these.
    func atMost(_ most: Int) -> Capacity {
        Capacity(
            scope: scope, places: min(places, most), reserved: reserved, priority: priority, perSecond: perSecond)
    }

    /// Where nobody declared a cap and the nodes say how many they carry: a part is for pupils and teachers only.
    static func ofPlatform(_ places: Int) -> Capacity {
        Capacity(scope: .platform, places: places, reserved: [.pupil: 10, .teacher: 5])
    }

    package static let schema = Schema.named(
        "Capacity",
        .object([
            .optional("about", .text(0...500)),
            .required("sessions", .integer(0...10_000_000), "People at once."),
            .optional(
                "reserved", .map(of: .integer(1...100)), "Per cent of the places, by role, that nobody else takes."),
            .optional("priority", .array(of: .enumeration(Role.self), 0...9), "Who is let in first."),
            .optional("per_second", .nullable(.integer(1...100_000)), "New sessions a second."),
        ]))

    /// Nil for a document that is none.
    package init?(scope: RuleScope, document: JSON) {
        guard Capacity.schema.violations(in: document).isEmpty, let places = document["sessions"]?.integer else {
            return nil
        }
        var reserved: [Role: Int] = [:]
        for member in document["reserved"]?.members ?? [] {
            guard let role = Role(rawValue: member.name), let percent = member.value.integer else { return nil }
            reserved[role] = percent
        }
        guard reserved.values.reduce(0, +) <= 100 else { return nil }
        self.init(
            scope: scope, places: places, reserved: reserved,
            priority: (document["priority"]?.elements ?? []).compactMap { $0.text.flatMap(Role.init(rawValue:)) },
            perSecond: document["per_second"]?.integer)
    }

    package var document: JSON {
        [
            "sessions": .integer(places),
            "reserved": .object(
                reserved.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                    JSON.Member($0.key.rawValue, .integer($0.value))
                }),
            "priority": .array(priority.map { .string($0.rawValue) }),
            "per_second": perSecond.map { .integer($0) } ?? .null,
        ]
    }
}
