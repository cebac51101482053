import Runtime
import Synchronization
import Tenancy
import TestTenancy
import Testing

@testable import Control

/// One after the other: they have servers of their own, and break them.
@Suite(.serialized) enum MoveTests {}

extension MoveTests {
    /// Moves by the real mover, as its own role, between real servers, under load.
    @Suite struct MoverTests {
        /// Every acknowledged write is on the shard, once, and nothing else is.
        private func expectExactly(
            _ writers: Writers, _ id: EstablishmentID, on shard: Int16, _ moves: MovePlatform
        ) async throws {
            let there = try moves.platform.sql(
                .shard(shard), "select name from room where establishment_id = \(id) and name like 'written %'"
            ).split(separator: "\n").map(String.init).sorted()
            #expect(there == (await writers.acknowledged).sorted())
        }

        @Test func movesThereAndBackWhilePeopleWriteAndLosesNothing() async throws {
            let moves = try await MovePlatform.start()
            let id = try moves.school()
            let node = try await moves.platform.startNode(watching: true)
            let process = try await moves.movingProcess()
            let writers = Writers()
            await writers.start(id, node)
            var pauses: [String] = []
            for (number, shard) in [Int16(2), 1, 2].enumerated() {
                let move = try await process.order(id, to: shard)
                try await moves.wait(move, for: "state in ('done', 'aborted')")
                let again = try await process.order(id, to: shard)
                #expect(again == move, "it came there by that move")
                #expect(try moves.column("state || ' ' || verification || ' ' || error", of: move) == "done equal ")
                #expect(
                    try moves.platform.sql(.directory, "select shard_id, epoch from establishment where id = \(id)")
                        == "\(shard)|\(number + 2)")
                // The source has nothing left of it.
                #expect(try moves.rows(id, on: 3 - shard) == 0)
                pauses.append(try moves.column("round(pause_ms::numeric, 1)", of: move))
            }
            await writers.stop()
            #expect(await writers.errors == [])
            #expect(await writers.acknowledged.count > 50)
            try await expectExactly(writers, id, on: 2, moves)
            #expect(try moves.leftovers() == [])
            print("pauses \(pauses) ms, \(await writers.acknowledged.count) writes, longest \(await writers.longest)")
            await process.die()
            await node.stop()
        }

