import HTTP
import Redis
import Runtime
import Synchronization
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Quotas

extension OnServers {
    /// The tree itself, asked by loops that want more than there is. Time is Redis's: what is checked are sums and proportions over
    /// the time that really passed.
    @Suite struct LeaseTests {
        private struct Payer {
            let name: String
            let wanted: Int
        }

        private struct Level {
            let name: String
            let parent: String
            let rate: Int
            let ceil: Int
        }

        private func lease(
            _ redis: RedisClient, _ loop: String, _ levels: [Level], _ payers: [Payer], stamp: Int = 0
        ) async throws -> [Int] {
            var words: [RedisWord] = [.text(loop), .integer(100), .integer(levels.count)]
            for level in levels {
                words += [.text(level.name), .text(level.parent), .integer(level.rate), .integer(level.ceil)]
            }
            words.append(.integer(payers.count))
            for payer in payers { words += [.text(payer.name), .integer(payer.wanted)] }
            words.append(.integer(stamp))
            let reply = try await redis.call(LeaseFunctions.lease, keys: ["b1:test"], arguments: words).array ?? []
            return reply.dropFirst().map { $0.integer ?? 0 }
        }

        /// Two loops ask in turn for as long as it takes; the bytes each payer got, and the seconds it took by Redis's clock.
        private func run(
            rounds: Int, _ levels: @escaping @Sendable (Int) -> [Level], _ wants: [[Payer]]
        ) async throws -> (bytes: [String: Int], seconds: Double) {
            let server = try TestRedis.start()
            let thread = try EventLoopThread(name: "lease")
            let loop = thread.loop
            let client = RedisClient(
                loop: loop, configuration: RedisConfiguration(.direct(host: server.host, port: server.port)),
                metrics: Metrics(),
                log: Log("test"))
            let result = try await loop.run {
                var bytes: [String: Int] = [:]
                var start: Instant?
                for round in 0..<rounds {
                    for (number, payers) in wants.enumerated() {
                        let grants = try await lease(client, "loop-\(number)", levels(round), payers)
                        // The first round is the tree's own beginning.
                        guard round > 0 else { continue }
                        for (payer, grant) in zip(payers, grants) { bytes[payer.name, default: 0] += grant }
                    }
                    if round == 0 { start = .now }
                    try await loop.sleep(for: .milliseconds(20))
                }
                return (bytes, Instant.now.since(start ?? .now).seconds)
            }
            await loop.run { client.close() }
            await Task.detached { thread.stopAndJoin() }.value
            return result
        }

        @Test func theCeilingOfEachLevelHoldsAndIsUsed() async throws {
            // Two departments of 1 MB/s in a region of 1.5 MB/s; the schools of the first could take 2 MB/s.
            let levels = [
                Level(name: "t:r", parent: "", rate: 0, ceil: 1_500_000),
                Level(name: "d:1", parent: "t:r", rate: 0, ceil: 1_000_000),
                Level(name: "d:2", parent: "t:r", rate: 0, ceil: 1_000_000),
                Level(name: "e:a", parent: "d:1", rate: 100_000, ceil: 1_000_000),
                Level(name: "e:b", parent: "d:1", rate: 100_000, ceil: 1_000_000),
                Level(name: "e:c", parent: "d:2", rate: 100_000, ceil: 400_000),
            ]
            let wants = [
                [Payer(name: "e:a", wanted: 900_000), Payer(name: "e:c", wanted: 900_000)],
                [Payer(name: "e:b", wanted: 900_000), Payer(name: "e:c", wanted: 900_000)],
            ]
            let (bytes, seconds) = try await run(rounds: 40, { _ in levels }, wants)
            func rate(_ names: String...) -> Double { Double(names.reduce(0) { $0 + (bytes[$1] ?? 0) }) / seconds }
            #expect(rate("e:a", "e:b", "e:c") < 1_500_000 * 1.02)
            #expect(rate("e:a", "e:b", "e:c") > 1_400_000 * 0.6)
            #expect(rate("e:a", "e:b") < 1_000_000 * 1.02)
            #expect(rate("e:c") < 400_000 * 1.02)
            #expect(abs(rate("e:a") / rate("e:b") - 1) < 0.1)
        }

        @Test func aGuaranteeHoldsHoweverMuchOthersWant() async throws {
            let levels = [
                Level(name: "t:r", parent: "", rate: 0, ceil: 1_000_000),
                Level(name: "e:big", parent: "t:r", rate: 0, ceil: 1_000_000),
                Level(name: "e:small", parent: "t:r", rate: 400_000, ceil: 1_000_000),
            ]
            let wants = [[Payer(name: "e:big", wanted: 5_000_000)], [Payer(name: "e:small", wanted: 45_000)]]
            let (bytes, seconds) = try await run(rounds: 40, { _ in levels }, wants)
            #expect(Double(bytes["e:small"] ?? 0) / seconds > 250_000)
            #expect(Double(bytes["e:big"] ?? 0) / seconds < 700_000)
        }

        @Test func aQuotaThatIsHalvedHoldsFromTheNextTickOn() async throws {
            let wants = [[Payer(name: "e:a", wanted: 1_000_000)]]
            let (bytes, seconds) = try await run(
                rounds: 40,
                { round in
                    let ceil = round < 1 ? 2_000_000 : 500_000
                    return [
                        Level(name: "t:r", parent: "", rate: 0, ceil: ceil),
                        Level(name: "e:a", parent: "t:r", rate: 0, ceil: ceil),
                    ]
                }, wants)
            #expect(Double(bytes["e:a"] ?? 0) / seconds < 500_000 * 1.1)
        }

