import Quotas
import Runtime
import Tenancy
import Testing
import YAML

@testable import Control

/// The territories that the repository ships.
@Suite struct TerritoriesTests {
    private let set: ManifestSet

    init() throws { set = try ManifestFixtures.repository() }

    private func territory(_ id: String) throws -> TerritoryManifest {
        try #require(set.territories.first { $0.id.rawValue == id })
    }

    @Test func theSixAreThere() {
        #expect(
            set.territories.map(\.id.rawValue) == [
                "auvergne-rhone-alpes", "centre-val-de-loire", "eure", "grand-est", "hauts-de-seine", "seine-et-marne",
            ])
    }

    @Test func everyEstablishmentIsInventedAndSaysSo() {
        let establishments = set.territories.flatMap(\.establishments)
        #expect(establishments.filter { !$0.isInvented }.isEmpty)
        #expect(Set(establishments.map(\.uai)).count == establishments.count)
        #expect(establishments.filter { !$0.uai.hasValidLetter }.isEmpty)
    }

    @Test func theRealNumberWhereItIsKnown() throws {
        #expect(try territory("auvergne-rhone-alpes").establishments.count == 308)
        let first = try territory("seine-et-marne").establishments.first
        #expect(first?.uai.rawValue == "0770001H")
        #expect(set.territories.map(\.establishments.count).min() == 16)
    }

    @Test(arguments: [
        ("seine-et-marne", ["C"], "2027-02-06"), ("hauts-de-seine", ["C"], "2027-02-06"),
        ("auvergne-rhone-alpes", ["A"], "2027-02-13"), ("centre-val-de-loire", ["B"], "2027-02-20"),
        ("grand-est", ["B", "B-alsace-moselle"], "2027-02-20"), ("eure", ["B"], "2027-02-20"),
    ])
    func zonesAreTheAcademies(id: String, zones: [String], winter: String) throws {
        let territory = try territory(id)
        #expect(territory.calendars.map(\.zone) == zones)
        for calendar in territory.calendars {
            let holiday = try #require(calendar.holidays.first { $0.name == "Vacances d'hiver" })
            #expect(holiday.days.lowerBound.description == winter)
            // French holidays begin on a Saturday and end on a Sunday.
            for holiday in calendar.holidays where holiday.kind == .holiday && holiday.name != "Vacances d'été" {
                #expect(holiday.days.lowerBound.weekday == 6, "\(holiday.name)")
                #expect(holiday.days.upperBound.weekday == 7, "\(holiday.name)")
            }
            #expect(calendar.terms.count == 3)
        }
    }

    @Test func threeDepartmentsOfGrandEstHaveTheirOwnHolidays() throws {
        let own = try territory("grand-est").identity.departments.filter { $0.value.zone != "B" }.map(\.value.code)
        #expect(own == ["57", "67", "68"])
    }

    @Test func parentsOfAuvergneRhoneAlpesComeInTheEvening() throws {
        let rule = try #require(try territory("auvergne-rhone-alpes").rules.windows.first)
        #expect(rule.roles == [.guardian])
        #expect(rule.effect == .refuse)
        #expect(rule.hours.description == "08:00-18:00")
        #expect(rule.weekdays == [1, 2, 3, 4, 5])
    }

    @Test func levelsOfEureComeInTheirSlots() throws {
        let rules = try territory("eure").rules.windows
        #expect(
            rules.map { "\($0.levels.map(\.rawValue).joined()) \($0.hours) \($0.effect)" } == [
                "6e 08:30-10:30 only", "5e 10:45-12:45 only", "4e 13:30-15:30 only", "3e 15:35-18:00 only",
            ])
    }

    @Test func capsAndBandwidthAreThoseOfTheTime() throws {
        #expect(try territory("seine-et-marne").rules.admission?.sessions == 51_000)
        #expect(try territory("auvergne-rhone-alpes").rules.admission?.sessions == 52_000)
        #expect(try territory("eure").rules.admission?.sessions == 15_000)
    }

    @Test func bandwidthOfHautsDeSeineIsDoubledOnItsDay() throws {
        let steps = try territory("hauts-de-seine").rules.bandwidth.territory
        let scope = RuleScope.territory(try #require(TerritoryID(rawValue: "hauts-de-seine")))
        let book = QuotaBook(
            version: 1, steps: [scope: steps.map { QuotaStep(from: $0.from, rate: $0.rate, ceil: $0.ceil) }])
        let rates = ["2019-09-02", "2020-03-22", "2020-03-23", "2026-11-27"].map { day in
            CivilDate(day).flatMap { book.quota(of: scope, on: $0)?.rate }
        }
        #expect(rates == [1_000_000_000, 1_000_000_000, 2_000_000_000, 2_000_000_000])
    }
}
