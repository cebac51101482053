internal import Runtime
package import Tenancy
package import Web

/// The form in which rules are kept in the directory and sent to the admin service.
extension CalendarRule {
    private struct Document: Decodable {
        struct Hours: Decodable {
            let from: String
            let until: String
        }

        struct Message: Decodable {
            let fr: String
            let en: String?
        }

        let about: String?
        let enabled: Bool?
        let effect: String
        let roles: [String]
        let levels: [String]?
        let classes: [String]?
        let weekdays: [Int]?
        let hours: Hours
        let schoolDaysOnly: Bool?
        let from: String?
        let until: String?
        let exceptDays: [String]?
        let exceptAccounts: [String]?
        let share: Int?
        let priority: Int?
        let message: Message

        private enum CodingKeys: String, CodingKey {
            case about, enabled, effect, roles, levels, classes, weekdays, hours, from, until, share, priority, message
            case schoolDaysOnly = "school_days_only"
            case exceptDays = "except_days"
            case exceptAccounts = "except_accounts"
        }
    }

    /// What a document must look like; lengths and counts are bounded.
    package static let schema = Schema.named(
        "CalendarRule",
        .object([
            .optional("about", .text(0...500), "Why the rule is there."),
            .optional("enabled", .boolean, "One that is not is kept ready."),
            .required("effect", .enumeration(Effect.self)),
            .required(
                "roles", .array(of: .enumeration(Role.allCases.filter(\.isHeldInEstablishment).map(\.rawValue)), 1...6)),
            .optional("levels", .array(of: .text(1...20), 0...20), "Of the pupil, or of a guardian's children."),
            .optional("classes", .array(of: .text(1...60), 0...100), "Names of classes."),
            .optional("weekdays", .array(of: .integer(1...7), 1...7), "1 is Monday; every day when absent."),
            .required(
                "hours", .object([.required("from", .text(5...5)), .required("until", .text(5...5))]),
                "Local time, HH:MM; until 24:00. From later than until: ends on the next morning."),
            .optional("school_days_only", .boolean),
            .optional("from", .nullable(.date), "First day."), .optional("until", .nullable(.date), "Last day."),
            .optional("except_days", .array(of: .date, 0...400), "Days on which the rule sleeps."),
            .optional("except_accounts", .array(of: .uuid, 0...1000), "People whom the rule leaves alone."),
            .optional("share", .nullable(.integer(0...100)), "Per cent of the places, for the effect queue."),
            .optional("priority", .integer(-1000...1000), "Between rules that are equally specific; the greater wins."),
            .required(
                "message", .object([.required("fr", .text(1...500)), .optional("en", .nullable(.text(0...500)))])),
        ]))

    /// Nil for a document that is no rule: it is left out, and its row named in the log.
    package init?(scope: RuleScope, name: String, document: JSON) {
        guard CalendarRule.schema.violations(in: document).isEmpty, let read = try? document.decode(Document.self),
            let effect = Effect(rawValue: read.effect), let from = CalendarRule.minutes(read.hours.from),
            let until = CalendarRule.minutes(read.hours.until), from != until
        else { return nil }
        self.init(
            scope: scope, name: name, effect: effect, roles: Set(read.roles.compactMap(Role.init(rawValue:))),
            from: from, until: until, reason: Reason(french: read.message.fr, english: read.message.en))
        about = read.about ?? ""
        isEnabled = read.enabled ?? true
        levels = Set(read.levels ?? [])
        classes = Set(read.classes ?? [])
        if let weekdays = read.weekdays { self.weekdays = Set(weekdays) }
        onSchoolDaysOnly = read.schoolDaysOnly ?? false
        firstDay = read.from.flatMap { CivilDate($0) }
        lastDay = read.until.flatMap { CivilDate($0) }
        if let firstDay, let lastDay, lastDay < firstDay { return nil }
        exceptDays = Set((read.exceptDays ?? []).compactMap { CivilDate($0) })
        exceptAccounts = Set((read.exceptAccounts ?? []).compactMap { UUID($0) }.map(AccountID.init(rawValue:)))
        share = read.share
        priority = read.priority ?? 0
    }

    package var document: JSON {
        func texts(_ values: some Sequence<String>) -> JSON { .array(values.sorted().map { .string($0) }) }
        return [
            "about": .string(about), "effect": .string(effect.rawValue), "enabled": .bool(isEnabled),
            "roles": texts(roles.map(\.rawValue)), "levels": texts(levels), "classes": texts(classes),
            "weekdays": .array(weekdays.sorted().map { .integer($0) }),
            "hours": ["from": .string(CalendarRule.text(from)), "until": .string(CalendarRule.text(until))],
            "school_days_only": .bool(onSchoolDaysOnly),
            "from": firstDay.map { .string($0.description) } ?? .null,
            "until": lastDay.map { .string($0.description) } ?? .null,
            "except_days": texts(exceptDays.map(\.description)),
            "except_accounts": texts(exceptAccounts.map(\.description)),
            "share": share.map { .integer($0) } ?? .null, "priority": .integer(priority),
            "message": ["fr": .string(reason.french), "en": reason.english.map { .string($0) } ?? .null],
        ]
    }

    /// `HH:MM`, `24:00` included.
    package static func minutes(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), let hour = Int(text.prefix(2)),
            let minute = Int(text.suffix(2)), (0...24).contains(hour), (0...59).contains(minute),
            hour < 24 || minute == 0
        else { return nil }
        return hour * 60 + minute
    }

    package static func text(_ minutes: Int) -> String {
        let (hour, minute) = (minutes / 60, minutes % 60)
        return (hour < 10 ? "0\(hour)" : "\(hour)") + (minute < 10 ? ":0\(minute)" : ":\(minute)")
    }
}
