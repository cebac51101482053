import Foundation
import Runtime
import Tenancy
import Testing
import YAML

@testable import Control

@Suite struct ManifestSetTests {
    @Test func readsARightFolder() throws {
        let set = try ManifestFixtures.good()
        let territory = try #require(set.territories.first)
        #expect(territory.id.rawValue == "valdoise-fictif")
        #expect(territory.identity.hosts.map(\.value.rawValue) == ["ent95.localhost", "www.ent95.localhost"])
        #expect(territory.establishments.map(\.uai.rawValue) == ["0959001T", "0959002U"])
        #expect(territory.establishments.map(\.kind) == [.college, .lycee])
        #expect(territory.establishments[0].levels == [.sixieme, .cinquieme, .quatrieme, .troisieme])
        #expect(territory.establishments.map(\.department) == ["95", "95"])
        #expect(territory.establishments.map(\.zone) == ["C", "C"])
        #expect(territory.establishments.map(\.shard) == [.placeIt, .shard(ShardID(rawValue: 2))])
        let calendar = try #require(territory.calendars.first)
        #expect(calendar.schoolYear.description == "2026-2027")
        #expect(
            calendar.holidays.map { "\($0.days.lowerBound) \($0.name)" } == [
                "2026-11-01 Toussaint", "2026-11-11 Armistice de 1918", "2026-12-19 Noël", "2027-03-29 Lundi de Pâques",
                "2027-05-01 Fête du Travail", "2027-05-06 Ascension", "2027-05-08 Victoire de 1945",
                "2027-05-17 Lundi de Pentecôte",
            ])
    }

    /// Each folder of `bad` says in `expected.txt` what must be told of it, all of it, in order. With PREAU_RECORD
    /// set, the files are written anew, to be read before they are committed.
    @Test func tellsEveryProblemOfWrongFolders() throws {
        let bad = ManifestFixtures.folder + "/bad"
        let cases = try FileManager.default.contentsOfDirectory(atPath: bad).sorted()
        #expect(cases.count >= 11)
        for name in cases {
            let expected = try String(contentsOfFile: "\(bad)/\(name)/expected.txt", encoding: .utf8)
            do throws(ManifestError) {
                _ = try ManifestSet(ManifestFolder.read("\(bad)/\(name)"))
                Issue.record("\(name): read without a problem")
            } catch {
                if ProcessInfo.processInfo.environment["PREAU_RECORD"] != nil {
                    try (error.description + "\n").write(
                        toFile: "\(bad)/\(name)/expected.txt", atomically: true, encoding: .utf8)
                }
                #expect(error.description + "\n" == expected, "\(name)")
            }
        }
    }

    @Test func foldersThatAreNotThereAreToldSo() {
        do throws(ManifestError) {
            _ = try ManifestFolder.read("/nowhere/Tenants")
            Issue.record("read what is not there")
        } catch {
            #expect(error.description == "/nowhere/Tenants: it cannot be read: No such file or directory")
        }
    }

    @Test func aTerritoryInsteadOfTheFolderOfAllIsToldSo() throws {
        let files = try ManifestFolder.read(ManifestFixtures.folder + "/good/valdoise-fictif")
        do throws(ManifestError) {
            _ = try ManifestSet(files)
            Issue.record("read nothing without a problem")
        } catch {
            #expect(error.description.hasPrefix("no territory here: expected a folder of territories"))
        }
    }

    @Test func hoursMayRunIntoTheNextMorning() throws {
        let set = try ManifestFixtures.good(
            (
                "rules.yaml", "",
                "windows: { nuit: { effect: refuse, roles: [pupil], hours: 22:00-06:00, message: Bonne nuit } }\n"
            ))
        #expect(set.territories[0].rules.windows[0].hours == DayHours(from: 1320, until: 360))
    }

    @Test(arguments: [(2024, "2024-03-31"), (2027, "2027-03-28"), (2038, "2038-04-25"), (2285, "2285-03-22")])
    func easter(year: Int, sunday: String) {
        #expect(PublicHolidays.easter(of: year) == CivilDate(sunday))
    }

    @Test func alsaceAndMoselleHaveTwoMoreDays() throws {
        let first = try #require(CivilDate("2026-09-01"))
        let last = try #require(CivilDate("2027-08-31"))
        let year = first...last
        let france = PublicHolidays.france.days(in: year).map(\.date.description)
        let alsace = PublicHolidays.alsaceMoselle.days(in: year).map(\.date.description)
        #expect(france.count == 11)
        #expect(Set(alsace).subtracting(france) == ["2026-12-26", "2027-03-26"])
    }

    @Test func contrastIsWhatTheStandardSays() throws {
        let black = Colour(red: 0, green: 0, blue: 0)
        #expect(abs(black.contrast(with: Theme.whitePage) - 21) < 0.001)
        // The grey of the WCAG's own example, just above 4.5.
        let grey = try #require(Colour(rawValue: "#767676"))
        #expect(abs(grey.contrast(with: Theme.whitePage) - 4.54) < 0.01)
        #expect(Colour(rawValue: "#0b4F3c")?.rawValue == "#0b4f3c")
        #expect(Colour(rawValue: "#+b4f3c") == nil)
    }
}
