import Tenancy
import Testing

@testable import Control

/// A record that cannot be taken says that somebody is there: it takes nothing away from anybody.
extension FeedImportTests {
    typealias Files = [(content: String, inner: String)]

    /// The files with one record changed. - Parameter id: as the record has it.
    private static func spoil(_ files: Files, _ content: String, _ id: Int, _ text: String, _ other: String) -> Files {
        files.map { file in
            guard file.content == content else { return file }
            let records = file.inner.split(separator: "\n").map { record in
                record.contains("<id>\(id)</id>") ? record.replacing(text, with: other) : record
            }
            return (file.content, records.joined(separator: "\n"))
        }
    }

    private static func expectNobodyLeft(_ fixture: FeedFixture, people: Int) throws {
        #expect(try fixture.count("select count(*) from feed_person where state <> 'active'") == 0)
        #expect(try fixture.count("select count(*) from profile where valid_to is null") == people)
        #expect(try fixture.count("select count(*) from feed_departure") == 0)
        #expect(try fixture.shards("select count(*) from person where left_on is not null") == 0)
        #expect(try fixture.shards("select count(*) from membership where ends_on is not null") == 0)
        #expect(try fixture.shards("select count(*) from guardianship where ends_on is not null") == 0)
    }

    @Test func whoeverHasARefusedRecordStaysAsTheyWere() async throws {
        try await FeedFixture.with { fixture in
            let files = Self.smallSchool(pupils: 12)
            try await fixture.run(try FeedFixture.delivery(files))
            let lessons = try fixture.shards("select count(*) from teaching_assignment")
            #expect(try fixture.shards("select count(*) from guardianship") == 12 && lessons == 1)

            // No family name; a structure that is nowhere; the key of somebody else inside; no name of a guardian, of a teacher.
            var bad = Self.spoil(files, "Eleve", 1003, "<value>FICTIF</value>", "<value/>")
            bad = Self.spoil(bad, "Eleve", 1004, "<value>9000</value>", "<value>9009</value>")
            bad = Self.spoil(bad, "Eleve", 1004, "9000$6A", "9009$6A")
            bad = Self.spoil(
                bad, "Eleve", 1005, "<attr name=\"sn\">",
                "<attr name=\"ENTPersonJointure\"><value>99999</value></attr><attr name=\"sn\">")
            bad = Self.spoil(bad, "PersRelEleve", 6006, "<value>Parent</value>", "<value/>")
            bad = Self.spoil(bad, "PersEducNat", 500, "<value>CRAIE</value>", "<value/>")
            let planned = try await fixture.plan(try FeedFixture.delivery(bad))
            #expect(planned.state == .planned)
            let numbers = try FeedFixture.Numbers(planned)
            #expect(numbers("pupils", "rejected") == 3 && numbers("pupils", "disappeared") == 0, "\(numbers)")
            #expect(numbers("guardians", "rejected") == 1 && numbers("guardians", "disappeared") == 0, "\(numbers)")
            #expect(numbers("staff", "rejected") == 1 && numbers("staff", "disappeared") == 0, "\(numbers)")
            let kept = numbers.codes.filter { $0 == "kept" }.count
            #expect(kept == 5, "\(numbers)")
            _ = try await fixture.finish(planned)
            try Self.expectNobodyLeft(fixture, people: 25)
            #expect(try fixture.shards("select count(*) from teaching_assignment") == lessons)

            // Put right it is what is known; without the record somebody does leave, with whom nobody else has.
            let again = try await fixture.run(try FeedFixture.delivery(files))
            #expect(again.isEmpty && !again.codes.contains("kept"), "\(again)")
            let gone = try await fixture.run(try FeedFixture.delivery(Self.smallSchool(pupils: 12, present: 0..<11)))
            #expect(gone("pupils", "disappeared") == 1 && gone("guardians", "disappeared") == 1)
        }
    }

    @Test func recordsThatTellNobodyAskBeforeAnybodyLeaves() async throws {
        try await FeedFixture.with { fixture in
            let files = Self.smallSchool(pupils: 12)
            try await fixture.run(try FeedFixture.delivery(files))
            let bad = Self.spoil(files, "Eleve", 1003, "<id>1003</id>", "<id>?</id>")
            let planned = try await fixture.plan(try FeedFixture.delivery(bad))
            let numbers = try FeedFixture.Numbers(planned)
            #expect(planned.state == .waiting && numbers.guards == 1, "\(numbers)")
            #expect(planned.plan.english.contains("! 1 records of kind pupil do not tell"))
            await #expect(throws: FeedError.self) { try await fixture.finish(planned) }
            try Self.expectNobodyLeft(fixture, people: 25)
            // Where nobody is missing there is nothing to ask.
            let more = Self.spoil(
                Self.smallSchool(pupils: 13), "Eleve", 1012, "<id>1012</id>", "<id>?</id>")
            let harmless = try await fixture.plan(try FeedFixture.delivery(more))
            #expect(harmless.state == .planned)
            // Agreed to, they leave.
            let agreed = try await fixture.finish(
                try await fixture.plan(try FeedFixture.delivery(bad)), accept: true)
            #expect(try FeedFixture.Numbers(agreed)("pupils", "disappeared") == 1)
            #expect(try fixture.count("select count(*) from feed_person where state = 'disappeared'") == 2)
        }
    }

