import Postgres
import Runtime
import TestSupport
import TestTenancy
import Testing

@testable import Tenancy

extension OnServers {
    @Suite struct DirectoryTests {
        private func becomesTrue(within limit: Duration = .seconds(5), _ condition: () -> Bool) async throws -> Bool {
            let end = Instant.now + limit
            while !condition() {
                if Instant.now > end { return false }
                try await Task.sleep(for: .milliseconds(5))
            }
            return true
        }

        @Test func aNotificationBringsTheChange() async throws {
            let platform = try await TestPlatform.start(shards: 1)
            let id = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode(watching: true, pollInterval: .seconds(3600))
            try await Task.sleep(for: .milliseconds(500))
            let start = Instant.now
            try platform.sql(.directory, "update establishment set name = 'Collège Rosa-Parks' where id = \(id)")
            #expect(try await becomesTrue { node.cache.map[id]?.name == "Collège Rosa-Parks" })
            #expect(Instant.now.since(start) < .seconds(2))

            // A connection that was cut: what was missed meanwhile is read when it is back.
            try platform.sql(
                .directory,
                """
                select pg_terminate_backend(pid) from pg_stat_activity where usename = 'preau_node' and query like 'listen%';
                update establishment set name = 'Collège Simone-Veil' where id = \(id)
                """)
            #expect(try await becomesTrue { node.cache.map[id]?.name == "Collège Simone-Veil" })
            await node.stop()
        }

        @Test func withoutNotificationsThePollBringsIt() async throws {
            let platform = try await TestPlatform.start(shards: 1)
            let id = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode(watching: true, pollInterval: .milliseconds(100), listening: false)
            try platform.sql(.directory, "update establishment set state = 'suspended' where id = \(id)")
            #expect(try await becomesTrue { node.cache.map[id]?.state == .suspended })
            await node.stop()
        }

        @Test func oneTransactionIsOneNotificationWithoutPayload() async throws {
            let platform = try await TestPlatform.start(shards: 1)
            let ids = try (0..<3).map { _ in try platform.addEstablishment(on: 1) }
            let updates = ids.map { "update establishment set name = 'x' where id = \($0);" }.joined()
            let heard = try TestShell.run(
                [
                    TestPostgres.programs + "/psql", "-X", "-h", platform.directory.host, "-p",
                    String(platform.directory.port),
                    "-U", "preau_admin", "-d", TestPlatform.directoryDatabase,
                ], input: "listen preau_map;\nbegin;\n\(updates)\ncommit;\nselect 1;\n")
            #expect(heard.split(separator: "\n").count { $0.contains("Asynchronous notification \"preau_map\"") } == 1)
            #expect(!heard.contains("payload"))
        }

        /// Ten thousand changes in one go neither fill a queue nor leave a copy behind.
        @Test func theVersionMovesWithTheTransaction() async throws {
            let platform = try await TestPlatform.start(shards: 1)
            func version() throws -> Int {
                Int(try platform.sql(.directory, "select version from directory_version where topic = 'map'")) ?? 0
            }
            let id = try platform.addEstablishment(on: 1)
            let before = try version()
            _ = try? platform.sql(.directory, "begin; update establishment set name = 'x' where id = \(id); rollback")
            #expect(try version() == before)
            try platform.sql(.directory, "update establishment set name = 'x' where id = \(id)")
            #expect(try version() == before + 1)
        }