        /// Asked by one loop of a thread of its own.
        private func asking<Value: Sendable>(
            _ body: @escaping @Sendable (RedisClient, TestRedis, EventLoop) async throws -> Value
        ) async throws -> Value {
            let server = try TestRedis.start()
            let thread = try EventLoopThread(name: "lease")
            let client = RedisClient(
                loop: thread.loop, configuration: RedisConfiguration(.direct(host: server.host, port: server.port)),
                metrics: Metrics(),
                log: Log("test"))
            let value = try await thread.loop.run { try await body(client, server, thread.loop) }
            await thread.loop.run { client.close() }
            await Task.detached { thread.stopAndJoin() }.value
            return value
        }

        private func again(_ redis: RedisClient, _ loop: String, _ stamp: Int, _ wanted: [Int]) async throws -> [Int] {
            let words: [RedisWord] = [.text(loop), .integer(stamp)] + wanted.map { .integer($0) }
            return try await redis.call(LeaseFunctions.again, keys: ["b1:test"], arguments: words).array.map {
                $0.map { $0.integer ?? 0 }
            } ?? []
        }

        private static let one = [
            Level(name: "t:r", parent: "", rate: 0, ceil: 1_000_000),
            Level(name: "e:a", parent: "t:r", rate: 0, ceil: 1_000_000),
        ]

        @Test func whatWasToldIsNotToldAgainUntilItIsLost() async throws {
            try await asking { client, server, loop in
                let wants = [Payer(name: "e:a", wanted: 1_000_000)]
                #expect(try await again(client, "loop", 7, [1_000_000]) == [0], "never told")
                _ = try await lease(client, "loop", Self.one, wants, stamp: 7)
                try await loop.sleep(for: .milliseconds(100))
                let granted = try await again(client, "loop", 7, [1_000_000])
                #expect(granted.first == 1)
                #expect((80_000...250_000).contains(granted.last ?? 0), "\(granted)")
                #expect(try await again(client, "loop", 8, [1_000_000]) == [0], "another list of payers")
                #expect(try await again(client, "loop", 7, [1, 2]) == [0], "another number of them")
                #expect(try await again(client, "other", 7, [1_000_000]) == [0], "another loop")
                // Another Redis has taken its place: it knows nothing.
                try server.command("function", "delete", "preau_lines")
                #expect(try await again(client, "loop", 7, [1_000_000]) == [0])
                _ = try await lease(client, "loop", Self.one, wants, stamp: 7)
                #expect(try await again(client, "loop", 7, [1_000_000]).first == 1)
            }
        }

        /// Loops on a busy machine come when they can: what one did not fetch in time is given out afterwards.
        @Test func loopsThatComeIrregularlyGetTheWholeRateAllTheSame() async throws {
            let (bytes, seconds) = try await asking { client, _, loop in
                let wants = [Payer(name: "e:a", wanted: 1_000_000)]
                for name in ["one", "two"] { _ = try await lease(client, name, Self.one, wants, stamp: 1) }
                let start = Instant.now
                var bytes = 0
                for round in 0..<48 {
                    try await loop.sleep(for: .milliseconds([60, 130, 90, 160][round % 4]))
                    bytes += try await again(client, "one", 1, [1_000_000]).last ?? 0
                    if round % 2 == 0 { bytes += try await again(client, "two", 1, [1_000_000]).last ?? 0 }
                }
                return (bytes, Instant.now.since(start).seconds)
            }
            #expect((970_000...1_050_000).contains(Double(bytes) / seconds), "\(Double(bytes) / seconds)")
        }

        /// Until a loop that died is forgotten, what it would have had is not lost to those who are there.
        @Test func whatADeadLoopDoesNotFetchGoesToTheOthers() async throws {
            let (bytes, seconds) = try await asking { client, _, loop in
                let wants = [Payer(name: "e:a", wanted: 1_000_000)]
                for name in ["dead", "alive"] { _ = try await lease(client, name, Self.one, wants, stamp: 1) }
                let start = Instant.now
                var bytes = 0
                while Instant.now.since(start) < .milliseconds(1300) {
                    try await loop.sleep(for: .milliseconds(100))
                    bytes += try await again(client, "alive", 1, [1_000_000]).last ?? 0
                }
                return (bytes, Instant.now.since(start).seconds)
            }
            #expect((700_000...1_050_000).contains(Double(bytes) / seconds), "\(Double(bytes) / seconds)")
        }

        @Test func aLoopThatDiedIsForgotten() async throws {
            let (first, last) = try await asking { client, _, loop in
                let wants = [Payer(name: "e:a", wanted: 1_000_000)]
                _ = try await lease(client, "dead", Self.one, wants)
                let first = try await lease(client, "alive", Self.one, wants)
                try await loop.sleep(for: .milliseconds(1600))
                let last = try await lease(client, "alive", Self.one, wants)
                return (first[0], last[0])
            }
            // Half of it beside the other; then all of it, for as long as is paid for at once.
            #expect(first <= 51_000)
            #expect(last >= 2 * first)
        }
    }
}