        @Test func comesBackOverItsOpenWayWithoutCopying() async throws {
            let moves = try await MovePlatform.start()
            let id = try moves.school()
            let node = try await moves.platform.startNode(watching: true)
            let process = try await moves.movingProcess()
            let writers = Writers()
            await writers.start(id, node)
            let there = try await process.order(id, to: 2, keep: 3600)
            try await moves.wait(there, for: "state in ('done', 'aborted')")
            #expect(try moves.column("state || ' ' || way_back || ' ' || verification", of: there) == "done open equal")
            try await Task.sleep(for: .milliseconds(200))
            let back = try await process.order(id, to: 1, keep: 3600)
            try await moves.wait(back, for: "state in ('done', 'aborted')")
            #expect(
                try moves.column(
                    "state || ' ' || way_back || ' ' || verification || ' ' || rows_copied || ' ' || error", of: back)
                    == "done open equal 0 ")
            #expect(try moves.column("returns", of: back) == "\(there)")
            #expect(try moves.column("way_back", of: there) == "taken")
            // And once more, and then for good.
            let again = try await process.order(id, to: 2, keep: 0)
            try await moves.wait(again, for: "state in ('done', 'aborted')")
            #expect(try moves.column("state || ' ' || way_back || ' ' || verification", of: again) == "done none equal")
            await writers.stop()
            #expect(await writers.errors == [])
            try await expectExactly(writers, id, on: 2, moves)
            #expect(try moves.rows(id, on: 1) == 0)
            #expect(try moves.leftovers() == [])
            await process.die()
            await node.stop()
        }

        @Test func isCancelledUntilItSwitches() async throws {
            let moves = try await MovePlatform.start()
            let id = try moves.school(rooms: 3000)
            let before = try moves.content(id, on: 1)
            let process = try await moves.movingProcess()
            let move = try await process.order(id, to: 2, rate: 50_000)
            try await moves.wait(move, for: "state = 'copying'")
            _ = try await process.desk { try await $0.cancel(move) }
            try await moves.wait(move, for: "state in ('done', 'aborted')")
            #expect(try moves.column("state || ' ' || error", of: move) == "aborted cancelled")
            #expect(try moves.content(id, on: 1) == before)
            #expect(try moves.rows(id, on: 2) == 0)
            #expect(try moves.leftovers() == [])
            await #expect(throws: MoveError.self) { _ = try await process.desk { try await $0.cancel(move) } }
            await process.die()
        }

        @Test func refusesWhatMakesNoSense() async throws {
            let moves = try await MovePlatform.start()
            let id = try moves.school(rooms: 3000)
            let process = try await moves.movingProcess()
            await #expect(throws: MoveError.self) { _ = try await process.order(id, to: 1) }
            await #expect(throws: MoveError.self) { _ = try await process.order(id, to: 9) }
            await #expect(throws: MoveError.self) {
                _ = try await process.order(EstablishmentID(rawValue: 999_999), to: 2)
            }
            try moves.platform.sql(.directory, "update shard set state = 'draining' where id = 2")
            await #expect(throws: MoveError.self) { _ = try await process.order(id, to: 2) }
            try moves.platform.sql(.directory, "update shard set state = 'active' where id = 2")
            let move = try await process.order(id, to: 2, rate: 50_000)
            // The same once more is that move; elsewhere is another.
            let again = try await process.order(id, to: 2)
            #expect(again == move)
            await #expect(throws: MoveError.self) { _ = try await process.order(id, to: 1) }
            _ = try await process.desk { try await $0.cancel(move) }
            try await moves.wait(move, for: "state = 'aborted'")
            await process.die()
        }

        /// A shard that could not be reached when a move was given up keeps a slot; the next sweep finds it.
        @Test func sweepsWhatWasLeftBehind() async throws {
            let moves = try await MovePlatform.start()
            let id = try moves.school(rooms: 10)
            let process = try await moves.movingProcess()
            let before = try moves.content(id, on: 1)
            try moves.platform.sql(
                .shard(1),
                """
                select pg_create_logical_replication_slot('preau_move_999999_1', 'pgoutput');
                select preau_publish('preau_move_999999_1', \(id));
                select pg_create_logical_replication_slot('somebody_elses', 'pgoutput');
                """)
            try moves.platform.sql(
                .shard(2),
                """
                insert into placement values (\(id), 2, 'arriving');
                insert into room (establishment_id, id, name) select \(id), gen_random_uuid(), n::text from generate_series(1, 7000) n;
                """)
            try await process.sweep()
            #expect(try moves.leftovers() == ["1: somebody_elses"])
            #expect(try moves.rows(id, on: 2) == 0)
            #expect(
                try moves.platform.sql(.shard(2), "select count(*) from placement where establishment_id = \(id)")
                    == "0")
            #expect(try moves.content(id, on: 1) == before)
            try moves.platform.sql(.shard(1), "select pg_drop_replication_slot('somebody_elses')")
            await process.die()
        }

        /// Ordered at night and not begun by the morning, or tried again then: it waits until everybody has come in.
        @Test func whatWaitsDoesNotBeginAtTheBell() async throws {
            let moves = try await MovePlatform.start()
            let id = try moves.school(rooms: 10)
            try moves.platform.sql(.directory, "update establishment set is_invented = false where id = \(id)")
            // 2026-11-23 in Paris: six, eight and nine o'clock.
            let (six, eight, nine) = (1_795_410_000_000_000, 1_795_417_200_000_000, 1_795_420_800_000_000)
            let clock = Mutex(Int64(eight))
            let process = try await moves.movingProcess(now: { clock.withLock { $0 } })
            let move = try await process.order(id, to: 2, at: Int64(six))
            try await moves.wait(move, for: "error <> ''")
            #expect(
                try moves.column("state || ' ' || error", of: move) == "planned waits until nine: everybody signs in")
            await #expect(throws: MoveError.self) { try await process.order(id, to: 1) }
            clock.withLock { $0 = Int64(nine) }
            try moves.platform.sql(.directory, "update move set lease_until = null where id = \(move)")
            try await moves.wait(move, for: "state in ('done', 'aborted')")
            #expect(try moves.column("state", of: move) == "done")
            clock.withLock { $0 = Int64(eight) }
            let forced = try await process.order(id, to: 1, isForced: true)
            try await moves.wait(forced, for: "state in ('done', 'aborted')")
            #expect(try moves.column("state", of: forced) == "done")
            await process.die()
        }

        /// A mover that dies in the pause holds nobody up: the freeze ends by itself, and no mover can go on from it.
        @Test func aFreezeEndsByItself() async throws {
            let moves = try await MovePlatform.start()
            let id = try moves.school(rooms: 10)
            let node = try await moves.platform.startNode()
            try moves.platform.sql(
                .shard(1),
                "update placement set state = 'frozen', frozen_until = clock_timestamp() + interval '2 s' where establishment_id = \(id)"
            )
            let writers = Writers()
            await writers.start(id, node, count: 1)
            while await writers.acknowledged.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            await writers.stop()
            #expect(await writers.errors == [])
            #expect(await writers.longest > .milliseconds(100))
            await node.stop()
        }
    }
}
