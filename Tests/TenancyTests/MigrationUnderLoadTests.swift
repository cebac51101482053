import Postgres
import Runtime
import Synchronization
import TestSupport
import TestTenancy
import Testing

@testable import Tenancy

extension OnServers {
    /// The schema changes while a thousand establishments are at work.
    @Suite struct MigrationUnderLoadTests {
        private static let establishments = 1000

        /// What a release adds: it only adds (`Infra/check`, migrations_expand).
        private static let more =
            Migration.shard + [
                Migration(
                    Migration.shard.count + 1, "Floors",
                    """
                    alter table room add column floor smallint;
                    alter table room add constraint room_floor check (floor between -5 and 50) not valid;
                    create table room_key (
                        establishment_id integer not null, room_id uuid not null, holder text not null,
                        primary key (establishment_id, room_id)
                    );
                    """)
            ]

        /// People of every establishment, who write a room and read theirs, in turn, until told to stop.
        private final class People: Sendable {
            let written = Atomic(0)
            let failed = Atomic(0)
            let slow = Atomic(0)

            func work(_ tenancy: Tenancy, _ ids: [EstablishmentID], until end: Instant) async {
                var number = 0
                while Instant.now < end {
                    let id = ids[number % ids.count]
                    number += 1
                    let start = Instant.now
                    do {
                        try await tenancy.insertRoom(id, "\(number)")
                        written.add(1, ordering: .relaxed)
                        _ = try await tenancy.countRooms(id)
                    } catch {
                        Issue.record("\(error)")
                        failed.add(1, ordering: .relaxed)
                    }
                    if Instant.now.since(start) > .seconds(2) { slow.add(1, ordering: .relaxed) }
                    try? await tenancy.loop.sleep(for: .milliseconds(5))
                }
            }
        }

        @Test func nobodyNoticesThatTheSchemaGrowsAndOneShardComesLater() async throws {
            let platform = try await TestPlatform.start()
            let ids = try MigrationUnderLoadTests.addEstablishments(platform)
            let node = try await platform.startNode()
            // In the way of the new table on the second shard, until somebody puts it right.
            try platform.sql(.shard(2), "create table room_key (x integer)")
            let people = People()
            let end = Instant.now + .seconds(12)
            let workers = (0..<8).map { worker in
                let own = ids.enumerated().filter { $0.offset % 8 == worker }.map(\.element)
                return Task { try await node.run { tenancy in await people.work(tenancy, own, until: end) } }
            }
            try await Task.sleep(for: .seconds(1))
            // Somebody's long look at the table on both shards: the migration has to step back, and be no wall meanwhile.
            let readers = [Int16(1), 2].map { shard in
                Task.detached {
                    try platform.sql(
                        .shard(shard), "begin; lock table room in access share mode; select pg_sleep(3); commit")
                }
            }
            try await Task.sleep(for: .milliseconds(300))
            let first = await platform.migrate(shardMigrations: MigrationUnderLoadTests.more)
            let newest = MigrationUnderLoadTests.more.count
            #expect(first.shards[0].outcome == .migrated(from: newest - 1, to: newest))
            guard case .failed(newest - 1, .failed(newest, "Floors", let error)) = first.shards[1].outcome else {
                Issue.record("\(first.shards[1].outcome)")
                return
            }
            #expect(error.sqlState == "42P07")
            // Nothing of it was kept; put right, it goes on.
            try platform.sql(.shard(2), "drop table room_key")
            let second = await platform.migrate(shardMigrations: MigrationUnderLoadTests.more)
            #expect(
                second.shards.map(\.outcome) == [
                    .migrated(from: newest, to: newest), .migrated(from: newest - 1, to: newest),
                ])
            for worker in workers { try await worker.value }
            for reader in readers { _ = try await reader.value }
            #expect(people.failed.load(ordering: .relaxed) == 0)
            #expect(people.slow.load(ordering: .relaxed) == 0)
            let kept = try [Int16(1), 2].map { try platform.sql(.shard($0), "select count(*) from room") }
            #expect(kept.compactMap { Int($0) }.reduce(0, +) == people.written.load(ordering: .relaxed))
            #expect(people.written.load(ordering: .relaxed) > 1000)
            await node.stop()
        }

        /// Half of them on each shard, in few statements.
        private static func addEstablishments(_ platform: TestPlatform) throws -> [EstablishmentID] {
            _ = try platform.addEstablishment(on: 1)
            try platform.sql(
                .directory,
                """
                insert into establishment (uai, territory_id, name, kind, department, time_zone, zone, shard_id, state, is_invented)
                    select to_char(8000000 + n, 'FM0000000') || 'A', 'seine-et-marne', 'Collège ' || n, 'college', '77',
                           'Europe/Paris', 'C', 1 + n % 2, 'active', true
                    from generate_series(1, \(establishments)) n
                """)
            var ids: [EstablishmentID] = []
            for shard in [Int16(1), 2] {
                let own = try platform.sql(
                    .directory, "select id from establishment where shard_id = \(shard) and uai like '8%' order by id"
                )
                .split(separator: "\n").compactMap { Int32($0) }
                try platform.sql(
                    .shard(shard),
                    "insert into placement (establishment_id, epoch, state) select n, 1, 'active' from unnest(array[\(own.map(String.init).joined(separator: ","))]) n"
                )
                ids += own.map { EstablishmentID(rawValue: $0) }
            }
            return ids
        }
    }
}
