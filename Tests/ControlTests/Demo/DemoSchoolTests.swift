import Runtime
import School
import Tenancy
import Testing

@testable import Control

@Suite struct DemoSchoolTests {
    private func school(_ number: Int32) throws -> DemoSchool {
        let uai = try #require(UAI(number: 9_990_000 + Int(number)))
        let territory = try #require(TerritoryID(rawValue: "exemple"))
        let establishment = Establishment(
            id: EstablishmentID(rawValue: number), uai: uai, territory: territory, name: "Collège fictif \(number)",
            kind: .college, levels: ["6e", "5e", "4e", "3e"], department: "99", city: "Ville fictive",
            timeZone: try SchoolTimeZone.named("Europe/Paris"), zone: "C", placement: nil, state: .active,
            isInvented: true)
        let first = try #require(CivilDate("2026-09-01"))
        let last = try #require(CivilDate("2027-07-02"))
        let calendar = SchoolCalendar(
            schoolYear: SchoolYear(rawValue: 2026), zone: "C", days: first...last, holidays: [], terms: [])
        return DemoSchool(establishment, calendar: calendar, pupilsPerClass: 6)
    }

    @Test func theSameEstablishmentIsTheSameSchool() throws {
        #expect(try school(1).people.map(\.id) == school(1).people.map(\.id))
        #expect(try school(1).lessons == school(1).lessons)
    }

    @Test func neighboursShareNoIdentifierAndNoLogin() throws {
        var seen: Set<PersonID> = []
        var logins: Set<String> = []
        for number in Int32(1)...20 {
            for person in try school(number).people {
                #expect(seen.insert(person.id).inserted)
                #expect(logins.insert(person.login).inserted)
            }
        }
    }

    @Test func nobodyAndNoRoomButTheGymnasiumIsInTwoPlaces() throws {
        let school = try school(3)
        let gymnasium = school.rooms.first { $0.name == "Gymnase" }?.id
        for (index, one) in school.lessons.enumerated() {
            for other in school.lessons[(index + 1)...]
            where one.weekday == other.weekday && one.span.overlaps(other.span)
                && (one.cycle == .every || other.cycle == .every || one.cycle == other.cycle)
            {
                #expect(Set(one.teachers).isDisjoint(with: other.teachers))
                #expect(Set(one.groups).isDisjoint(with: other.groups))
                #expect(Set(one.rooms).subtracting([gymnasium].compactMap { $0 }).isDisjoint(with: other.rooms))
            }
        }
    }

    @Test func everyClassHasAFullWeek() throws {
        let school = try school(4)
        for group in school.groups where group.isClass {
            #expect(school.lessons.count { $0.groups.contains(group.id) } >= 20, "\(group.name)")
        }
    }
}
