import Postgres
import Runtime
import Synchronization
import TestSupport
import TestTenancy
import Testing

@testable import Tenancy

extension OnServers {
    /// Bad days, each on servers of its own.
    @Suite struct FaultTests {
        // Test servers acknowledge commits before they are on disk: a checkpoint comes before each SIGKILL.

        /// Tries until it succeeds, up to ten seconds.
        private func eventually(_ body: @Sendable () async throws -> Void) async throws {
            let end = Instant.now + .seconds(10)
            while true {
                do { return try await body() } catch { if Instant.now > end { throw error } }
                try await Task.sleep(for: .milliseconds(50))
            }
        }

        @Test func aDeadShardFailsFastAndAloneAndComesBack() async throws {
            let platform = try await TestPlatform.start()
            let here = try platform.addEstablishment(on: 1)
            let there = try platform.addEstablishment(on: 2)
            let node = try await platform.startNode()
            try await node.run { tenancy in
                try await tenancy.insertRoom(here, "A")
                try await tenancy.insertRoom(there, "A")
            }
            try platform.shards[1].sql("checkpoint")
            platform.shards[1].kill()
            // The first to notice may be the one whose answer was lost; from then on it is known.
            _ = try? await node.run { try await $0.countRooms(there) }
            var durations: [Duration] = []
            for _ in 0..<21 {
                durations.append(
                    try await node.run { tenancy in
                        let start = Instant.now
                        await #expect(throws: TenancyError.shardUnavailable(ShardID(rawValue: 2))) {
                            _ = try await tenancy.countRooms(there)
                        }
                        return Instant.now.since(start)
                    })
                #expect(try await node.run { try await $0.countRooms(here) } == 1)
            }
            #expect(durations.sorted()[10] < .milliseconds(10))
            try platform.shards[1].startAgain()
            try await eventually { _ = try await node.run { try await $0.countRooms(there) } }
            try await node.run { try await $0.insertRoom(there, "B") }
            await node.stop()
        }

        @Test func aTransactionThatWasCutOffRunsAgainWhereItMay() async throws {
            let platform = try await TestPlatform.start(shards: 1)
            let id = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode()
            for (repetition, isKept) in [(TransactionRepetition.never, false), (.whenUndone, true), (.always, true)] {
                let runs = Atomic(0)
                let outcome: Result<Void, any Error>
                do {
                    try await node.run { tenancy in
                        let context = try tenancy.context(for: id)
                        try await tenancy.transaction(context, repetition: repetition) { transaction in
                            _ = try await transaction.query(TestStatements.insert, UUID.v7(), "\(repetition)")
                            if runs.add(1, ordering: .relaxed).newValue == 1 {
                                try platform.sql(
                                    .shard(1),
                                    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'preau_node'"
                                )
                            }
                            _ = try await transaction.query(TestStatements.count)
                        }
                    }
                    outcome = .success(())
                } catch {
                    outcome = .failure(error)
                }
                let wasKept = (try? outcome.get()) != nil
                #expect(wasKept == isKept)
                #expect(runs.load(ordering: .relaxed) == (isKept ? 2 : 1))
                let rows = try platform.sql(.shard(1), "select count(*) from room where name = '\(repetition)'")
                #expect(rows == (isKept ? "1" : "0"))
            }
            await node.stop()
        }

        @Test func aHungShardLeavesTheOthersUntouched() async throws {
            let platform = try await TestPlatform.start()
            let here = try platform.addEstablishment(on: 1)
            let there = try platform.addEstablishment(on: 2)
            let node = try await platform.startNode()
            try await node.run { tenancy in
                try await tenancy.insertRoom(here, "A")
                try await tenancy.insertRoom(there, "A")
            }
            platform.shards[1].pause()
            async let stuck = node.run { tenancy in
                await tenancy.onEach(try (0..<50).map { _ in try tenancy.context(for: there) }, parallel: 50) {
                    context in
                    _ = try await tenancy.read(TenantBatch(context, TestStatements.count))
                }.filter { (try? $0.result.get()) != nil }.count
            }
            var durations: [Duration] = []
            for _ in 0..<101 {
                durations.append(
                    try await node.run { tenancy in
                        let start = Instant.now
                        let count = try await tenancy.countRooms(here)
                        #expect(count == 1)
                        return Instant.now.since(start)
                    })
                try await Task.sleep(for: .milliseconds(10))
            }
            // Less than what the hung one's callers wait for, by far.
            #expect(durations.sorted()[50] < .milliseconds(50))
            #expect(try await stuck == 0)
            platform.shards[1].resume()
            try await eventually { _ = try await node.run { try await $0.countRooms(there) } }
            await node.stop()
        }

