import Postgres
import Runtime
import TestTenancy
import Testing

@testable import Tenancy

extension OnServers {
    /// Establishments moved by hand between two shards, under load, with nobody told: no node here listens or polls.
    @Suite struct MoveTests {
        /// What the writers of a test did.
        private actor Tally {
            private(set) var written = 0
            private(set) var read = 0
            private(set) var errors: [String] = []
            private(set) var longest = Duration.zero
            private(set) var isOver = false

            func wrote(in duration: Duration) {
                written += 1
                longest = max(longest, duration)
            }
            func didRead() { read += 1 }
            func failed(_ error: any Error) { errors.append("\(error)") }
            func end() { isOver = true }
        }

        /// One hand-made move: rows copied between the freeze and the flip.
        private func move(_ id: EstablishmentID, of platform: TestPlatform, from: Int16, to: Int16, epoch: Int) throws {
            try platform.sql(
                .shard(to),
                """
                delete from room where establishment_id = \(id);
                insert into placement values (\(id), \(epoch), 'arriving')
                    on conflict (establishment_id) do update set epoch = excluded.epoch, state = 'arriving'
                """)
            try platform.sql(
                .shard(from),
                """
                begin; select pg_advisory_xact_lock(20557, \(id));
                update placement set state = 'frozen' where establishment_id = \(id); commit
                """)
            let rows = try platform.sql(
                .shard(from),
                "copy (select establishment_id, id, name from room where establishment_id = \(id)) to stdout")
            try platform.sql(.shard(to), "copy room (establishment_id, id, name) from stdin;\n\(rows)\n\\.\n")
            try platform.sql(.shard(to), "update placement set state = 'active' where establishment_id = \(id)")
            try platform.sql(
                .directory, "update establishment set shard_id = \(to), epoch = \(epoch) where id = \(id)")
            try platform.sql(
                .shard(from), "update placement set state = 'moved', epoch = \(epoch) where establishment_id = \(id)")
        }

        private func rooms(_ id: EstablishmentID, _ platform: TestPlatform, _ shard: Int16) throws -> Int {
            Int(try platform.sql(.shard(shard), "select count(*) from room where establishment_id = \(id)")) ?? -1
        }

        @Test func noWriteIsLostNorLandsOnTheOldShardAndNobodySeesAnError() async throws {
            let platform = try await TestPlatform.shared.platform()
            let id = try platform.addEstablishment(on: 1)
            let nodes = [try await platform.startNode(), try await platform.startNode()]
            // The moves below are made with psql, on a machine that may be busy with other things.
            for node in nodes { try await node.run { $0.holdLimit = .seconds(30) } }
            let tally = Tally()
            async let work: Void = withTaskGroup(of: Void.self) { group in
                for (number, node) in nodes.enumerated() {
                    for writer in 0..<6 {
                        group.addTask {
                            var count = 0
                            while await !tally.isOver, !Task.isCancelled {
                                count += 1
                                let name = "\(number)-\(writer)-\(count)"
                                let start = Instant.now
                                do {
                                    try await node.run { tenancy in
                                        if writer.isMultiple(of: 2) {
                                            try await tenancy.insertRoom(id, name)
                                        } else {
                                            _ = try await tenancy.transaction(try tenancy.context(for: id)) {
                                                transaction in
                                                _ = try await transaction.query(TestStatements.count)
                                                return try await transaction.query(
                                                    TestStatements.insert, UUID.v7(), name
                                                )
                                                .affected
                                            }
                                        }
                                    }
                                    await tally.wrote(in: Instant.now.since(start))
                                    if writer == 0 {
                                        // What was written is there for who reads next, on whichever shard.
                                        let names = try await node.run { tenancy in
                                            try await tenancy.read(
                                                TenantBatch(try tenancy.context(for: id), TestStatements.names))[0]
                                                .map { try $0.text(0) }
                                        }
                                        if !names.contains(name) { await tally.failed(TestError.lost(name)) }
                                        await tally.didRead()
                                    }
                                } catch {
                                    await tally.failed(error)
                                }
                                try? await Task.sleep(for: .milliseconds(2))
                            }
                        }
                    }
                }
            }
            var frozenCounts: [Int] = []
            for (step, (from, to)) in [(Int16(1), Int16(2)), (2, 1), (1, 2)].enumerated() {
                try await Task.sleep(for: .milliseconds(400))
                try move(id, of: platform, from: from, to: to, epoch: step + 2)
                frozenCounts.append(try rooms(id, platform, from))
                try await Task.sleep(for: .milliseconds(200))
                // Nothing has landed on the old shard since.
                #expect(try rooms(id, platform, from) == frozenCounts[step])
            }
            try await Task.sleep(for: .milliseconds(400))
            await tally.end()
            await work
            #expect(await tally.errors == [])
            let written = await tally.written
            #expect(written > 200)
            #expect(await tally.read > 20)
            #expect(try rooms(id, platform, 2) == written)
            #expect(try rooms(id, platform, 1) == frozenCounts[2])
            print("moved three times: \(written) writes, longest \(await tally.longest)")
            for node in nodes { await node.stop() }
        }

