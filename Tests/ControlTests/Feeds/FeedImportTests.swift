import Foundation
import Runtime
import Tenancy
import TestTenancy
import Testing

@testable import Control

/// Whole imports against a directory and two shards.
@Suite(.serialized) struct FeedImportTests {
    @Test func importsAnAcademyOnceAndForAll() async throws {
        try await FeedFixture.with { fixture in
            let archive = try FeedFixture.archive {
                $0.hasOddities = true
                $0.people = 700
                $0.schoolSize = 147
            }
            let dry = try FeedFixture.Numbers(try await fixture.plan(archive, dryRun: true))
            #expect(try fixture.count("select count(*) from establishment") == 0)
            #expect(try fixture.count("select count(*) from feed_stage_person") == 0)

            let first = try await fixture.run(archive)
            for who in ["pupils", "guardians", "contacts", "staff", "establishments"] {
                #expect(first(who, "added") > 0 && first(who, "added") == dry(who, "added"), "\(who)")
            }
            // Wrong key, no name, unknown school, the second of two.
            #expect(first("pupils", "rejected") == 4, "\(first)")
            for code in ["wrong_key", "missing_field", "unknown_reference", "bad_value", "duplicate_key"] {
                #expect(first.codes.contains(code), "\(code)")
            }
            let people = first("pupils", "added") + first("guardians", "added") + first("staff", "added")
            #expect(
                try fixture.count("select count(*) from account where state = 'pending' and password_hash is null")
                    == people)
            #expect(try fixture.count("select count(distinct login) from account") == people)
            #expect(try fixture.count("select count(*) from account where login !~ '^[a-z-]+\\.[a-z-]+[0-9]*$'") == 0)
            // Contacts are known to the school and have no account.
            #expect(
                try fixture.shards("select count(*) from guardianship where kind = 'contact' and not sees_data") > 0)
            #expect(
                try fixture.count("select count(*) from profile where role = 'guardian'") >= first("guardians", "added")
            )
            #expect(try fixture.shards("select count(*) from person where role = 'pupil'") == first("pupils", "added"))
            #expect(
                try fixture.shards("select count(*) from membership where role = 'pupil' and source = 'feed'") > 2 * 90)
            #expect(try fixture.shards("select count(*) from membership where role = 'main_teacher'") > 0)
            #expect(try fixture.shards("select count(*) from teaching_assignment") > 0)
            #expect(try fixture.shards("select count(*) from teaching_group where kind = 'class' and level = '6e'") > 0)
            // Every pupil's first guardian sees their data.
            #expect(
                try fixture.shards(
                    "select count(*) from person p where role = 'pupil' and external_id <> '24-8000005' and external_id <> '24-8000006' and not exists (select from guardianship g where g.establishment_id = p.establishment_id and g.pupil_id = p.id and g.kind = 'legal_1' and g.sees_data)"
                ) == 0)
            // Both shards have their share, and a teacher of two schools has one account.
            for number in 1...2 {
                #expect(try fixture.platform.sql(.shard(Int16(number)), "select count(*) from placement") != "0")
            }
            #expect(
                try fixture.count(
                    "select count(*) from (select account_id from profile where role = 'teacher' group by 1 having count(*) > 1) x"
                ) > 0)

            let again = try await fixture.run(archive)
            #expect(again.isEmpty, "\(again)")
            #expect(try fixture.count("select count(*) from account") == people)
        }
    }

    /// Deltas day by day lead to where the complete feed of the last day leads.
    @Test func deltasLeadToTheSameAsACompleteFeed() async throws {
        try await FeedFixture.with { fixture in
            try await fixture.run(try FeedFixture.archive { _ in })
            var changed = 0
            for day in 1...12 {
                let numbers = try await fixture.run(
                    try FeedFixture.archive {
                        $0.day = day
                        $0.isDelta = true
                    }, accept: true)
                changed += numbers("pupils", "changed") + numbers("pupils", "added") + numbers("pupils", "disappeared")
            }
            #expect(changed > 0)
            let whole = try await fixture.run(try FeedFixture.archive { $0.day = 12 }, accept: true)
            for who in ["pupils", "staff", "guardians", "contacts"] {
                for what in ["added", "changed", "disappeared"] {
                    #expect(whole(who, what) == 0, "\(who) \(what): \(whole)")
                }
            }
        }
    }

    @Test func aTruncatedOrPartialFeedRemovesNobody() async throws {
        try await FeedFixture.with { fixture in
            let files = Self.smallSchool(pupils: 12)
            try await fixture.run(try FeedFixture.delivery(files))
            let people = try fixture.count("select count(*) from feed_profile")

            // A file that stops in the middle, and an archive that does.
            await #expect(throws: FeedError.self) { try await fixture.plan(try FeedFixture.delivery(files, cut: 200)) }
            let archive = try FeedFixture.delivery(files)
            await #expect(throws: FeedError.self) { try await fixture.plan(Array(archive.prefix(archive.count / 3))) }
            // No file of pupils at all: what is there is taken, nobody counts as gone.
            let numbers = try await fixture.run(try FeedFixture.delivery(files.filter { $0.content != "Eleve" }))
            #expect(numbers("pupils", "disappeared") == 0 && numbers("guardians", "disappeared") == 0)
            #expect(numbers.codes.contains("missing_file"))
            // Half of the pupils are missing from a whole file: their guardians are there, so something is wrong.
            let half = try await fixture.plan(try FeedFixture.delivery(Self.smallSchool(pupils: 12, present: 0..<5)))
            #expect(half.state == .waiting)
            await #expect(throws: FeedError.self) { try await fixture.finish(half) }
            #expect(try fixture.count("select count(*) from feed_profile") == people)
            #expect(try fixture.count("select count(*) from feed_person where state <> 'active'") == 0)
            // Agreed to, it is done; and those who come back are themselves again.
            _ = try await fixture.finish(half, accept: true)
            #expect(
                try fixture.count("select count(*) from feed_person where state = 'disappeared' and kind = 'pupil'")
                    == 7)
            #expect(try fixture.shards("select count(*) from person where role = 'pupil' and left_on is not null") == 7)
            let logins = try fixture.platform.sql(
                .directory, "select string_agg(login, ' ' order by login) from account")
            let back = try await fixture.run(try FeedFixture.delivery(files))
            #expect(back("pupils", "returned") == 7 && back("pupils", "added") == 0, "\(back)")
            #expect(try fixture.count("select count(*) from feed_person where state <> 'active'") == 0)
            #expect(try fixture.count("select count(*) from feed_departure") == 0)
            #expect(
                try fixture.platform.sql(.directory, "select string_agg(login, ' ' order by login) from account")
                    == logins)
            #expect(try fixture.shards("select count(*) from person where left_on is not null") == 0)
            #expect(
                try fixture.shards(
                    "select count(*) from membership m join person p on p.establishment_id = m.establishment_id and p.id = m.person_id where p.role = 'pupil' and m.ends_on is null"
                )
                    == 12)
        }
    }

    @Test func whatPeopleEnteredStays() async throws {
        try await FeedFixture.with { fixture in
            try await fixture.run(try FeedFixture.delivery(Self.smallSchool(pupils: 4)))
            for number in 1...2 {
                try fixture.platform.sql(
                    .shard(Int16(number)),
                    """
                    update person_detail d set entered = '{"given_name": "Sam", "email": "sam@exemple.invalid"}' from person p
                        where p.establishment_id = d.establishment_id and p.id = d.person_id and p.external_id = '24-1000';
                    update person set given_name = 'Sam' where external_id = '24-1000';
                    insert into membership (establishment_id, school_year, group_id, person_id, role, starts_on)
                        select g.establishment_id, g.school_year, g.id, p.id, 'teacher', '2026-09-01' from teaching_group g
                        join person p on p.establishment_id = g.establishment_id and p.external_id = '24-500'
                        where g.name = '6B'
                    """)
            }
            let changed = Self.smallSchool(pupils: 4, given: "Renommée", klass: "6C")
            let numbers = try await fixture.run(try FeedFixture.delivery(changed))
            #expect(numbers("pupils", "changed") == 4)
            #expect(
                try fixture.shards("select count(*) from person where given_name = 'Sam' and external_id = '24-1000'")
                    == 1)
            #expect(try fixture.shards("select count(*) from person where given_name = 'Renommée'") == 3)
            #expect(try fixture.count("select count(*) from account where given_name = 'Renommée'") == 3)
            #expect(
                try fixture.shards(
                    "select count(*) from person_detail where fed ->> 'email' = 'nouveau@exemple.invalid' and entered ->> 'email' = 'sam@exemple.invalid'"
                )
                    == 1)
            // A class given by hand is not the feed's to take; one that it gave is.
            #expect(
                try fixture.shards("select count(*) from membership where source = 'manual' and ends_on is null") == 1)
            #expect(
                try fixture.shards(
                    "select count(*) from membership m join teaching_group g on g.establishment_id = m.establishment_id and g.id = m.group_id where g.name = '6C' and m.ends_on is null and m.role = 'pupil'"
                ) == 4)
            #expect(
                try fixture.shards(
                    "select count(*) from membership m join teaching_group g on g.establishment_id = m.establishment_id and g.id = m.group_id where g.name = '6A' and m.ends_on is null and m.role = 'pupil'"
                ) == 0)
        }
    }

    @Test func refusesWhatIsAnothers() async throws {
        try await FeedFixture.with { fixture in
            let files = Self.smallSchool(pupils: 3)
            try await fixture.run(try FeedFixture.delivery(files))
            func outcome(_ archive: [UInt8], into territory: String? = "seine-et-marne") async throws
                -> FeedFixture.Numbers
            {
                try FeedFixture.Numbers(
                    try await fixture.plan(archive, into: territory.flatMap(TerritoryID.init(rawValue:)), dryRun: true))
            }
            // Another academy's number, another territory, no territory for a new school, the same UAI twice.
            #expect(try await outcome(try FeedFixture.delivery(files, academy: "25")).codes.contains("foreign_academy"))
            #expect(
                try await outcome(try FeedFixture.delivery(files), into: "val-fictif").codes.contains(
                    "foreign_establishment"))
            let new = Self.smallSchool(pupils: 3, structure: "9001", uai: "0778002E", firstKey: 2000)
            #expect(try await outcome(try FeedFixture.delivery(new), into: nil).codes.contains("unknown_establishment"))
            let twice =
                [
                    (content: "EtabEducNat", inner: files[0].inner + Self.structure("9002", "0778001D"))
                ] + files.dropFirst()
            let numbers = try await outcome(try FeedFixture.delivery(twice))
            #expect(numbers.codes.contains("duplicate_uai") && numbers("establishments", "rejected") == 1)
            await #expect(throws: FeedError.self) {
                try await fixture.plan(try FeedFixture.delivery(files), into: TerritoryID(rawValue: "nulle-part"))
            }
            #expect(try fixture.count("select count(*) from establishment") == 1)
        }
    }

    /// Stopped between the shard and the directory, or before anything: the next step goes on.
    @Test func goesOnAfterAShardWasAway() async throws {
        try await FeedFixture.with { fixture in
            let planned = try await fixture.plan(try FeedFixture.archive { _ in })
            // As after a crash: the shard has its part, the directory knows nothing of it.
            _ = try await fixture.finish(planned)
            try fixture.platform.sql(
                .directory,
                "set session_replication_role = replica; delete from feed_profile; delete from profile; delete from account; delete from feed_person; delete from feed_link; delete from feed_structure"
            )
            let before = try fixture.shards("select count(*) from membership")
            let again = try await fixture.run(try FeedFixture.archive { _ in })
            #expect(again("pupils", "added") > 0)
            #expect(try fixture.shards("select count(*) from membership") == before)
            #expect(
                try fixture.count(
                    "select count(*) from profile p where not exists (select from account a where a.id = p.account_id)")
                    == 0)
            #expect(try await fixture.run(try FeedFixture.archive { _ in }).isEmpty)
        }
    }

    @Test func homonymsGetNumbersAlsoBesideOtherAccounts() async throws {
        try await FeedFixture.with { fixture in
            try fixture.platform.sql(
                .directory,
                "insert into account (id, login, given_name, family_name) values (gen_random_uuid(), 'elie.fictif', 'E', 'F'), (gen_random_uuid(), 'elie.fictif3', 'E', 'F')"
            )
            try await fixture.run(try FeedFixture.delivery(Self.smallSchool(pupils: 4)))
            #expect(
                try fixture.platform.sql(
                    .directory,
                    "select string_agg(login, ' ' order by login) from account where login like 'elie.fictif%'")
                    == "elie.fictif elie.fictif2 elie.fictif3 elie.fictif4 elie.fictif5 elie.fictif6")
        }
    }

    // MARK: A school written by hand

    static func structure(_ key: String, _ uai: String) -> String {
        AAFReadingTests.add(
            "EtabEducNat", key,
            [
                ("ENTStructureJointure", [key]), ("ENTStructureUAI", [uai]),
                ("ENTStructureNomCourant", ["COLLEGE$DU LUTIN INVENTÉ$FABLEVILLE"]),
                ("ENTStructureClasses", ["6A$SIXIEME A", "6B$SIXIEME B"]),
            ])
    }

    /// One teacher, and pupils with one guardian each. - Parameter present: those whose records are there.
    static func smallSchool(
        pupils count: Int, present: Range<Int>? = nil, given: String = "Élie", klass: String = "6A",
        structure: String = "9000",
        uai: String = "0778001D", firstKey: Int = 1000
    ) -> [(content: String, inner: String)] {
        let pupils = (present ?? 0..<count).map { number in
            AAFReadingTests.add(
                "Eleve", String(firstKey + number),
                [
                    ("sn", ["FICTIF"]), ("givenName", [given]), ("ENTPersonStructRattach", [structure]),
                    ("ENTPersonDateNaissance", ["01/02/2015"]), ("ENTEleveClasses", ["\(structure)$\(klass)"]),
                    ("ENTEleveNivFormation", ["6EME"]),
                    ("ENTElevePersRelEleve", ["\(firstKey + 5000 + number)$10$1$1$1$0"]),
                    ("mail", [given == "Élie" ? "ancien@exemple.invalid" : "nouveau@exemple.invalid"]),
                ])
        }
        let guardians = (0..<count).map { number in
            AAFReadingTests.add(
                "PersRelEleve", String(firstKey + 5000 + number),
                [("sn", ["FICTIF"]), ("givenName", ["Parent"]), ("homePhone", ["01 99 00 00 00"])])
        }
        let staff = AAFReadingTests.add(
            "PersEducNat", String(firstKey - 500),
            [
                ("sn", ["CRAIE"]), ("givenName", ["Inès"]), ("ENTPersonFonctions", ["\(structure)$ENS$X$L0$Y"]),
                ("ENTAuxEnsClassesMatieres", ["\(structure)$6A$020700"]), ("ENTAuxEnsClasses", ["\(structure)$6A"]),
            ])
        return [
            ("EtabEducNat", Self.structure(structure, uai)), ("Eleve", pupils.joined(separator: "\n")),
            ("PersRelEleve", guardians.joined(separator: "\n")), ("PersEducNat", staff),
        ]
    }
}

