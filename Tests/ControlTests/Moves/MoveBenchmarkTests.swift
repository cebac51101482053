import Foundation
import Runtime
import Tenancy
import TestTenancy
import Testing

@testable import Control

/// `Infra/dev/bench move`: a school goes there and back, again and again, under a steady load of writes. Durability as in
/// production. Says what came of it in one line of JSON.
@Suite struct MoveBenchmarkTests {
    private static let moves = Int(ProcessInfo.processInfo.environment["PREAU_BENCH_MOVES"] ?? "") ?? 0
    private static let rate = Int(ProcessInfo.processInfo.environment["PREAU_BENCH_WRITES"] ?? "") ?? 1000

    @Test(.enabled(if: moves > 0)) func thereAndBack() async throws {
        let moves = MovePlatform(
            platform: try await TestPlatform.start(settings: [
                "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "128MB",
            ]))
        let id = try moves.school()
        let nodes = [
            try await moves.platform.startNode(watching: true), try await moves.platform.startNode(watching: true),
        ]
        let process = try await moves.movingProcess()
        // As many writers as keep the pace; each writes at its own times, whether the one before was quick or not.
        let load = SteadyLoad()
        await load.start(id, nodes, rate: MoveBenchmarkTests.rate, writers: 40)
        try await Task.sleep(for: .seconds(2))
        var pauses: [Double] = []
        var seconds: [Double] = []
        for number in 0..<MoveBenchmarkTests.moves {
            let start = Instant.now
            let move = try await process.order(id, to: number.isMultiple(of: 2) ? 2 : 1)
            try await moves.wait(move, for: "state in ('done', 'aborted')", seconds: 120)
            seconds.append(Instant.now.since(start).seconds)
            #expect(try moves.column("state || ' ' || verification || ' ' || error", of: move) == "done equal ")
            pauses.append(Double(try moves.column("pause_ms", of: move)) ?? 0)
        }
        await load.stop()
        let outcome = await load.outcome
        let home: Int16 = MoveBenchmarkTests.moves.isMultiple(of: 2) ? 1 : 2
        let there = try moves.platform.sql(
            .shard(home), "select name from room where establishment_id = \(id) and name like 'written %'"
        ).split(separator: "\n").map(String.init)
        let lost = Set(outcome.acknowledged).subtracting(there).count
        let doubled = there.count - Set(there).count
        let unknown = there.count - doubled - outcome.acknowledged.count + lost
        #expect(outcome.errors == [] && lost == 0 && doubled == 0 && unknown == 0)
        #expect(try moves.rows(id, on: 3 - home) == 0)
        #expect(try moves.leftovers() == [])
        let report: [String: Any] = [
            "pauses": pauses, "seconds": seconds, "acknowledged": outcome.acknowledged.count,
            "failed": outcome.errors.count,
            "lost": lost, "doubled": doubled, "elapsed": outcome.elapsed, "latencies": outcome.percentiles,
        ]
        let data = try JSONSerialization.data(withJSONObject: report)
        print("\nMOVES \(String(decoding: data, as: UTF8.self))")
        await process.die()
        for node in nodes { await node.stop() }
    }
}
