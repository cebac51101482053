import Tenancy
import Testing

@testable import Control

/// What of somebody's mandates is within another's charge.
@Suite struct ChargeTests {
    private let north: TerritoryID
    private let south: TerritoryID
    /// Two schools in the north, one in the south.
    private let map: ShardMap
    private let first = EstablishmentID(rawValue: 1)
    private let second = EstablishmentID(rawValue: 2)
    private let far = EstablishmentID(rawValue: 3)

    init() throws {
        north = try #require(TerritoryID(rawValue: "nord-fictif"))
        south = try #require(TerritoryID(rawValue: "sud-fictif"))
        let zone = try SchoolTimeZone.named("Europe/Paris")
        var schools: [Establishment] = []
        for (number, territory) in [(1, north), (2, north), (3, south)] {
            schools.append(
                Establishment(
                    id: EstablishmentID(rawValue: Int32(number)), uai: try #require(UAI(number: 9_990_000 + number)),
                    territory: territory, name: "Collège fictif \(number)", kind: .college, levels: [],
                    department: "999", city: "Ville-Fictive", timeZone: zone, zone: "A", placement: nil,
                    state: .active, isInvented: true))
        }
        map = ShardMap(version: 1, establishments: schools, shards: [])
    }

    private static func charge(_ grants: Charge.Grant...) -> Charge { Charge(grants: grants) }

    private func over(
        _ territories: Set<TerritoryID> = [], _ establishments: Set<EstablishmentID> = [],
        rights: Set<AdminRight> = [.accounts, .news]
    ) -> Charge.Grant {
        Charge.Grant(territories: territories, establishments: establishments, rights: rights)
    }

    @Test func aTerritoryCoversItsSchoolsAndNoOthers() {
        let charge = Self.charge(over([north]))
        #expect(charge.covers(over([north]), .accounts, map))
        #expect(charge.covers(over([], [first, second]), .accounts, map))
        #expect(!charge.covers(over([south]), .accounts, map))
        #expect(!charge.covers(over([], [first, far]), .accounts, map))
        #expect(!charge.covers(over([north, south]), .accounts, map))
    }

    @Test func aSchoolCoversItselfAndNotItsTerritory() {
        let charge = Self.charge(over([], [first]))
        #expect(charge.covers(over([], [first]), .accounts, map))
        #expect(!charge.covers(over([], [first, second]), .accounts, map))
        #expect(!charge.covers(over([north]), .accounts, map))
    }

    @Test func theRightIsAskedForAndNotThoseOfTheOther() {
        let charge = Self.charge(over([north]))
        #expect(!charge.covers(over([], [first]), .delegation, map))
        #expect(charge.contains(over([], [first]), map), "known to them all the same")
        #expect(charge.covers(over([], [first], rights: Set(AdminRight.allCases)), .accounts, map))
    }

    @Test func severalMandatesCoverTogetherWhatNoneCoversAlone() {
        let charge = Self.charge(over([north]), over([], [far]))
        #expect(charge.covers(over([north], [far]), .accounts, map))
        let other = Self.charge(over([north]), over([], [far], rights: [.audit]))
        #expect(!other.covers(over([north], [far]), .accounts, map), "each part by a mandate with the right")
        #expect(other.contains(over([north], [far]), map))
    }

    @Test func everythingIsCoveredByEverythingAlone() {
        let everything = Charge.Grant(isEverything: true, rights: [.accounts])
        #expect(Charge.everything.covers(everything, .accounts, map))
        #expect(!Self.charge(over([north, south], [first, second, far])).covers(everything, .accounts, map))
        #expect(!Self.charge(over([north, south], [first, second, far])).contains(everything, map))
        let partial = Self.charge(everything)
        #expect(!partial.covers(everything, .delegation, map))
        #expect(partial.contains(everything, map))
        #expect(partial.covers(over([south], [first]), .accounts, map))
    }

    @Test func aSchoolThatIsNotThereAnyMoreIsNobodys() {
        let gone = EstablishmentID(rawValue: 99)
        #expect(!Charge.everything.covers(over([], [gone]), .accounts, map))
        #expect(!Self.charge(over([], [gone])).contains(over([], [gone]), map))
    }
}