extension FeedImportTests {
    /// Thirty days after disappearing the account is suspended, after eighty-five there is nobody; in between one may come back.
    @Test func disappearedPeopleAreSuspendedAndErased() async throws {
        try await FeedFixture.with { fixture in
            let files = Self.smallSchool(pupils: 8)
            try await fixture.run(try FeedFixture.delivery(files))
            try await fixture.run(try FeedFixture.delivery(Self.smallSchool(pupils: 8, present: 0..<6)), accept: true)
            #expect(try await fixture.upkeep() == [0, 0])
            func age(_ days: Int) throws {
                try fixture.platform.sql(
                    .directory,
                    "update feed_person set disappeared_at = now() - interval '\(days) days' where state <> 'active'; update feed_departure set left_at = now() - interval '\(days) days'"
                )
            }
            try age(31)
            #expect(try await fixture.upkeep() == [4, 0])
            #expect(try fixture.count("select count(*) from account where state = 'locked'") == 4)
            #expect(try fixture.count("select count(*) from profile") == 6 + 6 + 1)
            // One of them comes back, with the guardian.
            try await fixture.run(try FeedFixture.delivery(Self.smallSchool(pupils: 8, present: 0..<7)))
            #expect(try fixture.count("select count(*) from account where state = 'locked'") == 2)
            #expect(try fixture.count("select count(*) from profile") == 7 + 7 + 1)
            try age(86)
            #expect(try await fixture.upkeep() == [0, 2])
            #expect(try fixture.count("select count(*) from account") == 15)
            #expect(try fixture.count("select count(*) from feed_person") == 15)
            #expect(try fixture.count("select count(*) from feed_departure") == 0)
            #expect(try fixture.count("select count(*) from feed_link") == 7)
            #expect(
                try fixture.shards("select count(*) from person where external_id = '24-1007' or family_name = ''") == 0
            )
            #expect(try fixture.shards("select count(*) from person where source = 'erased' and given_name = ''") == 2)
            #expect(try fixture.shards("select count(*) from person_detail") == 15)
        }
    }
}

