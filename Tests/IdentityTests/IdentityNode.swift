import Admission
import Cryptography
import HTTP
import Postgres
import Redis
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Web

@testable import Identity

/// What a node has to know people by, on a loop of its own, with all its routes behind the gate.
final class IdentityNode: Sendable {
    static let cheap = Argon2id.Cost(memoryKiB: 64, passes: 1, lanes: 1)

    let node: TestNode
    let redis: RedisClient
    let service: IdentityService
    let hasher: PasswordHasher
    let application: Application
    let metrics = Metrics()
    let rules = RuleBookCache()
    private let pool: BlockingPool

    var loop: EventLoop { node.loop }

    init(
        _ platform: TestPlatform, _ server: TestRedis, keyring: Keyring, clock: TestClock,
        limits: SessionLimits = .standard, hashing threads: Int = 2, queue: Int = 256, routes: [Route] = []
    ) async throws {
        let node = try await platform.startNode()
        self.node = node
        pool = try BlockingPool(name: "hash", threads: threads, queue: queue)
        hasher = try PasswordHasher(pool: pool, cost: IdentityNode.cheap, metrics: metrics)
        var configuration = RedisConfiguration(.direct(host: server.host, port: server.port))
        configuration.longestBackOff = .milliseconds(100)
        redis = RedisClient(loop: node.loop, configuration: configuration, metrics: metrics, log: Log("test"))
        service = IdentityService(
            loop: node.loop, keyring: keyring, limits: limits, tenancy: node.tenancy, directory: node.directory,
            redis: redis, hasher: hasher, rules: rules, metrics: metrics, clock: { clock.now })
        application = Application(
            try RouteTable(service.routes + routes), middleware: [service.gate],
            settings: Application.Settings(node: "test", isSecure: false))
    }

    /// Runs `body` on the node's loop.
    @discardableResult
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (IdentityService) async throws -> Value
    ) async throws -> Value {
        try await loop.run { [service] in try await body(service) }
    }

    func signIn(
        _ login: String, _ password: String, from address: String = "192.0.2.1", replacing: Session? = nil
    ) async throws -> (session: Session, cookie: String) {
        try await run {
            try await $0.signIn.signIn(
                SignIn.Attempt(
                    login: login, password: password, address: address, client: "Firefox, Linux", replacing: replacing))
        }
    }

    /// The outcome of an attempt; nil when it succeeded.
    func failure(_ login: String, _ password: String, from address: String = "192.0.2.1") async throws -> IdentityError?
    {
        do {
            _ = try await signIn(login, password, from: address)
            return nil
        } catch let error as IdentityError {
            return error
        }
    }

    func load(_ cookie: String?) async throws -> Sessions.Loaded {
        try await run { try await $0.sessions.load(cookie) }
    }

    /// Waits until Redis answers, or does not, up to five seconds.
    func waitForRedis(_ isThere: Bool) async throws {
        for _ in 0..<500 {
            let answers = (try? await loop.run { [redis] in try await redis.send("PING") }) != nil
            if answers == isThere { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw TestPlatformError.unexpected("Redis")
    }

    func stop() async {
        await loop.run { [redis] in redis.close() }
        await node.stop()
        await Task.detached { [pool] in pool.stop() }.value
    }
}

extension Sessions.Loaded {
    var session: Session? {
        if case .active(let session, _) = self { session } else { nil }
    }

    var replacement: String? {
        if case .active(_, let cookie) = self { cookie } else { nil }
    }

    var isEnded: Bool { if case .ended = self { true } else { false } }
    var isNone: Bool { if case .none = self { true } else { false } }
}
