internal import Runtime
internal import Tenancy
internal import YAML

extension YAMLShape where Value == [SchoolCalendar] {
    /// `calendar.yaml`: one calendar a school year and zone.
    static var calendars: YAMLShape {
        .keys("a calendar (years)") { keys in
            keys.required("years", .table(key: .schoolYear, of: .zones))
                .map { years in
                    years.flatMap { year in
                        year.value.map { zone in zone.value.calendar(of: year.key.value, zone: zone.key.value) }
                    }
                }
        }
    }
}

/// What stands under a zone's name.
private struct ZoneDays {
    let days: ClosedRange<CivilDate>
    let holidays: [SchoolCalendar.Holiday]
    let terms: [SchoolCalendar.Term]

    func calendar(of year: SchoolYear, zone: String) -> SchoolCalendar {
        SchoolCalendar(schoolYear: year, zone: zone, days: days, holidays: holidays, terms: terms)
    }
}

/// A line of a list of days.
private struct NamedDays {
    let name: String
    let days: ClosedRange<CivilDate>
}

extension YAMLShape where Value == SchoolYear {
    fileprivate static var schoolYear: YAMLShape {
        scalar("a school year such as 2026-2027") { text in
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, let first = Int(parts[0]), let second = Int(parts[1]), second == first + 1,
                (2000...2200).contains(first)
            else { return nil }
            return SchoolYear(rawValue: Int16(first))
        }
    }
}

extension YAMLShape where Value == [(key: YAMLPlaced<String>, value: ZoneDays)] {
    fileprivate static var zones: YAMLShape {
        .keys("a school year (zones)") { keys in
            guard let zones = keys.required("zones", .table(key: .line(upTo: 40), of: .zone)) else { return nil }
            if zones.isEmpty { keys.reject("zones", "expected at least one zone") }
            return zones
        }
    }
}

extension YAMLShape where Value == ZoneDays {
    fileprivate static var zone: YAMLShape {
        .keys("a zone's days (from, to, holidays, bridges, public_holidays, terms)") { keys in
            let from = keys.required("from", .date)
            let to = keys.required("to", .date)
            let holidays = keys.required("holidays", .list(of: .namedDays))
            let bridges = keys.optional("bridges", .list(of: .namedDays), default: [])
            let calendar = keys.required("public_holidays", YAMLShape<PublicHolidays>.word)
            let terms = keys.optional("terms", .list(of: .namedDays, atMost: 4), default: [])
            guard let from, let to, let holidays, let calendar else { return nil }
            guard from < to else {
                keys.reject("to", "the last day, \(to), is not after the first, \(from)")
                return nil
            }
            check(holidays + bridges, "holidays", in: keys)
            check(terms, "terms", in: keys)
            if let term = terms.first(where: { $0.days.lowerBound < from || $0.days.upperBound > to }) {
                keys.reject("terms", "“\(term.name)” leaves the school year, \(from) to \(to)")
            }
            let written =
                holidays.map { SchoolCalendar.Holiday(name: $0.name, kind: .holiday, days: $0.days) }
                + bridges.map { SchoolCalendar.Holiday(name: $0.name, kind: .bridge, days: $0.days) }
            let end = written.map(\.days.upperBound).max().map { max($0, to) } ?? to
            // A public holiday within the holidays closes nothing more.
            let computed = calendar.days(in: from...end)
                .filter { day in !written.contains { $0.days.contains(day.date) } }
                .map { SchoolCalendar.Holiday(name: $0.name, kind: .publicHoliday, days: $0.date...$0.date) }
            return ZoneDays(
                days: from...to, holidays: written + computed,
                terms: terms.enumerated().map {
                    SchoolCalendar.Term(number: $0 + 1, name: $1.name, days: $1.days)
                })
        }
    }

    private static func check(_ lines: [NamedDays], _ key: String, in keys: YAMLKeys) {
        let sorted = lines.sorted { $0.days.lowerBound < $1.days.lowerBound }
        for (line, next) in zip(sorted, sorted.dropFirst()) where next.days.lowerBound <= line.days.upperBound {
            keys.reject(
                key,
                "“\(next.name)” begins on \(next.days.lowerBound), within “\(line.name)” (to \(line.days.upperBound))")
        }
    }
}

extension YAMLShape where Value == NamedDays {
    fileprivate static var namedDays: YAMLShape {
        .keys("days with a name (name, from, to)") { keys in
            let name = keys.required("name", .line(upTo: 100))
            let from = keys.required("from", .date)
            let to = keys.optional("to", .date) ?? from
            guard let name, let from, let to else { return nil }
            guard from <= to else {
                keys.reject("to", "the last day, \(to), is before the first, \(from)")
                return nil
            }
            return NamedDays(name: name, days: from...to)
        }
    }
}