/// People of establishments that are closed: gone in time, wherever else they are not.
extension FeedImportTests {
    private static func close(_ uai: String, daysAgo days: Int, _ fixture: FeedFixture) throws {
        try fixture.platform.sql(
            .directory,
            """
            update establishment set state = 'closed' where uai = '\(uai)';
            update establishment set closed_at = now() - interval '\(days) days' where uai = '\(uai)'
            """)
    }

    @Test func everybodyOfAClosedSchoolIsErasedInTime() async throws {
        try await FeedFixture.with { fixture in
            try await fixture.run(try FeedFixture.archive { _ in })
            let uai = try fixture.platform.sql(.directory, "select min(uai) from establishment where state = 'active'")
            let id = try fixture.count("select id from establishment where uai = '\(uai)'")
            let inside = "select account_id from profile where establishment_id = \(id)"
            let elsewhere = "select account_id from profile where establishment_id <> \(id)"
            let own = try fixture.count("select count(*) from (\(inside) except \(elsewhere)) x")
            let shared = try fixture.count("select count(*) from (\(inside) intersect \(elsewhere)) x")
            let all = try fixture.count("select count(*) from account")
            let people = try fixture.shards("select count(*) from person where establishment_id = \(id)")
            let others = try fixture.shards(
                "select count(*) from person where establishment_id <> \(id) and source <> 'erased'")
            #expect(own > 20)
            // Somebody who looks after this school and no other, and two accounts that were made one.
            try fixture.platform.sql(
                .directory,
                """
                insert into administrator (account_id, establishment_id, role)
                    select min(account_id::text)::uuid, \(id), 'establishment_admin' from (\(inside) except \(elsewhere)) x;
                insert into account (id, login, given_name, family_name, state, merged_into)
                    select '11111111-1111-7111-8111-111111111111', 'double.fictif', 'Double', 'Fictif', 'closed', max(account_id::text)::uuid
                    from (\(inside) except \(elsewhere)) x;
                insert into account_merge (id, kept_id, merged_id, moved, state_before, merged_by)
                    select gen_random_uuid(), merged_into, id, '{}', 'active', 'test' from account where login = 'double.fictif';
                """)
            try FeedImportTests.close(uai, daysAgo: 84, fixture)
            #expect(try await fixture.upkeep() == [0, 0])
            #expect(try fixture.count("select count(*) from account") == all + 1)
            try FeedImportTests.close(uai, daysAgo: 86, fixture)
            #expect(try await fixture.upkeep() == [0, people])
            #expect(try await fixture.upkeep() == [0, 0])
            let kept = "establishment_id = \(id)"
            #expect(try fixture.count("select count(*) from account") == all - own)
            #expect(try fixture.count("select count(*) from account where login = 'double.fictif'") == 0)
            #expect(try fixture.count("select count(*) from profile where \(kept)") == 0)
            #expect(try fixture.count("select count(*) from administrator where \(kept)") == 0)
            #expect(try fixture.count("select count(*) from feed_profile where \(kept)") == 0)
            #expect(
                try fixture.count(
                    "select count(*) from feed_person f where not exists (select from feed_profile p where p.domain = f.domain and p.key = f.key)"
                ) == 0)
            #expect(
                try fixture.count("select count(*) from account a where \(shared) > 0 and a.id in (\(elsewhere))")
                    >= shared)
            #expect(
                try fixture.shards(
                    "select count(*) from person where \(kept) and (given_name <> '' or birth_date is not null or external_id is not null or source <> 'erased')"
                ) == 0)
            for table in ["person_detail", "guardianship", "membership"] {
                #expect(try fixture.shards("select count(*) from \(table) where \(kept)") == 0)
            }
            #expect(
                try fixture.shards(
                    "select count(*) from person where establishment_id <> \(id) and source <> 'erased'") == others)
            #expect(
                try fixture.platform.sql(
                    .directory, "select people_erased_at is not null from establishment where id = \(id)") == "t")
            // Reopened it is a school like any other, with nobody in it; the next delivery brings them.
            try fixture.platform.sql(.directory, "update establishment set state = 'active' where id = \(id)")
            #expect(
                try fixture.platform.sql(
                    .directory,
                    "select people_erased_at is null and closed_at is null from establishment where id = \(id)")
                    == "t")
        }
    }

    /// Who had left before the school was closed is erased when their time has come, not the school's.
    @Test func whoLeftAClosedSchoolIsErasedToo() async throws {
        try await FeedFixture.with { fixture in
            try await fixture.run(try FeedFixture.delivery(Self.smallSchool(pupils: 8)))
            try await fixture.run(try FeedFixture.delivery(Self.smallSchool(pupils: 8, present: 0..<6)), accept: true)
            let uai = try fixture.platform.sql(.directory, "select min(uai) from establishment")
            try FeedImportTests.close(uai, daysAgo: 1, fixture)
            try fixture.platform.sql(
                .directory,
                "update feed_person set disappeared_at = now() - interval '86 days' where state <> 'active'; update feed_departure set left_at = now() - interval '86 days'"
            )
            #expect(try await fixture.upkeep() == [4, 4])
            #expect(try fixture.count("select count(*) from feed_departure") == 0)
            #expect(try fixture.count("select count(*) from account") == 13)
            #expect(try fixture.shards("select count(*) from person where source = 'erased'") == 4)
        }
    }
}
