internal import Redis
internal import Runtime

/// What was decided without the gate's Redis Function, on its way to the log that the gate keeps in Redis: who was let in while
/// Redis could not be asked, and whom the calendar refused. One a loop; about no person.
final class DecisionLog: @unchecked Sendable {
    // Safety: confined to its loop.
    /// Of the gate: places taken, kept waiting for, given back.
    static let places = "p1:log"
    /// Of the calendar, apart: a rush of those whom a rule keeps out must not push admissions out of the log.
    static let closures = "p1:closed"

    private static let pause = Duration.seconds(1)
    private static let afterFailure = Duration.seconds(5)
    private static let mostWaiting = 2000
    private static let mostAtOnce = 100

    private struct Entry {
        let stream: String
        let outcome: String
        let rank: String
        let facts: String
    }

    private let loop: EventLoop
    private let redis: RedisClient
    /// Entries that each stream keeps, about.
    private let kept: Int
    private let lost: Counter
    private var waiting: [Entry] = []
    private var isWriting = false

    init(loop: EventLoop, redis: RedisClient, kept: Int, lost: Counter) {
        self.loop = loop
        self.redis = redis
        self.kept = kept
        self.lost = lost
    }

    /// - Parameter facts: the scopes that were looked at; the moment is added, since it is written down later.
    func note(_ stream: String, _ outcome: String, rank: String, _ facts: String) {
        loop.assertCurrent()
        guard waiting.count < Self.mostWaiting else { return lost.add() }
        let moment = WallClock.microseconds / 1000
        waiting.append(Entry(stream: stream, outcome: outcome, rank: rank, facts: "at=\(moment) " + facts))
        guard !isWriting else { return }
        isWriting = true
        write(after: Self.pause)
    }

    private func write(after pause: Duration) {
        loop.schedule(after: pause) { [weak self] in
            guard let self else { return }
            loop.spawn { await self.write() }
        }
    }

    private func write() async {
        while !waiting.isEmpty {
            let some = waiting.prefix(Self.mostAtOnce)
            let words = some.flatMap { entry -> [RedisWord] in
                [.text(entry.stream), .text(entry.outcome), .text(entry.rank), .text(entry.facts)]
            }
            do {
                _ = try await redis.call(PlaceFunctions.note, keys: [], arguments: [.integer(kept)] + words)
            } catch {
                return write(after: Self.afterFailure)
            }
            // What came meanwhile is behind them.
            waiting.removeFirst(some.count)
        }
        isWriting = false
    }
}