        @Test func readsTerritoriesWhole() async throws {
            let platform = try await TestPlatform.start(shards: 1)
            try platform.sql(
                .directory,
                """
                insert into territory (id, kind, code, name, title, region, time_zone, theme) values
                    ('seine-et-marne', 'department', '77', 'Seine-et-Marne', 'ENT 77', 'Île-de-France', 'Europe/Paris',
                        '{"primary": "#005a9c"}'),
                    ('la-reunion', 'region', '04', 'La Réunion', '', '', 'Indian/Reunion', '{}'),
                    ('nowhere', 'region', '99', 'Nowhere', '', '', 'Europe/Nowhere', '{}');
                insert into territory_host values ('b.localhost', 'seine-et-marne', false), ('ent77.localhost', 'seine-et-marne', true);
                insert into territory_department values ('seine-et-marne', '77', 'Seine-et-Marne', 'Créteil', 'C');
                insert into school_calendar values ('seine-et-marne', 2026, 'C', '2026-09-01', '2027-07-03');
                insert into school_holiday values
                    ('seine-et-marne', 2026, 'C', '2026-12-19', '2027-01-03', 'holiday', 'Noël'),
                    ('seine-et-marne', 2026, 'C', '2026-10-17', '2026-11-01', 'holiday', 'Toussaint'),
                    ('seine-et-marne', 2026, 'C', '2026-11-11', '2026-11-11', 'public_holiday', 'Armistice');
                insert into school_term values ('seine-et-marne', 2026, 'C', 1, '1er trimestre', '2026-09-01', '2026-11-29');
                insert into territory_news (id, territory_id, title, published_from, published_until) values
                    (gen_random_uuid(), 'seine-et-marne', 'over', '2020-01-01Z', '2020-02-01Z'),
                    (gen_random_uuid(), 'seine-et-marne', 'now', '2026-01-01Z', null),
                    (gen_random_uuid(), 'seine-et-marne', 'later', '2100-01-01Z', null);
                """)
            let node = try await platform.startNode()
            let territories = node.cache.territories
            // One that cannot be read does not take the others away.
            #expect(territories.all.map(\.id.rawValue) == ["la-reunion", "seine-et-marne"])
            let territory = try #require(territories.territory(host: "ent77.localhost"))
            #expect(territory.hosts == ["ent77.localhost", "b.localhost"])
            #expect(territory.title == "ENT 77" && territory.region == "Île-de-France")
            #expect(territory.theme.text == "{\"primary\": \"#005a9c\"}")
            #expect(territory.departments.map(\.academy) == ["Créteil"])
            #expect(territories.all[0].title == "La Réunion")
            #expect(territories.territory(host: "elsewhere") == nil)

            let calendar = try #require(territory.calendar(schoolYear: SchoolYear(rawValue: 2026), zone: "C"))
            #expect(calendar.holidays.map(\.name) == ["Toussaint", "Armistice", "Noël"])
            func isOpen(_ text: String) throws -> Bool { calendar.isSchoolDay(try #require(CivilDate(text))) }
            #expect(try isOpen("2026-10-16") && !isOpen("2026-10-17") && !isOpen("2026-11-01"))
            #expect(try isOpen("2026-11-02") && !isOpen("2026-11-11") && isOpen("2026-11-12"))
            #expect(try !isOpen("2026-11-15") && isOpen("2026-11-14") && !isOpen("2027-07-04"))
            #expect(calendar.term(on: try #require(CivilDate("2026-11-22")))?.number == 1)

            // What comes later is there already, and appears by itself.
            #expect(territory.news(at: 1_795_000_000_000_000).map(\.title) == ["now"])
            #expect(territory.news(at: 4_200_000_000_000_000).map(\.title) == ["later", "now"])
            await node.stop()
        }

        /// What a process says that it is ready by.
        @Test func anEmptyPlatformHasBeenReadOnceItWas() async throws {
            let platform = try await TestPlatform.start(shards: 1)
            let node = try await platform.startNode(loaded: false)
            #expect(!node.cache.hasBeenRead)
            try await node.run { try await $0.refresh() }
            #expect(node.cache.hasBeenRead)
            #expect(node.cache.map.establishments.isEmpty && node.cache.territories.all.isEmpty)
            platform.directory.kill()
            let isRead = try await node.run { (try? await $0.refresh()) != nil }
            #expect(!isRead)
            #expect(node.cache.hasBeenRead, "what is known stays known")
            await node.stop()
        }

        @Test func theNewestReadingWinsWhateverItsVersion() {
            let cache = DirectoryCache()
            let (early, late) = (cache.takeTicket(), cache.takeTicket())
            #expect(cache.store(ShardMap(version: 3, establishments: [], shards: []), ticket: late))
            #expect(!cache.store(ShardMap(version: 9, establishments: [], shards: []), ticket: early))
            #expect(cache.map.version == 3)
            #expect(cache.generation == 1)
        }

        @Test func registersShardsAndChangesTheirState() async throws {
            let platform = try await TestPlatform.start(shards: 2)
            let node = try await platform.startNode(user: "preau_admin")
            let three = ShardID(rawValue: 3)
            try await node.run { [directory = node.directory] _ in
                func states() async throws -> [Shard.State] { try await ShardStore.all(directory).map(\.state) }
                let address = Shard.Address(host: "127.0.0.1", port: 5, database: "x")
                try await ShardStore.register(three, name: "shard-3", address: address, in: directory)
                #expect(try await states() == [.active, .active, .registered])
                let isKnown = try await ShardStore.setState(of: three, .draining, in: directory)
                #expect(isKnown)
                // Again with another weight: a shard in use stays in use.
                try await ShardStore.register(three, name: "shard-3", address: address, weight: 50, in: directory)
                #expect(try await states() == [.active, .active, .draining])
                #expect(try await ShardStore.all(directory)[2].weight == 50)
                let nobody = try await ShardStore.setState(of: ShardID(rawValue: 9), .active, in: directory)
                #expect(!nobody)
                // Two shards are never one database, nor of one name.
                for (name, port) in [("shard-3", 6), ("shard-4", 5)] {
                    await #expect(throws: PostgresError.self) {
                        try await ShardStore.register(
                            ShardID(rawValue: 4), name: name,
                            address: .init(host: "127.0.0.1", port: port, database: "x"),
                            in: directory)
                    }
                }
            }
            await node.stop()
        }
    }
}
