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
    /// Shares and leases on a loop of a node, with quotas that change and a Redis that dies.
    @Suite struct LinesTests {
        /// A day that passes when a test says so.
        private final class Calendar: Sendable {
            private let moment = Atomic(WallClock.microseconds)
            var now: Int64 { moment.load(ordering: .acquiring) }
            func set(_ microseconds: Int64) { moment.store(microseconds, ordering: .releasing) }
        }

        private final class Setup: Sendable {
            let redis: TestRedis
            let node: TestNode
            let client: RedisClient
            let cache = QuotaBookCache()
            let calendar = Calendar()
            let lines: Lines
            let school: Establishment

            /// - Parameter pair: where a Sentinel tells which Redis is the master; nil for a Redis of its own.
            init(_ pair: TestRedisPair? = nil) async throws {
                redis = try pair?.master ?? TestRedis.start()
                let platform = try await TestPlatform.shared.platform()
                let id = try platform.addEstablishment(on: 1)
                let node = try await platform.startNode()
                self.node = node
                school = try #require(try await node.run { $0.map[id] })
                var configuration = RedisConfiguration(
                    pair.map { pair in
                        let address = RedisConfiguration.Address(host: pair.sentinel.host, port: pair.sentinel.port)
                        return .sentinel(master: TestRedisPair.name, sentinels: [address])
                    } ?? .direct(host: redis.host, port: redis.port))
                configuration.longestBackOff = .milliseconds(100)
                let client = RedisClient(
                    loop: node.loop, configuration: configuration, metrics: Metrics(), log: Log("test"))
                self.client = client
                lines = await node.loop.run { [cache, calendar] in
                    Lines(
                        loop: node.loop, name: "test/0", tenancy: node.tenancy, redis: client, quotas: cache,
                        metrics: Metrics(), clock: { calendar.now })
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

        @Test func aStepIsInForceFromMidnightOnAlsoForADownloadThatRuns() async throws {
            let setup = try await Setup()
            let doubled = try #require(CivilDate("2020-03-23"))
            let scope = RuleScope.establishment(setup.school.uai)
            let zone = setup.school.timeZone
            setup.calendar.set(zone.microseconds(of: doubled + -1, minute: 1439))
            setup.cache.store(
                QuotaBook(
                    version: 1,
                    steps: [
                        scope: [
                            QuotaStep(from: nil, rate: 4_000_000, ceil: 4_000_000),
                            QuotaStep(from: doubled, rate: 8_000_000, ceil: 8_000_000),
                        ]
                    ]))
            _ = try await setup.flow(for: .milliseconds(700))
            let before = try await setup.flow(for: .seconds(1))
            #expect((200_000...570_000).contains(before), "\(before)")
            setup.calendar.set(zone.microseconds(of: doubled, minute: 0))
            _ = try await setup.flow(for: .milliseconds(300))
            let after = try await setup.flow(for: .seconds(1))
            #expect((700_000...1_100_000).contains(after), "\(after)")
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

        /// The replica knows nothing of what was leased: it is told, and a download goes on at its rate.
        @Test func leasesFollowAFailover() async throws {
            let pair = try TestRedisPair.start()
            let setup = try await Setup(pair)
            setup.quota(8_000_000)
            _ = try await setup.flow(for: .milliseconds(700))
            pair.master.kill()
            // Until there is a master again, the last grants.
            let meanwhile = try await setup.flow(for: .seconds(1))
            #expect((200_000...1_300_000).contains(meanwhile), "\(meanwhile)")
            var leases: Int?
            for _ in 0..<300 where leases == nil {
                _ = try await setup.flow(for: .milliseconds(50))
                leases = try pair.replica.command("info", "commandstats").split(whereSeparator: \.isNewline)
                    .first { $0.hasPrefix("cmdstat_fcall:calls=") }.flatMap { line in
                        Int(line.dropFirst("cmdstat_fcall:calls=".count).prefix { $0.isNumber })
                    }
            }
            #expect(leases != nil, "the new master leases")
            let after = try await setup.flow(for: .seconds(1))
            #expect((400_000...1_100_000).contains(after), "\(after)")
            setup.quota(4_000_000)
            _ = try await setup.flow(for: .milliseconds(300))
            let changed = try await setup.flow(for: .seconds(1))
            #expect((200_000...570_000).contains(changed), "\(changed)")
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