    @Test func aWrongCellOfATableTakesNobodyAway() async throws {
        try await FeedFixture.with { fixture in
            try await fixture.run(try FeedFixture.delivery(Self.smallSchool(pupils: 1)))
            let uai = "0778001D"
            func pupils(_ spoiled: String = "FABLE") -> String {
                "externalid;nom;prénom;classe\n"
                    + (1...12).map { "E\($0);\($0 == 3 ? spoiled : "FABLE");Élie;6A" }.joined(separator: "\n")
            }
            func guardians(_ child: String = "E4", of spoiled: String = "FABLE") -> String {
                "externalid;nom;prénom;enfant\n"
                    + (1...12).map {
                        "R\($0);\($0 == 5 ? spoiled : "FABLE");Anne;\($0 == 4 ? child : "E\($0)")"
                    }.joined(separator: "\n")
            }
            func run(_ table: String, _ kind: FeedKind) async throws -> FeedFixture.Numbers {
                try FeedFixture.Numbers(try await fixture.finish(try await fixture.plan(table, of: uai, kind)))
            }
            _ = try await run(pupils(), .pupil)
            _ = try await run(guardians(), .guardian)
            try Self.expectNobodyLeft(fixture, people: 27)
            #expect(try fixture.shards("select count(*) from guardianship") == 13)

            let nameless = try await run(pupils(""), .pupil)
            #expect(nameless("pupils", "rejected") == 1 && nameless("pupils", "disappeared") == 0, "\(nameless)")
            #expect(nameless.codes.contains("kept"))
            // A guardian without a name, and one whose child nobody knows.
            let families = try await run(guardians("E44", of: ""), .guardian)
            #expect(families("guardians", "rejected") == 2 && families("guardians", "disappeared") == 0, "\(families)")
            try Self.expectNobodyLeft(fixture, people: 27)
            let right = (try await run(pupils(), .pupil), try await run(guardians(), .guardian))
            #expect(right.0.isEmpty && right.1.isEmpty, "\(right)")
            try Self.expectNobodyLeft(fixture, people: 27)

            let unreadable = try await fixture.plan(
                pupils().replacing("E3;", with: "E 3;"), of: uai, .pupil)
            #expect(unreadable.state == .waiting)
        }
    }
}

/// Whose keys a feed may speak of.
extension FeedImportTests {
    /// Files without the number of their academy: whoever sends them says it, or their folder.
    private static func unsigned(_ files: Files) throws -> [UInt8] {
        try FeedFixture.delivery(files, academy: "")
    }

    @Test func nobodyIsTakenOverFromAnotherAcademyOrTerritory() async throws {
        try await FeedFixture.with { fixture in
            let far = try #require(TerritoryID(rawValue: "lointain"))
            let there = Self.smallSchool(pupils: 3, structure: "7000", uai: "0698001S", firstKey: 3000)
            let first = try await fixture.finish(
                try await fixture.plan(try FeedFixture.delivery(there, academy: "10"), into: far))
            #expect(try FeedFixture.Numbers(first)("pupils", "added") == 3)
            let accounts = try fixture.count("select count(*) from profile")

            // The same key in a school of one's own, under the other academy's number.
            let here = Self.smallSchool(pupils: 3, structure: "9000", uai: "0778001D", firstKey: 3000)
            do {
                _ = try await fixture.plan(try Self.unsigned(here), academy: "10")
                Issue.record("keys of another academy were taken")
            } catch FeedError.foreignAcademy(let domain) {
                #expect(domain == "10")
            }
            // Of one's own academy they are other people.
            let own = try await fixture.finish(try await fixture.plan(try Self.unsigned(here), academy: "24"))
            #expect(try FeedFixture.Numbers(own)("pupils", "added") == 3)
            #expect(
                try fixture.count(
                    "select count(*) from (select account_id from profile group by 1 having count(*) > 1) x") == 0)
            #expect(try fixture.count("select count(*) from profile") == accounts + 7)

            // A number that is no academy's, under which another territory is fed.
            let fourth = Self.smallSchool(pupils: 1, structure: "7001", uai: "0698002T", firstKey: 4000)
            _ = try await fixture.finish(
                try await fixture.plan(try FeedFixture.delivery(fourth, academy: "99"), into: far))
            do {
                _ = try await fixture.plan(try FeedFixture.delivery(here, academy: "99"))
                Issue.record("keys of another territory were taken")
            } catch FeedError.foreignAcademy(let domain) {
                #expect(domain == "99")
            }
        }
    }

    /// Two territories of one academy have a feed each: whoever may import into one changes nothing in the other's schools,
    /// though the keys are the same academy's.
    @Test func oneTerritoryChangesNothingInAnothersSchools() async throws {
        try await FeedFixture.with { fixture in
            let files = Self.smallSchool(pupils: 4)
            try await fixture.run(try FeedFixture.delivery(files))
            let other = try #require(TerritoryID(rawValue: "val-fictif"))
            let renamed = Self.smallSchool(pupils: 6, given: "Autre").filter { $0.content != "EtabEducNat" }
            let planned = try await fixture.plan(try FeedFixture.delivery(renamed), into: other)
            let numbers = try FeedFixture.Numbers(planned)
            #expect(numbers.isEmpty, "\(numbers)")
            _ = try await fixture.finish(planned)
            #expect(try fixture.shards("select count(*) from person where given_name = 'Autre'") == 0)
            #expect(try fixture.shards("select count(*) from person where role = 'pupil'") == 4)
        }
    }
}