        @Test func writesWaitWhileFrozenAndReadsGoOn() async throws {
            let platform = try await TestPlatform.shared.platform()
            let id = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode()
            try await node.run { try await $0.insertRoom(id, "before") }
            try platform.sql(.shard(1), "update placement set state = 'frozen' where establishment_id = \(id)")
            let start = Instant.now
            async let write: Void = node.run { try await $0.insertRoom(id, "after") }
            let count = try await node.run { try await $0.countRooms(id) }
            #expect(count == 1)
            try await Task.sleep(for: .milliseconds(300))
            #expect(try await node.run { try await $0.countRooms(id) } == 1)
            try platform.sql(.shard(1), "update placement set state = 'active' where establishment_id = \(id)")
            try await write
            #expect(Instant.now.since(start) > .milliseconds(300))
            #expect(try await node.run { try await $0.countRooms(id) } == 2)
            await node.stop()
        }

        @Test func aWriteDoesNotWaitForEver() async throws {
            let platform = try await TestPlatform.shared.platform()
            let id = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode()
            try await node.run { $0.holdLimit = .milliseconds(200) }
            try platform.sql(.shard(1), "update placement set state = 'frozen' where establishment_id = \(id)")
            await #expect(throws: TenancyError.moving(id)) { try await node.run { try await $0.insertRoom(id, "A") } }
            await node.stop()
        }

        /// The mover holds the lock before it changes the row: who comes then waits, and does not stop the mover.
        @Test func aWriteWaitsForTheMoversLock() async throws {
            let platform = try await TestPlatform.shared.platform()
            let id = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode()
            try await node.run { try await $0.insertRoom(id, "before") }
            let mover = Task.detached {
                try platform.sql(
                    .shard(1), "begin; select pg_advisory_xact_lock(20557, \(id)); select pg_sleep(1); commit")
            }
            let held =
                "select count(*) from pg_locks where locktype = 'advisory' and objid = \(id) and mode = 'ExclusiveLock' and granted"
            while try platform.sql(.shard(1), held) == "0" { try await Task.sleep(for: .milliseconds(5)) }
            let writer = Task.detached { try await node.run { try await $0.insertRoom(id, "after") } }
            try await Task.sleep(for: .milliseconds(100))
            // As long as the lock is held, nothing is written.
            let (count, isHeld) = (try rooms(id, platform, 1), try platform.sql(.shard(1), held))
            if isHeld == "1" { #expect(count == 1) }
            try await writer.value
            #expect(try platform.sql(.shard(1), held) == "0")
            #expect(try rooms(id, platform, 1) == 2)
            _ = try await mover.value
            await node.stop()
        }

        /// And the other way round: the mover waits for the writers that are under way.
        @Test func theMoverWaitsForATransactionUnderWay() async throws {
            let platform = try await TestPlatform.shared.platform()
            let id = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode()
            let (wrote, writes) = AsyncStream.makeStream(of: Void.self)
            let (looked, looks) = AsyncStream.makeStream(of: Void.self)
            async let transaction: Void = node.run { tenancy in
                try await tenancy.transaction(try tenancy.context(for: id)) { transaction in
                    _ = try await transaction.query(TestStatements.insert, UUID.v7(), "A")
                    writes.yield()
                    for await _ in looked { break }
                }
            }
            for await _ in wrote { break }
            #expect(try platform.sql(.shard(1), "select pg_try_advisory_xact_lock(20557, \(id))") == "f")
            looks.yield()
            try await transaction
            #expect(try platform.sql(.shard(1), "select pg_try_advisory_xact_lock(20557, \(id))") == "t")
            await node.stop()
        }

        @Test func aDisagreementOfDirectoryAndShardIsSaid() async throws {
            let platform = try await TestPlatform.shared.platform()
            let id = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode()
            try await node.run { $0.holdLimit = .milliseconds(200) }
            try platform.sql(.shard(1), "delete from placement where establishment_id = \(id)")
            let misplaced = TenancyError.misplaced(id, ShardID(rawValue: 1))
            await #expect(throws: misplaced) { try await node.run { try await $0.insertRoom(id, "A") } }
            await #expect(throws: misplaced) { try await node.run { _ = try await $0.countRooms(id) } }
            await #expect(throws: misplaced) {
                try await node.run { tenancy in
                    try await tenancy.transaction(try tenancy.context(for: id)) { _ in Issue.record("ran") }
                }
            }
            await node.stop()
        }

        /// A shard or a directory that came back from a backup says another number: nothing is written on a guess.
        @Test(arguments: [1, 3])
        func anotherEpochIsNotTaken(epoch: Int) async throws {
            let platform = try await TestPlatform.shared.platform()
            let id = try platform.addEstablishment(on: 1)
            try platform.sql(.directory, "update establishment set epoch = 2 where id = \(id)")
            try platform.sql(.shard(1), "update placement set epoch = \(epoch) where establishment_id = \(id)")
            let node = try await platform.startNode()
            try await node.run { $0.holdLimit = .milliseconds(100) }
            await #expect(throws: TenancyError.misplaced(id, ShardID(rawValue: 1))) {
                try await node.run { try await $0.insertRoom(id, "A") }
            }
            #expect(try rooms(id, platform, 1) == 0)
            await node.stop()
        }

        @Test func theDirectoryRefusesAnotherShardUnderTheSameEpoch() async throws {
            let platform = try await TestPlatform.shared.platform()
            let id = try platform.addEstablishment(on: 1)
            #expect(throws: (any Error).self) {
                try platform.sql(.directory, "update establishment set shard_id = 2 where id = \(id)")
            }
        }

        private enum TestError: Error {
            case lost(String)
        }
    }
}
