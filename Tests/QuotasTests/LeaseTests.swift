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

        private func lease(_ redis: RedisClient, _ loop: String, _ levels: [Level], _ payers: [Payer]) async throws
            -> [Int]
        {
            var words: [RedisWord] = [.text(loop), .integer(100), .integer(levels.count)]
            for level in levels {
                words += [.text(level.name), .text(level.parent), .integer(level.rate), .integer(level.ceil)]
            }
            words.append(.integer(payers.count))
            for payer in payers { words += [.text(payer.name), .integer(payer.wanted)] }
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

        @Test func aLoopThatDiedIsForgotten() async throws {
            let server = try TestRedis.start()
            let thread = try EventLoopThread(name: "lease")
            let client = RedisClient(
                loop: thread.loop, configuration: RedisConfiguration(.direct(host: server.host, port: server.port)),
                metrics: Metrics(),
                log: Log("test"))
            let levels = [
                Level(name: "t:r", parent: "", rate: 0, ceil: 1_000_000),
                Level(name: "e:a", parent: "t:r", rate: 0, ceil: 1_000_000),
            ]
            let (first, last) = try await thread.loop.run {
                _ = try await lease(client, "dead", levels, [Payer(name: "e:a", wanted: 1_000_000)])
                let first = try await lease(client, "alive", levels, [Payer(name: "e:a", wanted: 1_000_000)])
                try await thread.loop.sleep(for: .milliseconds(1600))
                let last = try await lease(client, "alive", levels, [Payer(name: "e:a", wanted: 1_000_000)])
                return (first[0], last[0])
            }
            await thread.loop.run { client.close() }
            await Task.detached { thread.stopAndJoin() }.value
            // Half of it beside the other; then all of it, for as long as is paid for at once.
            #expect(first <= 51_000)
            #expect(last >= 2 * first)
        }
    }

    /// Shares and leases on a loop of a node, with quotas that change and a Redis that dies.
    @Suite struct LinesTests {
        private final class Setup: Sendable {
            let redis: TestRedis
            let node: TestNode
            let client: RedisClient
            let cache = QuotaBookCache()
            let lines: Lines
            let school: Establishment

            init() async throws {
                redis = try TestRedis.start()
                let platform = try await TestPlatform.shared.platform()
                let id = try platform.addEstablishment(on: 1)
                let node = try await platform.startNode()
                self.node = node
                school = try #require(try await node.run { $0.map[id] })
                var configuration = RedisConfiguration(.direct(host: redis.host, port: redis.port))
                configuration.longestBackOff = .milliseconds(100)
                let client = RedisClient(
                    loop: node.loop, configuration: configuration, metrics: Metrics(), log: Log("test"))
                self.client = client
                lines = await node.loop.run { [cache] in
                    Lines(
                        loop: node.loop, name: "test/0", tenancy: node.tenancy, redis: client, quotas: cache,
                        metrics: Metrics())
                }
            }

            func quota(_ bits: Int?) {
                let steps =
                    bits.map { [RuleScope.establishment(school.uai): [QuotaStep(from: nil, rate: $0, ceil: $0)]] }
                    ?? [:]
                cache.store(QuotaBook(version: 1, steps: steps))
            }

            /// Takes as fast as it is given for a while; bytes per second.
            func flow(for duration: Duration) async throws -> Double {
                try await node.loop.run { [lines, school, loop = node.loop] in
                    guard let share = lines.budget(of: school.id) as? LineShare else { return 0 }
                    let start = Instant.now
                    var bytes = 0
                    while Instant.now.since(start) < duration {
                        let taken = share.take(upTo: 16_384)
                        bytes += taken
                        if taken == 0 {
                            await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                                var isOver = false
                                func go() {
                                    if !isOver { continuation.resume() }
                                    isOver = true
                                }
                                share.whenRefilled { go() }
                                loop.schedule(after: .milliseconds(200)) { go() }
                            }
                        } else if share.isBound == false {
                            try await loop.sleep(for: .milliseconds(1))
                        }
                    }
                    return Double(bytes) / Instant.now.since(start).seconds
                }
            }

            func stop() async {
                redis.resume()
                await node.loop.run { [lines, client] in
                    lines.close()
                    client.close()
                }
                await node.stop()
            }
        }

        @Test func aDownloadGoesAtItsRateAndFollowsAChange() async throws {
            let setup = try await Setup()
            setup.quota(8_000_000)
            _ = try await setup.flow(for: .milliseconds(700))
            let first = try await setup.flow(for: .seconds(1))
            #expect((400_000...1_100_000).contains(first), "\(first)")
            setup.quota(4_000_000)
            _ = try await setup.flow(for: .milliseconds(300))
            let second = try await setup.flow(for: .seconds(1))
            #expect((200_000...570_000).contains(second), "\(second)")
            setup.quota(nil)
            #expect(try await setup.flow(for: .milliseconds(200)) > 2_000_000)
            await setup.stop()
        }

        @Test(arguments: ["kill", "hang", "flush"])
        func withoutRedisTheLastGrantsThenASafePart(_ fault: String) async throws {
            let setup = try await Setup()
            setup.quota(8_000_000)
            _ = try await setup.flow(for: .milliseconds(700))
            switch fault {
            case "kill": setup.redis.kill()
            case "hang": setup.redis.pause()
            default: try setup.redis.command("flushall")
            }
            _ = try await setup.flow(for: .milliseconds(500))
            let blind = try await setup.flow(for: .seconds(1))
            #expect((200_000...1_300_000).contains(blind), "\(blind)")
            await setup.stop()
        }

        @Test func pagesAreCountedAndNeverStopped() async throws {
            let setup = try await Setup()
            setup.quota(80_000)
            let (overdrawn, isOverdrawn) = await setup.node.loop.run { [lines = setup.lines, id = setup.school.id] in
                guard let share = lines.budget(of: id) as? LineShare else { return (true, false) }
                share.spend(60_000, upload: false)
                let first = share.isOverdrawn
                share.spend(60_000, upload: false)
                return (first, share.isOverdrawn)
            }
            #expect(!overdrawn)
            #expect(isOverdrawn)
            let sent = await setup.node.loop.run { [lines = setup.lines] in lines.takeUsage().first?.sent }
            #expect(sent == 120_000)
            await setup.stop()
        }
    }
}
