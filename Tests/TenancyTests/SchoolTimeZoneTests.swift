import Runtime
import TestSupport
import Testing

@testable import Tenancy

@Suite struct SchoolTimeZoneTests {
    private func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    /// Hours and minutes of the clock at an instant, as `2026-03-29 03:30`.
    private func clock(_ zone: SchoolTimeZone, _ microseconds: Int64) -> String {
        let local = zone.local(microseconds: microseconds)
        func pad(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(local.date) \(pad(local.secondOfDay / 3600)):\(pad(local.secondOfDay / 60 % 60))"
    }

    @Test func knowsBothChangesOfHourInParis() throws {
        let paris = try SchoolTimeZone.named("Europe/Paris")
        // 2026-03-29T01:00:00Z and 2026-10-25T01:00:00Z
        #expect(paris.offset(at: 1_774_745_999) == 3600)
        #expect(paris.offset(at: 1_774_746_000) == 7200)
        #expect(paris.offset(at: 1_792_889_999) == 7200)
        #expect(paris.offset(at: 1_792_890_000) == 3600)
        #expect(clock(paris, 1_774_745_999_999_999) == "2026-03-29 01:59")
        #expect(clock(paris, 1_774_746_000_000_000) == "2026-03-29 03:00")
        #expect(clock(paris, 1_792_889_999_000_000) == "2026-10-25 02:59")
        #expect(clock(paris, 1_792_890_000_000_000) == "2026-10-25 02:00")
    }

    @Test func movesASkippedTimeOnByTheJump() throws {
        let paris = try SchoolTimeZone.named("Europe/Paris")
        let night = try day("2026-03-29")
        #expect(clock(paris, paris.microseconds(of: night, minute: 119)) == "2026-03-29 01:59")
        #expect(clock(paris, paris.microseconds(of: night, minute: 120)) == "2026-03-29 03:00")
        #expect(clock(paris, paris.microseconds(of: night, minute: 150)) == "2026-03-29 03:30")
        #expect(clock(paris, paris.microseconds(of: night, minute: 180)) == "2026-03-29 03:00")
        #expect(paris.microseconds(of: night, minute: 120) == 1_774_746_000_000_000)
    }

    @Test func takesTheFirstOfATimeShownTwice() throws {
        let paris = try SchoolTimeZone.named("Europe/Paris")
        let night = try day("2026-10-25")
        #expect(paris.microseconds(of: night, minute: 150) == 1_792_888_200_000_000)
        #expect(clock(paris, 1_792_888_200_000_000) == "2026-10-25 02:30")
        #expect(clock(paris, 1_792_891_800_000_000) == "2026-10-25 02:30")
        #expect(paris.microseconds(of: night, minute: 180) == 1_792_893_600_000_000)
    }

    @Test func daysOfTheChangesLast23And25Hours() throws {
        let paris = try SchoolTimeZone.named("Europe/Paris")
        let hour: Int64 = 3_600_000_000
        #expect(paris.day(try day("2026-03-29")).count == 23 * hour)
        #expect(paris.day(try day("2026-10-25")).count == 25 * hour)
        #expect(paris.day(try day("2026-10-26")).count == 24 * hour)
    }

    @Test func laReunionNeverChanges() throws {
        let reunion = try SchoolTimeZone.named("Indian/Reunion")
        for date in ["2026-03-29", "2026-10-25", "2026-07-01"] {
            let noon = reunion.microseconds(of: try day(date), minute: 720)
            #expect(clock(reunion, noon) == "\(date) 12:00")
            #expect(reunion.offset(at: noon / 1_000_000) == 4 * 3600)
        }
        // Midnight in Paris is two hours later in summer, three in winter.
        let paris = try SchoolTimeZone.named("Europe/Paris")
        #expect(clock(reunion, paris.microseconds(of: try day("2026-07-01"), minute: 0)) == "2026-07-01 02:00")
        #expect(clock(reunion, paris.microseconds(of: try day("2026-12-31"), minute: 1439)) == "2027-01-01 02:59")
    }

    @Test func beforeTheEpochAndTheLastMicrosecondOfADay() throws {
        let utc = try SchoolTimeZone.named("UTC")
        #expect(utc.date(microseconds: -1) == (try day("1969-12-31")))
        #expect(utc.local(microseconds: -1).secondOfDay == 86_399)
        #expect(utc.microseconds(of: try day("1969-12-31"), second: 86_400) == 0)
    }

    @Test func refusesWhatIsNotAZone() {
        for name in ["", "Paris", "Europe/Pari", "GMT+2", "CET", "../etc/passwd", "Europe/Paris/x"] {
            #expect(throws: TenancyError.unknownTimeZone(name)) { _ = try SchoolTimeZone.named(name) }
        }
    }

    @Test func givesTheSameObjectEachTime() throws {
        #expect(try SchoolTimeZone.named("Europe/Paris") === SchoolTimeZone.named("Europe/Paris"))
    }

    /// Every quarter of an hour around each change, and every 31 hours from 2020 to 2037, for the zones of all French
    /// territories: another implementation has to agree.
    @Test func agreesWithPostgreSQL() throws {
        let server = try TestPostgres.start()
        let zones = [
            "Europe/Paris", "Indian/Reunion", "Indian/Mayotte", "America/Guadeloupe", "America/Martinique",
            "America/Cayenne", "America/Miquelon", "Pacific/Noumea", "Pacific/Tahiti", "Pacific/Wallis",
            "America/St_Barthelemy",
        ]
        for name in zones {
            let zone = try SchoolTimeZone.named(name)
            let rows = try server.sql(
                """
                with instants as (
                    select t from generate_series(timestamptz '2020-01-01Z', '2037-12-31Z', '31 hours') t
                    union select t from generate_series(timestamptz '2026-03-28 20:00Z', '2026-03-29 06:00Z', '15 min') t
                    union select t from generate_series(timestamptz '2026-10-24 20:00Z', '2026-10-25 06:00Z', '15 min') t
                    union select t from generate_series(timestamptz '2026-03-07 20:00Z', '2026-03-08 12:00Z', '15 min') t
                )
                select extract(epoch from t)::bigint, (t at time zone '\(name)')::date,
                    extract(epoch from (t at time zone '\(name)')::time)::integer from instants
                """)
            var compared = 0
            for row in rows.split(separator: "\n") {
                let columns = row.split(separator: "|")
                let instant = try #require(Int64(columns[0]))
                let local = zone.local(microseconds: instant * 1_000_000)
                #expect("\(local.date)" == columns[1] && local.secondOfDay == Int(columns[2]), "\(name) at \(instant)")
                // Back again, but for the second of two equal times.
                let back = zone.microseconds(of: local.date, second: local.secondOfDay) / 1_000_000
                #expect(back == instant || instant - back == 3600, "\(name) at \(instant)")
                compared += 1
            }
            #expect(compared > 5000)
        }
    }
}