        @Test func theDirectoryGoneEverythingCachedGoesOn() async throws {
            let platform = try await TestPlatform.start()
            let id = try platform.addEstablishment(on: 1)
            try platform.sql(
                .directory, "insert into territory_host values ('ent77.localhost', 'seine-et-marne', true)")
            let node = try await platform.startNode(watching: true, pollInterval: .milliseconds(100))
            try platform.directory.sql("checkpoint")
            platform.directory.kill()
            try await Task.sleep(for: .milliseconds(500))
            try await node.run { tenancy in
                // A shard not connected to before the directory went away is as good as any.
                try await tenancy.insertRoom(id, "A")
                let count = try await tenancy.countRooms(id)
                #expect(count == 1)
                #expect(tenancy.territories.territory(host: "ent77.localhost")?.id.rawValue == "seine-et-marne")
                await #expect(throws: TenancyError.directoryUnavailable) { try await tenancy.refresh() }
            }
            // A shard that turns work away cannot be second-guessed without the directory; that is said, and not for ever.
            try platform.sql(.shard(1), "update placement set epoch = 2 where establishment_id = \(id)")
            try await node.run { $0.holdLimit = .milliseconds(200) }
            await #expect(throws: TenancyError.directoryUnavailable) {
                try await node.run { try await $0.insertRoom(id, "B") }
            }
            try platform.directory.startAgain()
            try platform.sql(.directory, "update establishment set epoch = 2 where id = \(id)")
            try await eventually { try await node.run { try await $0.insertRoom(id, "B") } }
            await node.stop()
        }

        @Test func aNodeStartedWithoutTheDirectoryKnowsThatItDoesNotKnow() async throws {
            let platform = try await TestPlatform.start(shards: 1)
            let id = try platform.addEstablishment(on: 1)
            try platform.directory.sql("checkpoint")
            platform.directory.kill()
            let node = try await platform.startNode(watching: true, pollInterval: .milliseconds(100), loaded: false)
            await #expect(throws: TenancyError.directoryUnavailable) {
                try await node.run { _ = try await $0.countRooms(id) }
            }
            try platform.directory.startAgain()
            try await eventually { _ = try await node.run { try await $0.countRooms(id) } }
            await node.stop()
        }

        @Test func aShardThatIsBehindIsRefusedUntilItIsNot() async throws {
            let platform = try await TestPlatform.start()
            let here = try platform.addEstablishment(on: 1)
            let there = try platform.addEstablishment(on: 2)
            let newest = Migration.shard.count
            let more = Migration.shard + [Migration(newest + 1, "Later", "alter table room add column floor smallint")]
            // Shard 2 is down while the migration goes through.
            try platform.shards[1].sql("checkpoint")
            platform.shards[1].kill()
            _ = await platform.migrate(shardMigrations: more)
            try platform.shards[1].startAgain()
            let node = try await platform.startNode(neededVersion: newest + 1)
            try await node.run { try await $0.insertRoom(here, "A") }
            let behind = TenancyError.shardBehind(ShardID(rawValue: 2), version: newest, needed: newest + 1)
            await #expect(throws: behind) { try await node.run { try await $0.insertRoom(there, "A") } }
            await #expect(throws: behind) { try await node.run { _ = try await $0.countRooms(there) } }
            await #expect(throws: behind) {
                try await node.run { tenancy in
                    try await tenancy.transaction(try tenancy.context(for: there)) { _ in }
                }
            }
            #expect(await platform.migrate(shardMigrations: more).succeeded)
            try await eventually { try await node.run { try await $0.insertRoom(there, "A") } }
            await node.stop()
        }

        @Test func anEmptyDatabaseIsNotTakenForAShard() async throws {
            let platform = try await TestPlatform.start(shards: 1)
            let id = try platform.addEstablishment(on: 1)
            try platform.sql(.shard(1), "drop owned by preau_owner; drop owned by preau_node")
            let node = try await platform.startNode()
            await #expect(
                throws: TenancyError.shardBehind(ShardID(rawValue: 1), version: 0, needed: Migration.shard.count)
            ) {
                try await node.run { try await $0.insertRoom(id, "A") }
            }
            await node.stop()
        }

        /// A shard whose server was replaced: its address is changed in the directory, and work follows.
        @Test func followsAShardToAnotherAddress() async throws {
            let platform = try await TestPlatform.start()
            let id = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode(watching: true, pollInterval: .milliseconds(100), listening: false)
            try await node.run { try await $0.insertRoom(id, "A") }
            // Shard 2's server has been made a copy of shard 1 and takes its place.
            try platform.sql(.shard(2), "insert into placement values (\(id), 1, 'active')")
            try platform.shards[0].sql("checkpoint")
            platform.shards[0].kill()
            try platform.sql(
                .directory,
                "update shard set state = 'retired', port = 1 where id = 2; update shard set port = \(platform.shards[1].port) where id = 1"
            )
            try await eventually { try await node.run { try await $0.insertRoom(id, "B") } }
            #expect(try platform.sql(.shard(2), "select name from room where establishment_id = \(id)") == "B")
            await node.stop()
        }
    }
}
