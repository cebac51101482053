import Glibc
import Runtime

@testable import HTTP

/// A server on a loop thread of its own, on a free port of 127.0.0.1; stopped with the object.
final class TestServer: @unchecked Sendable {
    // Safety: `server` is written once before the object is shared.
    let thread: EventLoopThread
    let server: HTTPServer
    let metrics = Metrics()

    var port: UInt16 { server.port }
    var loop: EventLoop { thread.loop }

    init(
        _ change: (inout HTTPServerConfiguration) -> Void = { _ in }, handler: @escaping HTTPServer.Handler
    ) async throws {
        var configuration = HTTPServerConfiguration()
        change(&configuration)
        thread = try EventLoopThread(name: "http-test")
        server = try HTTPServer(
            loop: thread.loop, configuration: configuration, metrics: metrics, log: Log("http-test"), handler: handler)
        try await onLoop { [server] in try server.start() }
    }

    deinit {
        let stopped = DispatchGate()
        loop.execute { [server] in
            server.stop()
            stopped.open()
        }
        stopped.wait()
        thread.stopAndJoin()
    }

    /// Runs `body` on the loop.
    func onLoop<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            loop.execute { [loop] in
                loop.spawn {
                    do {
                        continuation.resume(returning: try await body())
                    } catch {
                        continuation.resume(throwing: error)
                    }
                }
            }
        }
    }

    /// Waits until something is true on the loop.
    func eventually(within limit: Duration = .seconds(5), _ condition: @escaping @Sendable () -> Bool) async throws {
        let deadline = Instant.now + limit
        while try await !onLoop({ condition() }) {
            guard Instant.now < deadline else { throw NotInTime() }
            usleep(5000)
        }
    }

    struct NotInTime: Error {}

    func counter(_ name: String) -> Int {
        metrics.text.split(separator: "\n").filter { $0.hasPrefix(name + "{") }
            .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
    }
}

/// Lets one thread wait for another.
final class DispatchGate: @unchecked Sendable {
    // Safety: a semaphore.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }
    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func open() { sem_post(semaphore) }
    func wait() { while sem_wait(semaphore) != 0 {} }
}
