import Admission
import Postgres
import Runtime
import Testing
import Web

@testable import Control
@testable import Tenancy

/// The rules that the territories really used, as the repository ships them, put in force.
@Suite struct RealRulesTests {
    private let set: ManifestSet

    init() throws { set = try ManifestFixtures.repository() }

    private struct Shipped {
        let book: RuleBook
        let place: RulePlace
    }

    /// The rules of a territory, enabled, and its first establishment.
    private func shipped(_ id: String) throws -> Shipped {
        let manifest = try #require(set.territories.first { $0.id.rawValue == id })
        let rows = DirectoryRows(set)
        let rules = try rows.rules.filter { $0.territory == id && $0.kind == "window" }.map { row in
            let scope = try #require(RuleScope(kind: row.scopeKind, name: row.scope))
            var rule = try #require(CalendarRule(scope: scope, name: row.name, document: row.document))
            #expect(!rule.isEnabled, "what keeps people out is kept ready, not in force")
            rule.isEnabled = true
            return rule
        }
        let first = try #require(manifest.establishments.first)
        let establishment = Establishment(
            id: EstablishmentID(rawValue: 1), uai: first.uai, territory: manifest.id, name: first.name,
            kind: first.kind,
            levels: first.levels.map(\.rawValue), department: first.department, city: first.city,
            timeZone: first.timeZone, zone: first.zone, placement: nil, state: .active, isInvented: true)
        let territory = Territory(
            id: manifest.id, kind: manifest.identity.kind, parent: nil, code: manifest.identity.code,
            name: manifest.identity.name, title: manifest.identity.title, region: "", departments: [],
            timeZone: manifest.identity.timeZone, hosts: [], theme: .init("{}"), calendars: manifest.calendars, news: []
        )
        return Shipped(
            book: RuleBook(version: 1, rules: rules, capacities: []),
            place: RulePlace(establishment, Territories(version: 1, all: [territory])))
    }

    private func isOpen(_ shipped: Shipped, _ role: Role, _ level: String?, _ day: String, _ time: String) throws
        -> Bool
    {
        let minute = try #require(CalendarRule.minutes(time))
        let date = try #require(CivilDate(day))
        let subject = RuleSubject(
            role: role, account: .new(), groups: level.map { [SchoolGroup(level: $0, name: "A")] } ?? [])
        return shipped.book.verdict(
            for: subject, in: shipped.place,
            at: shipped.place.establishment.timeZone.microseconds(of: date, minute: minute)
        ).isOpen
    }

    /// Lycées: parents could not connect from 8:00 to 18:00.
    @Test func auvergneRhoneAlpesKeepsParentsForTheEvening() throws {
        let region = try shipped("auvergne-rhone-alpes")
        for (time, guardian) in [
            ("07:59", true), ("08:00", false), ("12:00", false), ("17:59", false), ("18:00", true),
        ] {
            #expect(try isOpen(region, .guardian, nil, "2026-11-30", time) == guardian, "\(time)")
            for role in [Role.pupil, .teacher, .schoolLife, .head, .staff] {
                #expect(try isOpen(region, role, nil, "2026-11-30", time), "\(role) \(time)")
            }
        }
        // A Sunday, Christmas, and All Saints' holidays.
        for day in ["2026-11-29", "2026-12-25", "2026-10-20"] {
            #expect(try isOpen(region, .guardian, nil, day, "12:00"), "\(day)")
        }
        #expect(region.place.scopes.count == 4)
    }

    /// Collèges: four slots by level, which do not overlap.
    @Test func eureStaggersItsLevels() throws {
        let eure = try shipped("eure")
        let slots = [
            ("6e", "08:30", "10:30"), ("5e", "10:45", "12:45"), ("4e", "13:30", "15:30"), ("3e", "15:35", "18:00"),
        ]
        for (level, from, until) in slots {
            let first = try #require(CalendarRule.minutes(from))
            let last = try #require(CalendarRule.minutes(until))
            for minute in stride(from: 0, to: 1440, by: 5) {
                let expected = first <= minute && minute < last
                #expect(
                    try isOpen(eure, .pupil, level, "2026-11-30", CalendarRule.text(minute)) == expected,
                    "\(level) \(CalendarRule.text(minute))")
            }
            #expect(try isOpen(eure, .pupil, level, "2026-12-25", "03:00"))
        }
        #expect(try isOpen(eure, .teacher, nil, "2026-11-30", "12:50"))
        // A pupil without a class is refused nothing.
        #expect(try isOpen(eure, .pupil, nil, "2026-11-30", "12:50"))
    }

    @Test func nobodyElseKeepsAnybodyOut() throws {
        for id in ["seine-et-marne", "hauts-de-seine", "centre-val-de-loire", "grand-est"] {
            #expect(try shipped(id).book.isSilent, "\(id)")
        }
    }

    @Test func theCapsOfTheTimeAreRead() throws {
        let caps = DirectoryRows(set).rules.filter { $0.kind == "admission" }.compactMap { row in
            RuleScope(kind: row.scopeKind, name: row.scope).flatMap { Capacity(scope: $0, document: row.document) }
        }
        #expect(
            Dictionary(uniqueKeysWithValues: caps.map { ($0.scope.name, $0.places) }) == [
                "auvergne-rhone-alpes": 52_000, "eure": 15_000, "seine-et-marne": 51_000,
            ])
        #expect(caps.allSatisfy { $0.priority.first == .pupil })
    }
}
