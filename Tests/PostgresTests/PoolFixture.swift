import Runtime
import TestSupport
import Testing

@testable import Postgres

/// Runs a body as a task of a fresh loop, as a request runs.
func onLoop<Value: Sendable>(
    _ body: @escaping @Sendable (EventLoop) async throws -> Value
) async throws -> Value {
    let thread = try EventLoopThread(name: "test")
    defer { thread.stopAndJoin() }
    let loop = thread.loop
    let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
        loop.spawn {
            do {
                let value = try await body(loop)
                continuation.resume(returning: .success(value))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }
    return try result.get()
}

extension TestPostgres {
    func configuration(_ name: String = "test") -> PostgresConfiguration {
        var configuration = PostgresConfiguration(
            name: name, host: host, port: port, database: "postgres", user: superuser, password: nil,
            applicationName: "preau-\(name)")
        // Far from what a busy machine may need: a test that is about time sets its own.
        configuration.connectDeadline = .seconds(20)
        configuration.interactiveDeadline = .seconds(60)
        configuration.cancelGrace = .seconds(10)
        return configuration
    }

    /// Runs a body on a fresh loop with a pool that is closed after it.
    func withPool<Value: Sendable>(
        _ configure: @Sendable (inout PostgresConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (PostgresPool, EventLoop) async throws -> Value
    ) async throws -> Value {
        var changed = configuration()
        configure(&changed)
        let configuration = changed
        return try await onLoop { loop in
            let pool = PostgresPool(loop: loop, configuration: configuration, metrics: Metrics(), log: Log("test"))
            defer { pool.close() }
            return try await body(pool, loop)
        }
    }
}

/// One server for the tests that do it no harm.
enum SharedServer {
    static let server = Result { try TestPostgres.start() }
}

private let blockingThreads = Result { try BlockingPool(name: "test-blocking", threads: 4, queue: 100) }

/// Runs what blocks, such as killing a server, off the loop.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await blockingThreads.get().run(body)
}

/// What `body` throws, and how long it took to.
func failure(_ body: () async throws -> Void) async -> (error: PostgresError?, after: Duration) {
    let start = Instant.now
    do {
        try await body()
        return (nil, Instant.now.since(start))
    } catch {
        return (error as? PostgresError, Instant.now.since(start))
    }
}

/// Asks again until `condition` holds; false after `limit`.
func eventually(_ loop: EventLoop, within limit: Duration = .seconds(10), _ condition: () async throws -> Bool)
    async throws -> Bool
{
    let start = Instant.now
    while Instant.now.since(start) < limit {
        if try await condition() { return true }
        try await loop.sleep(for: .milliseconds(10))
    }
    return try await condition()
}

enum Statements {
    static let one = PostgresStatement("select 1::int")
    static let sleep = PostgresStatement("select pg_sleep($1)")
    static let process = PostgresStatement("select pg_backend_pid()")
}
