import Runtime
import Synchronization
import Testing

@testable import Web

@Suite struct PressureTests {
    @Test func theLimitFollowsThePaceAndForgetsIt() {
        var limit = AdaptiveLimit()
        #expect(limit.limit == AdaptiveLimit.least)
        for _ in 0..<1000 { limit.record() }
        limit.update()
        #expect(limit.limit == 1000)
        // Everything stalls.
        for _ in 0..<100 { limit.update() }
        #expect(limit.limit == AdaptiveLimit.least)
        for _ in 0..<100_000 { limit.record() }
        limit.update()
        #expect(limit.limit == AdaptiveLimit.most)
    }

    @Test func theLastAreTurnedAwayFirst() {
        let limit = AdaptiveLimit()
        let turnedAway = (0...3).map { rank in (0...1000).first { !limit.allows(rank: rank, inFlight: $0) } ?? 0 }
        #expect(turnedAway == [512, 384, 256, 128])
    }

    @Test func aLoopIsBusyWhenItWorksOrWaitsForAProcessorOrTurnsAway() {
        func load(worked: Double, late: Double = 0, inFlight: Double = 0, sheds: Bool = false) -> Int {
            var load = LoopLoad()
            var (at, time) = (Instant(nanoseconds: 1), Duration.zero)
            for _ in 0..<1000 {
                load.update(at: at, worked: time, interval: .milliseconds(250), inFlight: inFlight, hasShed: sheds)
                at = at + .milliseconds(250) + .seconds(late)
                time += .seconds(worked)
            }
            return load.permille
        }
        #expect((195...200).contains(load(worked: 0.05)))
        #expect((995...1000).contains(load(worked: 0.25)))
        // Held up for as long as it worked: no processor was free.
        #expect((745...750).contains(load(worked: 0.125, late: 0.25)))
        #expect((895...900).contains(load(worked: 0.05, inFlight: 0.9)))
        #expect((1490...1500).contains(load(worked: 0.05, sheds: true)))
    }

    private func run(
        _ bounds: RequestPressure.SessionWork, idle: Int = 0,
        _ body: @escaping @Sendable (RequestPressure) async throws -> Void
    ) async throws {
        let thread = try EventLoopThread(name: "pressure")
        let loop = thread.loop
        try await Task(executorPreference: loop) {
            try await body(RequestPressure(loop: loop, bounds: bounds, metrics: Metrics(), idle: { idle }))
        }.value
        await Task.detached { thread.stopAndJoin() }.value
    }

    private static func status(_ pressure: RequestPressure, _ session: UUID?) -> Int {
        let asker = RequestPressure.Asker(session: session, rank: 0)
        do {
            try pressure.begin(asker)
            pressure.end(asker)
            return 200
        } catch {
            return error.status
        }
    }

    @Test func whatWaitsForAnotherServerTakesNobodysPlace() async throws {
        func begun(idle: Int) async throws -> Int {
            let begun = Atomic(0)
            try await run(.standard, idle: idle) { pressure in
                while (try? pressure.begin(RequestPressure.Asker(session: nil, rank: 2))) != nil {
                    begun.add(1, ordering: .relaxed)
                }
            }
            return begun.load(ordering: .relaxed)
        }
        #expect(try await begun(idle: 0) == 256)
        #expect(try await begun(idle: 100) == 356)
    }

    @Test func aSessionHasItsPartAndTakesNobodyElses() async throws {
        try await run(RequestPressure.SessionWork(atOnce: 2, perSecond: 1, burst: 3)) { pressure in
            let (greedy, modest) = (UUID.v7(), UUID.v7())
            var answers: [Int] = []
            for _ in 0..<10 { answers.append(Self.status(pressure, greedy)) }
            #expect(answers.prefix(3) == [200, 200, 200])
            #expect(answers.dropFirst(4).allSatisfy { $0 == 429 })
            #expect(Self.status(pressure, modest) == 200)
            #expect(Self.status(pressure, nil) == 200)
            #expect(pressure.inFlight == 0)
        }
    }

    @Test func aSessionDoesNotDoEverythingAtOnce() async throws {
        try await run(RequestPressure.SessionWork(atOnce: 1, perSecond: 100, burst: 100)) { pressure in
            let session = UUID.v7()
            let asker = RequestPressure.Asker(session: session, rank: 0)
            try pressure.begin(asker)
            #expect(Self.status(pressure, session) == 429)
            pressure.end(asker)
            #expect(Self.status(pressure, session) == 200)
        }
    }

    @Test func everyRefusalSaysWhenToComeBackAndNotAllAtOnce() {
        var moments: Set<Int> = []
        for _ in 0..<200 {
            let seconds = Problem(.overloaded, retryAfter: .seconds(40)).spread.retryAfterSeconds ?? 0
            #expect((40...50).contains(seconds))
            moments.insert(seconds)
        }
        #expect(moments.count > 3)
        #expect(Problem(.unavailable).spread.retryAfterSeconds != nil)
        #expect(Problem(.notFound).spread.retryAfterSeconds == nil)
    }
}
