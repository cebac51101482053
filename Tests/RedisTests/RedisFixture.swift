import Redis
import Runtime
import TestSupport

/// One loop with one client of one throw-away server. A patient one has deadlines that a busy machine does not miss; where
/// deadlines are what is tested, it has those of production.
final class RedisFixture: Sendable {
    let thread: EventLoopThread
    let client: RedisClient
    let metrics = Metrics()

    init(
        _ server: RedisConfiguration.Server, libraries: [RedisFunctionLibrary] = [], isPatient: Bool = true,
        adjust: (inout RedisConfiguration) -> Void = { _ in }
    ) throws {
        thread = try EventLoopThread(name: "redis-test")
        var configuration = RedisConfiguration(server)
        if isPatient {
            configuration.commandDeadline = .seconds(5)
            configuration.connectDeadline = .seconds(5)
        }
        adjust(&configuration)
        client = RedisClient(
            loop: thread.loop, configuration: configuration, libraries: libraries, metrics: metrics,
            log: Log("redis-test"))
    }

    convenience init(
        _ redis: TestRedis, libraries: [RedisFunctionLibrary] = [], isPatient: Bool = true,
        adjust: (inout RedisConfiguration) -> Void = { _ in }
    ) throws {
        try self.init(
            .direct(host: redis.host, port: redis.port), libraries: libraries, isPatient: isPatient, adjust: adjust)
    }

    deinit {
        // The loop cannot be joined from itself, where the last task of a test may let go of the fixture.
        thread.loop.execute { [client] in client.close() }
    }

    @discardableResult
    func onLoop<Value: Sendable>(
        _ body: @escaping @Sendable (RedisClient) async throws -> Value
    ) async throws -> Value {
        try await Task(executorPreference: thread.loop) { [client] in try await body(client) }.value
    }

    /// Waits for the first connection, however busy the machine.
    func ready() async throws {
        _ = try await wait(upTo: .seconds(20)) { $0.isAvailable }
    }

    /// Polls until `condition` holds; how long that took, nil after `limit`.
    func wait(
        upTo limit: Duration, _ condition: @escaping @Sendable (RedisClient) async throws -> Bool
    ) async throws -> Duration? {
        let start = Instant.now
        return try await onLoop { [loop = thread.loop] client async throws -> Duration? in
            while Instant.now.since(start) < limit {
                if try await condition(client) { return Instant.now.since(start) }
                try await loop.sleep(for: .milliseconds(5))
            }
            return nil
        }
    }
}
