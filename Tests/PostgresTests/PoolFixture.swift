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
        PostgresConfiguration(
            name: name, host: host, port: port, database: "postgres", user: superuser, password: nil,
            applicationName: "preau-\(name)")
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
