import Foundation
import HTTP
import Runtime
import Testing

@testable import Web

/// Times the hot path when `PREAU_MICRO_BENCHMARK` is set: `swift test -c release -Xswiftc -enable-testing --filter
/// MicroBenchmark`. Prints, asserts nothing about time: a shared machine would make that a coin toss.
@Suite(.serialized) struct MicroBenchmarkTests {
    private static let isOn = ProcessInfo.processInfo.environment["PREAU_MICRO_BENCHMARK"] != nil

    /// The best of five rounds, in microseconds a call.
    private func measure(_ name: String, _ rounds: Int, _ body: () async throws -> Int) async rethrows {
        var best = Double.infinity
        var bytes = 0
        for _ in 0..<5 {
            let start = Instant.now
            for _ in 0..<rounds { bytes = try await body() }
            best = min(best, Instant.now.since(start).seconds * 1e6 / Double(rounds))
        }
        print("micro-benchmark \(name): \((best * 100).rounded() / 100) µs, \(bytes) bytes")
    }

    @Test(.enabled(if: isOn)) func timesTheHotPath() async throws {
        let table = try RouteTable(TestSite.routes)
        await measure("match a plain path", 100_000) {
            if case .found(let index, _) = table.match(.get, "/api/v1/lessons/latest") { index } else { 0 }
        }
        await measure("match a path with a parameter", 100_000) {
            if case .found(let index, _) = table.match(.get, "/api/v1/lessons/0192f1c0-8a3e-7c41-9b52-6f1d2a3b4c5d") {
                index
            } else {
                0
            }
        }
        let site = try TestSite()
        let request = try Request(
            target: "/timetable?week=2026-11-23",
            headers: [
                "Accept-Language": "fr-FR,fr;q=0.9,en;q=0.8", "Cookie": "preau_session=v1.a.b.c", "Accept": "text/html",
            ])
        try await measure("application, without the page", 20_000) {
            try await site.application.handle(request).collectBody().count
        }
        let frame = PreviewPages.frame()
        let days = PreviewPages.weekDays()
        await measure("the week's grid", 2_000) { WeekGrid(days, today: nil).html(.fr).bytes.count }
        await measure("the week's page", 2_000) {
            PageShell.render(PreviewPages.week(.fr), frame: frame, language: .fr, here: "/timetable").count
        }
        await measure("the week as JSON", 2_000) {
            var writer = JSONWriter(capacity: 8192)
            writer.array(days) { writer, day in
                writer.object { writer in
                    writer.field("date", day.date)
                    writer.array("lessons", day.items) { writer, item in
                        writer.object { writer in
                            writer.field("start", item.times.lowerBound)
                            writer.field("end", item.times.upperBound)
                            writer.field("subject", item.title)
                            writer.field("details", item.details)
                        }
                    }
                }
            }
            return writer.bytes.count
        }
    }
}
