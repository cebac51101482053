import Tenancy
import TestTenancy
import Testing

@testable import Control

/// Imports that programs before these planned, and what was there before them.
extension FeedImportTests {
    /// Such a plan has establishments without numbers, units without names, and steps that do not say what they are for.
    @Test func carriesOutWhatProgramsBeforePlanned() async throws {
        try await FeedFixture.with { fixture in
            let archive = try FeedFixture.archive { _ in }
            let planned = try await fixture.plan(archive)
            let number = planned.number
            try fixture.platform.sql(
                .directory,
                """
                update feed_stage_structure set establishment_id = -establishment_id where import_number = \(number);
                update feed_unit set establishment_id = -establishment_id, ine = null, login_base = null, given_name = null,
                    family_name = null, staged_at = null where import_number = \(number);
                update feed_step set establishment_id = -establishment_id, changes = null, departures = null
                where import_number = \(number);
                """)
            let done = try FeedFixture.Numbers(try await fixture.finish(planned))
            let people = done("pupils", "added") + done("guardians", "added") + done("staff", "added")
            #expect(people > 0)
            #expect(try fixture.count("select count(*) from account") == people)
            #expect(try fixture.count("select count(*) from account where login !~ '^[a-z-]+\\.[a-z-]+[0-9]*$'") == 0)
            #expect(try fixture.count("select count(*) from establishment where id <= 0") == 0)
            #expect(try fixture.shards("select count(*) from person where role = 'pupil'") == done("pupils", "added"))
            #expect(try await fixture.run(archive).isEmpty)
        }
    }

    /// The same establishment was created in the same territory between the plan and its beginning.
    @Test func takesAnEstablishmentThatSomebodyElseCreated() async throws {
        try await FeedFixture.with { fixture in
            let archive = try FeedFixture.archive { $0.people = 100 }
            let planned = try await fixture.plan(archive)
            let uai = try fixture.platform.sql(
                .directory, "select min(uai) from feed_stage_structure where import_number = \(planned.number)")
            let reserved = try fixture.count(
                "select establishment_id from feed_stage_structure where import_number = \(planned.number) and uai = '\(uai)'"
            )
            try fixture.platform.sql(
                .directory,
                """
                insert into establishment (uai, territory_id, name, kind, department, zone, shard_id)
                select '\(uai)', 'seine-et-marne', 'Établissement fictif', 'college', '77', 'C', min(id) from shard;
                """)
            let done = try FeedFixture.Numbers(try await fixture.finish(planned))
            #expect(done("pupils", "added") > 0)
            #expect(try fixture.count("select count(*) from establishment where uai = '\(uai)'") == 1)
            #expect(try fixture.count("select count(*) from establishment where id = \(reserved)") == 0)
            #expect(try fixture.shards("select count(*) from person where role = 'pupil'") == done("pupils", "added"))
            #expect(
                try fixture.count(
                    "select count(*) from feed_profile f where not exists (select from establishment e where e.id = f.establishment_id)"
                ) == 0)
        }
    }

    /// Everybody had left; some of them come back together with others: nobody is there twice, and profiles last again.
    @Test func peopleComeBackToASchoolThatAllHadLeft() async throws {
        try await FeedFixture.with { fixture in
            let archive = try FeedFixture.archive { $0.people = 100 }
            let first = try await fixture.run(archive)
            // As after an import in which all leave: the establishment has nobody, accounts and profiles are still there.
            try fixture.platform.sql(
                .directory,
                """
                delete from feed_profile;
                update profile set valid_to = current_date;
                update feed_person set state = 'suspended', disappeared_at = now() - interval '40 days', was_locked = true;
                update account set state = 'locked';
                """)
            let again = try await fixture.run(archive)
            #expect(again("pupils", "returned") == first("pupils", "added"))
            #expect(try fixture.count("select count(*) from profile where valid_to is not null") == 0)
            #expect(try fixture.count("select count(*) from feed_person where state <> 'active' or was_locked") == 0)
            #expect(try fixture.count("select count(*) from account where state <> 'pending'") == 0)
            #expect(
                try fixture.shards("select count(*) from person where role = 'pupil'") == first("pupils", "added"))
            #expect(try await fixture.run(archive).isEmpty)
        }
    }

    /// Whoever is placed by a record and whoever is where their pupils are is compared apart; one who went from the one to the other
    /// has changed, and neither come nor gone.
    @Test func aTeacherWhoWasAGuardianBeforeHasChanged() async throws {
        try await FeedFixture.with { fixture in
            let archive = try FeedFixture.archive { $0.people = 100 }
            _ = try await fixture.run(archive)
            try fixture.platform.sql(
                .directory,
                """
                update feed_profile set role = 'guardian' where (domain, key) = (
                    select domain, key from feed_profile where role = 'teacher' order by key limit 1);
                update feed_profile set role = 'staff' where (domain, key, establishment_id) = (
                    select domain, key, establishment_id from feed_profile join feed_person using (domain, key)
                    where role = 'guardian' and kind = 'guardian' limit 1);
                """)
            let planned = try await fixture.plan(archive)
            let units = try fixture.platform.sql(
                .directory, "select string_agg(action || ' ' || role, ',' order by role) from feed_unit")
            #expect(units == "change guardian,change teacher")
            let done = try FeedFixture.Numbers(try await fixture.finish(planned))
            #expect(
                done("staff", "changed") == 1 && done("staff", "disappeared") == 0 && done("guardians", "added") == 0)
            #expect(try fixture.count("select count(*) from feed_departure") == 0)
            #expect(try await fixture.run(archive).isEmpty)
        }
    }
}
