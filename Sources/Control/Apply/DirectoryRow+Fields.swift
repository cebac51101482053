internal import Runtime
internal import Web

extension TerritoryRow {
    var fields: [(name: String, value: JSON)] {
        [
            ("kind", .string(kind)), ("code", .string(code)), ("name", .string(name)), ("title", .string(title)),
            ("region", .string(region)), ("parent", parent.map { .string($0) } ?? .null),
            ("time zone", .string(timeZone)), ("theme", theme), ("defaults", defaults),
            ("accessibility contact", .string(accessibilityContact)),
        ]
    }
}

extension HostRow {
    var fields: [(name: String, value: JSON)] {
        [("territory", .string(territory)), ("host", .string(host)), ("first", .bool(isPrimary))]
    }
}

extension DepartmentRow {
    var fields: [(name: String, value: JSON)] {
        [("name", .string(name)), ("academy", .string(academy)), ("zone", .string(zone))]
    }
}

extension CalendarRow {
    var fields: [(name: String, value: JSON)] { [("from", JSON.date(startsOn)), ("to", JSON.date(endsOn))] }
}

extension HolidayRow {
    var fields: [(name: String, value: JSON)] {
        [("kind", .string(kind)), ("name", .string(name)), ("from", JSON.date(startsOn)), ("to", JSON.date(endsOn))]
    }
}

extension TermRow {
    var fields: [(name: String, value: JSON)] {
        [("name", .string(name)), ("from", JSON.date(startsOn)), ("to", JSON.date(endsOn))]
    }
}

extension NewsRow {
    var fields: [(name: String, value: JSON)] {
        [
            ("text", .string(body)), ("from", .string(Timestamp.iso8601(microseconds: from))),
            ("until", until.map { .string(Timestamp.iso8601(microseconds: $0)) } ?? .null),
        ]
    }
}

extension RuleRow {
    var fields: [(name: String, value: JSON)] { document.members?.map { ($0.name, $0.value) } ?? [] }
}

extension QuotaRow {
    var fields: [(name: String, value: JSON)] { [("rate", .integer(rate)), ("ceil", .integer(ceil))] }
}

extension EstablishmentRow {
    var fields: [(name: String, value: JSON)] {
        [
            ("territory", .string(territory)), ("name", .string(name)), ("kind", .string(kind)),
            ("levels", .array(levels.map { .string($0) })), ("department", .string(department)),
            ("city", .string(city)), ("time zone", .string(timeZone)), ("zone", .string(zone)),
            ("invented", .bool(isInvented)),
        ] + look
    }

    /// Only what there is.
    private var look: [(name: String, value: JSON)] {
        var fields: [(name: String, value: JSON)] = []
        if let theme, theme != .null { fields.append(("theme", theme)) }
        if let hosts, !hosts.isEmpty { fields.append(("hosts", .array(hosts.map { .string($0) }))) }
        return fields
    }
}

extension DirectoryRow {
    /// The whole row, for the audit.
    var document: JSON { .object(fields.map { JSON.Member($0.name, $0.value) }) }

    /// What is not the same afterwards, groups of values one by one: `theme.accent`.
    func differences(to after: Self) -> [PlanItem.Detail] {
        PlanItem.Detail.differences(document, after.document, under: "")
    }
}
