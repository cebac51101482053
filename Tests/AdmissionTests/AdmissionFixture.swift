import Postgres
import Redis
import Runtime
import Synchronization
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Admission

/// One loop with what admission is made of, against a Redis of the test.
final class AdmissionLoop: Sendable {
    let node: TestNode
    let redis: RedisClient
    let service: AdmissionService
    let rules = RuleBookCache()

    var loop: EventLoop { node.loop }

    init(_ platform: TestPlatform, _ server: RedisConfiguration.Server, limits: AdmissionLimits) async throws {
        let node = try await platform.startNode()
        self.node = node
        var configuration = RedisConfiguration(server)
        configuration.longestBackOff = .milliseconds(100)
        let redis = RedisClient(loop: node.loop, configuration: configuration, metrics: Metrics(), log: Log("test"))
        self.redis = redis
        service = await node.loop.run { [rules] in
            AdmissionService(
                loop: node.loop, tenancy: node.tenancy, redis: redis, rules: rules, platform: PlatformCapacity(),
                limits: limits,
                metrics: Metrics())
        }
    }

    @discardableResult
    func run<Value: Sendable>(_ body: @escaping @Sendable (AdmissionService) async throws -> Value) async throws
        -> Value
    {
        try await loop.run { [service] in try await body(service) }
    }

    func waitForRedis() async throws {
        for _ in 0..<1000 {
            if (try? await loop.run { [redis] in try await redis.send("PING") }) != nil { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw TestPlatformError.unexpected("Redis")
    }

    func stop() async {
        await loop.run { [redis] in redis.close() }
        await node.stop()
    }
}

/// Several loops, as of several nodes, on one platform and one Redis.
final class AdmissionFixture: Sendable {
    let platform: TestPlatform
    let loops: [AdmissionLoop]

    static func server(of pair: TestRedisPair) -> RedisConfiguration.Server {
        let address = RedisConfiguration.Address(host: pair.sentinel.host, port: pair.sentinel.port)
        return .sentinel(master: TestRedisPair.name, sentinels: [address])
    }

    static func with(
        loops count: Int = 2, redis: TestRedis? = nil, server: RedisConfiguration.Server? = nil,
        limits: AdmissionLimits = AdmissionFixture.quick, _ body: (AdmissionFixture) async throws -> Void
    ) async throws {
        let platform = try await TestPlatform.shared.platform()
        guard let server = server ?? redis.map({ .direct(host: $0.host, port: $0.port) }) else { return }
        var loops: [AdmissionLoop] = []
        for _ in 0..<count { loops.append(try await AdmissionLoop(platform, server, limits: limits)) }
        let fixture = AdmissionFixture(platform, loops)
        do {
            for loop in loops { try await loop.waitForRedis() }
            try await body(fixture)
        } catch {
            redis?.resume()
            for loop in loops { await loop.stop() }
            throw error
        }
        redis?.resume()
        for loop in loops { await loop.stop() }
    }

    private init(_ platform: TestPlatform, _ loops: [AdmissionLoop]) {
        self.platform = platform
        self.loops = loops
    }

    /// Signs of presence are told at once, so that no test waits for them.
    static var quick: AdmissionLimits {
        var limits = AdmissionLimits.standard
        limits.beatPause = .milliseconds(1)
        return limits
    }

    /// A new establishment that every loop knows.
    func establishment() async throws -> Establishment {
        let id = try platform.addEstablishment(on: 1)
        for loop in loops { try await loop.node.run { try await $0.refresh() } }
        return try #require(try await loops[0].node.run { $0.map[id] })
    }

    func visitor(_ role: Role = .pupil, at schools: Establishment...) -> Visitor {
        Visitor(
            account: .new(),
            profiles: schools.map { Visitor.Profile(establishment: $0.id, role: role, person: .new()) }, mandates: [])
    }

    func connected(_ scope: RuleScope, _ role: Role? = nil) async throws -> Int {
        let key = role.map { PresenceKey(scope, role: $0) } ?? PresenceKey(scope)
        return try await loops[0].run { try await $0.presence.count([key]) }[0]
    }

    /// Waits up to ten seconds for a count.
    func becomes(_ scope: RuleScope, _ expected: Int, _ role: Role? = nil) async throws -> Bool {
        for _ in 0..<1000 {
            if (try? await connected(scope, role)) == expected { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
