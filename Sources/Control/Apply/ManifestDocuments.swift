internal import Runtime
internal import Tenancy
internal import Web

/// The parts of manifests that the directory keeps as JSON.
extension Theme {
    var document: JSON {
        JSON.document([
            ("colour", .string(colour.rawValue)), ("on_colour", .string(onColour.rawValue)),
            ("accent", .string(accent.rawValue)), ("accent_on_dark", .string(accentOnDark.rawValue)),
        ])
    }
}

extension EstablishmentLook.Colours {
    /// Null for the territory's.
    var document: JSON {
        switch self {
        case .territory: .null
        case .own(let theme): theme.document
        }
    }
}

extension EstablishmentDefaults {
    func document(shards: ShardPolicy) -> JSON {
        JSON.document([
            ("kind", .string(kind.rawValue)), ("levels", .array(levels.map { .string($0.rawValue) })),
            ("shards", shards.among.map { .array($0.map { .integer(Int($0.rawValue)) }) } ?? "any"),
        ])
    }
}

extension WindowRule {
    var document: JSON {
        JSON.document([
            ("about", .string(about)), ("enabled", .bool(isEnabled)), ("effect", .string(effect.rawValue)),
            ("roles", .array(roles.map { .string($0.rawValue) })),
            ("levels", .array(levels.map { .string($0.rawValue) })), ("classes", .array(classes.map { .string($0) })),
            ("except_days", .array(exceptDays.map { .string($0.description) })),
            ("share", share.map { .integer($0) } ?? .null), ("priority", .integer(priority)),
            ("weekdays", .array(weekdays.map { .integer($0) })),
            (
                "hours",
                JSON.document([
                    ("from", .string(DayHours.text(hours.from))), ("until", .string(DayHours.text(hours.until))),
                ])
            ),
            ("school_days_only", .bool(onSchoolDaysOnly)), ("from", JSON.date(from)), ("until", JSON.date(until)),
            ("message", message.document),
        ])
    }
}

extension AdmissionRule {
    var document: JSON {
        JSON.document([
            ("about", .string(about)), ("sessions", .integer(sessions)),
            ("reserved", JSON.document(reserved.map { ($0.role.rawValue, .integer($0.percent)) })),
            ("priority", .array(priority.map { .string($0.rawValue) })),
            ("per_second", perSecond.map { .integer($0) } ?? .null),
        ])
    }
}

extension Sentence {
    var document: JSON { JSON.document([("fr", .string(french)), ("en", english.map { .string($0) } ?? .null)]) }
}

extension JSON {
    /// An object whose members stand in the order of their names, so that equal documents are equal values.
    static func document(_ members: [(String, JSON)]) -> JSON {
        .object(members.sorted { $0.0 < $1.0 }.map { Member($0.0, $0.1) })
    }

    static func date(_ date: CivilDate?) -> JSON { date.map { .string($0.description) } ?? .null }

    /// The same value with every object's members in the order of their names; PostgreSQL has an order of its own.
    var ordered: JSON {
        switch self {
        case .object(let members): JSON.document(members.map { ($0.name, $0.value.ordered) })
        case .array(let elements): .array(elements.map(\.ordered))
        default: self
        }
    }

    /// Nil for null.
    var orNil: JSON? { self == .null ? nil : self }
}
