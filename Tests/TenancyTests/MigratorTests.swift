import Postgres
import Runtime
import TestSupport
import TestTenancy
import Testing

@testable import Tenancy

extension OnServers {
    @Suite struct MigratorTests {
        private var newest: Int { Migration.shard.count }

        @Test func numbersHaveNoGap() {
            #expect(Migration.directory.map(\.number) == Array(1...Migration.directory.count))
            #expect(Migration.shard.map(\.number) == Array(1...Migration.shard.count))
            #expect(Set(Migration.shard.map(\.name)).count == Migration.shard.count)
        }

        @Test func bringsEveryDatabaseUpToDateOnce() async throws {
            let platform = try await TestPlatform.start(migrated: false)
            let first = await platform.migrate()
            #expect(first.directory == .migrated(from: 0, to: Migration.directory.count))
            #expect(first.shards.isEmpty)
            try platform.registerShards()
            let second = await platform.migrate()
            #expect(second.directory == .migrated(from: Migration.directory.count, to: Migration.directory.count))
            #expect(second.shards.map(\.outcome) == [.migrated(from: 0, to: newest), .migrated(from: 0, to: newest)])
            let third = await platform.migrate()
            #expect(third.succeeded)
            #expect(
                third.shards.map(\.outcome) == [
                    .migrated(from: newest, to: newest), .migrated(from: newest, to: newest),
                ])
            #expect(
                try platform.sql(
                    .directory,
                    "select count(*) from shard where schema_version = \(newest) and migrated_at is not null")
                    == "2")
            #expect(try platform.sql(.shard(2), "select count(*) from migration") == "\(newest)")
        }

        @Test func oneFailingShardNeitherHidesNorStopsTheOthers() async throws {
            let platform = try await TestPlatform.start(shards: 3, migrated: false)
            _ = await platform.migrate()
            try platform.registerShards()
            // The second has something in the way of its second migration; the third is down.
            try platform.sql(.shard(2), "create table subject (x integer); alter table subject owner to preau_owner")
            platform.shards[2].kill()
            let report = await platform.migrate()
            #expect(!report.succeeded)
            #expect(report.directory.error == nil)
            #expect(report.shards.map { $0.shard.id.rawValue } == [1, 2, 3])
            #expect(report.shards[0].outcome == .migrated(from: 0, to: newest))
            guard case .failed(1, .failed(2, "School", let error)) = report.shards[1].outcome else {
                Issue.record("\(report.shards[1].outcome)")
                return
            }
            #expect(error.sqlState == "42P07")
            guard case .failed(0, .unreachable) = report.shards[2].outcome else {
                Issue.record("\(report.shards[2].outcome)")
                return
            }
            // Nothing of the migration that failed was kept, and why is to be read in the directory.
            #expect(try platform.sql(.shard(2), "select to_regclass('person') is null") == "t")
            #expect(
                try platform.sql(
                    .directory, "select id, schema_version, migration_error is null from shard order by id")
                    == "1|\(newest)|t\n2|1|f\n3|0|f")

            // Once put right, the next run goes on where each ended.
            try platform.sql(.shard(2), "drop table subject")
            try platform.shards[2].startAgain()
            let again = await platform.migrate()
            #expect(
                again.shards.map(\.outcome) == [
                    .migrated(from: newest, to: newest), .migrated(from: 1, to: newest), .migrated(from: 0, to: newest),
                ])
            #expect(try platform.sql(.directory, "select count(*) from shard where migration_error is not null") == "0")
        }

        @Test func twoAtOnceDoEachStepOnce() async throws {
            let platform = try await TestPlatform.start(migrated: false)
            async let one = platform.migrate()
            async let two = platform.migrate()
            let reports = await [one, two]
            #expect(reports.allSatisfy { $0.directory.error == nil })
            #expect(try platform.sql(.directory, "select count(*) from migration") == "\(Migration.directory.count)")
        }

        @Test func waitsForALockWithoutStandingBeforeOthers() async throws {
            let platform = try await TestPlatform.start(shards: 1)
            let more = Migration.shard + [Migration(newest + 1, "Later", "alter table room add column floor smallint")]
            // Somebody reads the table for five seconds: longer than a migration waits for its lock.
            let reader = Task.detached {
                try platform.sql(.shard(1), "begin; lock table room in access share mode; select pg_sleep(5); commit")
            }
            try await Task.sleep(for: .milliseconds(300))
            async let report = platform.migrate(shardMigrations: more)
            try await Task.sleep(for: .milliseconds(3500))
            // It has stepped back by now, so that who comes after the reader is not held up behind it for good.
            #expect(await report.shards.map(\.outcome) == [.migrated(from: newest, to: newest + 1)])
            _ = try await reader.value
        }

        @Test func refusesAMigrationThatWasEdited() async throws {
            let platform = try await TestPlatform.start(shards: 1)
            var edited = Migration.shard
            edited[1] = Migration(2, "School", edited[1].sql + "\n-- a word more")
            let report = await platform.migrate(shardMigrations: edited)
            #expect(report.shards.map(\.outcome) == [.failed(version: newest, .edited(number: 2, name: "School"))])
        }

        @Test func leavesANewerSchemaAlone() async throws {
            let platform = try await TestPlatform.start(shards: 1)
            let more = Migration.shard + [Migration(newest + 1, "Later", "alter table room add column floor smallint")]
            #expect(await platform.migrate(shardMigrations: more).succeeded)
            let report = await platform.migrate()
            #expect(report.shards.map(\.outcome) == [.migrated(from: newest + 1, to: newest + 1)])
        }

        @Test func refusesAGap() async throws {
            let platform = try await TestPlatform.start(shards: 1)
            try platform.sql(.shard(1), "delete from migration where number = 1")
            let report = await platform.migrate()
            #expect(report.shards.map(\.outcome) == [.failed(version: 0, .gap(after: 0))])
        }
    }
}
