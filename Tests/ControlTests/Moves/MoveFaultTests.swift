import Foundation
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Control

extension MoveTests {
    /// The mover, or a server, dies at each state of a move; what is left ends in done or aborted, and loses nothing.
    @Suite struct MoveFaultTests {
        enum Victim: String, CaseIterable, Sendable {
            case mover
            case source
            case target
            case directory
        }

        /// Where something stands in the way, so that a move stays in a state as long as the test wants it to.
        private func hold(
            _ state: Move.State, of id: EstablishmentID, _ moves: MovePlatform
        ) async throws -> Blocker? {
            switch state {
            // A slot waits for the transactions that are open.
            case .slot: try await moves.block(.shard(1), "select pg_current_xact_id()")
            case .catchingUp: try await moves.block(.shard(2), "select pg_current_xact_id()")
            // A writer that goes on and on: the pause is given up again and again.
            case .frozen: try await moves.block(.shard(1), "select pg_advisory_xact_lock_shared(20557, \(id))")
            case .verifying:
                try await moves.block(.directory, "select from establishment where id = \(id) for update")
            // Comparing waits; then emptying does.
            case .flipped: try await moves.block(.shard(1), "lock table timetable in access exclusive mode")
            case .draining: try await moves.block(.shard(1), "lock table timetable in share mode")
            default: nil
            }
        }

        /// All of them take minutes: `PREAU_EVERY_FAULT=1`. The others are where something could go wrong twice.
        private static let isThorough = ProcessInfo.processInfo.environment["PREAU_EVERY_FAULT"] != nil

        private static let states: [Move.State] = [
            .slot, .copying, .catchingUp, .frozen, .verifying, .flipped, .draining,
        ]

        @Test(arguments: isThorough ? states : [.copying, .frozen, .verifying, .flipped, .draining])
        func theMoverKilled(in state: Move.State) async throws { try await fault(state, .mover) }

        @Test(arguments: isThorough ? states : [.verifying], [Victim.source, .target])
        func aShardKilled(in state: Move.State, victim: Victim) async throws { try await fault(state, victim) }

        @Test(arguments: isThorough ? states : [.verifying])
        func theDirectoryKilled(in state: Move.State) async throws { try await fault(state, .directory) }

        private func fault(_ state: Move.State, _ victim: Victim) async throws {
            let moves = try await MovePlatform.start()
            let id = try moves.school(rooms: state == .copying ? 3000 : 100)
            let node = try await moves.platform.startNode(watching: true)
            var limits = Mover.Limits()
            limits.slot = .seconds(3)
            limits.pause = .seconds(1)
            var process = try await moves.movingProcess(limits: limits)
            let writers = Writers()
            // A lock on a table would stop those who write, too; they write to another one.
            await writers.start(id, node, count: 2, pause: .milliseconds(5))
            // Held from a moment when earlier states are not in its way.
            let isHeldLate = [.frozen, .flipped, .draining, .verifying].contains(state)
            var blocker = isHeldLate ? nil : try await hold(state, of: id, moves)
            // Without a way back nothing holds the move up while it catches up: it is held where it begins.
            let early = state == .draining ? Move.State.slot : .catchingUp
            let gate = isHeldLate ? try await hold(early, of: id, moves) : nil
            let move = try await process.order(
                id, to: 2, keep: state == .draining ? 0 : 3600, rate: state == .copying ? 200_000 : nil)
            if let gate {
                try await moves.wait(move, for: "state = '\(early.rawValue)'")
                blocker = try await hold(state, of: id, moves)
                try gate.release()
            }
            try await moves.wait(move, for: "state = '\(state.rawValue)'")

            let server: TestPlatform.Server? =
                switch victim {
                case .mover: nil
                case .source: .shard(1)
                case .target: .shard(2)
                case .directory: .directory
                }
            if let server {
                moves.platform.server(server).kill()
                try? blocker?.release()
                try moves.platform.server(server).startAgain()
                try? blocker?.release()
            } else {
                await process.die()
                try blocker?.release()
                process = try await moves.movingProcess(limits: limits)
            }
            try await moves.wait(move, for: "state in ('done', 'aborted')", seconds: 60)
            let outcome = try moves.column("state", of: move)
            // What could not have flipped was tried again; what had flipped stands.
            let error = try moves.column("error", of: move)
            #expect(outcome == "done", "\(error)")
            let home =
                try Int16(moves.platform.sql(.directory, "select shard_id from establishment where id = \(id)")) ?? 0
            #expect(home == (outcome == "done" ? 2 : 1))
            try await Task.sleep(for: .milliseconds(300))
            await writers.stop()
            let there = try moves.platform.sql(
                .shard(home), "select name from room where establishment_id = \(id) and name like 'written %'"
            ).split(separator: "\n").map(String.init)
            let acknowledged = await writers.acknowledged
            #expect(Set(acknowledged).subtracting(there) == [], "lost")
            #expect(Set(there).count == there.count, "doubled")
            if victim == .mover {
                // Held, not failed; with a server that is killed, writers see that it is gone.
                #expect(await writers.errors == [])
                #expect(there.count == acknowledged.count)
            }
            let verification = try moves.column("verification", of: move)
            #expect(verification == "equal" || verification == "skipped")
            if try moves.column("way_back", of: move) == "open" {
                try await expectFollowing(id, moves)
                #expect(try await process.desk { try await $0.complete(move) }.wayBack == .closing)
                try await moves.wait(move, for: "way_back = 'closed'", seconds: 20)
            }
            #expect(try moves.rows(id, on: 3 - home) == 0)
            try await process.sweep()
            #expect(try moves.leftovers() == [])
            await process.die()
            await node.stop()
        }

        /// The source has what the target has, within moments.
        private func expectFollowing(_ id: EstablishmentID, _ moves: MovePlatform) async throws {
            for _ in 0..<300 {
                if try moves.content(id, on: 1) == moves.content(id, on: 2) { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try moves.content(id, on: 1) == moves.content(id, on: 2))
        }
    }
}
