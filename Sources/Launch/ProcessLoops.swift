internal import Glibc
internal import HTTP
internal import Runtime
internal import Synchronization
internal import Tenancy
internal import Web

/// Runs a process: its loops, its listeners, its signals, its end.
final class ProcessLoops<Parts: Sendable>: Sendable {
    /// How the process differs from another: what each loop has, what it serves, how it ends.
    struct Plan: Sendable {
        let make: @Sendable (EventLoop) throws -> Parts
        let table: @Sendable (Parts) throws -> (RouteTable, [Middleware])
        /// Which other origins may read what this process answers.
        var crossOrigin: @Sendable (Parts) -> CrossOrigin? = { _ in nil }
        /// Begins what only one loop of the process does.
        let lead: @Sendable (Parts) async throws -> Void
        /// Done on each loop before the process says that it is ready; bounded in time.
        var warmUp: @Sendable (Parts) async -> Void = { _ in }
        /// Done once after that, on the first loop.
        var probe: @Sendable (Parts) async -> Void = { _ in }
        /// How many requests at once a loop does well; asked on any thread.
        let concurrency: @Sendable (Parts) -> Int
        let isReady: @Sendable () -> PrivateServer.Readiness
        let sayGoodbye: @Sendable (Parts) async -> Void
        let close: @Sendable (Parts) -> Void
    }

    private struct Loop: Sendable {
        let thread: EventLoopThread
        let parts: Parts
        let server: HTTPServer
        let table: RouteTable
    }

    private let shared: SharedParts
    private let plan: Plan

    init(_ shared: SharedParts, _ plan: Plan) {
        self.shared = shared
        self.plan = plan
    }

    /// Serves until SIGTERM or SIGINT, then lets what runs finish. SIGHUP reads the session keys again.
    func run() throws {
        Signals.block([SIGTERM, SIGINT, SIGHUP])
        Descriptors.raiseLimit()
        let draining = Atomic(false)
        let warm = Atomic(false)
        var loops: [Loop] = []
        for index in 0..<shared.configuration.loops {
            let thread = try EventLoopThread(name: "loop-\(index)")
            loops.append(try onLoop(thread.loop) { [self] in try start(thread) })
        }
        let first = loops[0]
        let privateServer = try onLoop(first.thread.loop) { [shared, plan] in
            let server = try PrivateServer.make(shared, on: first.thread.loop, table: first.table) {
                if draining.load(ordering: .acquiring) {
                    return PrivateServer.Readiness(isReady: false, text: "draining")
                }
                return warm.load(ordering: .acquiring)
                    ? plan.isReady() : PrivateServer.Readiness(isReady: false, text: "warming up")
            }
            try server.start()
            return server
        }
        let agent = try startAgent(loops)
        try onLoopAsync(first.thread.loop) { [plan] in try await plan.lead(first.parts) }
        for loop in loops { try onLoopAsync(loop.thread.loop) { [plan] in await plan.warmUp(loop.parts) } }
        try onLoopAsync(first.thread.loop) { [plan] in await plan.probe(first.parts) }
        warm.store(true, ordering: .releasing)
        shared.log.notice(
            "serving", ("address", .text(shared.configuration.listen.description)),
            ("allocator", .text(Allocator.name)))
        waitForTheEnd()
        shared.log.notice("stopping")
        draining.store(true, ordering: .releasing)
        // The load balancer sees "not ready" before connections are refused.
        usleep(shared.configuration.isProduction ? 1_500_000 : 200_000)
        for loop in loops {
            try onLoopAsync(loop.thread.loop) { [plan] in
                await loop.server.drain(within: .seconds(10))
                await plan.sayGoodbye(loop.parts)
            }
        }
        for loop in loops.reversed() {
            try onLoop(loop.thread.loop) { [plan] in
                if loop.thread === first.thread {
                    privateServer.stop()
                    agent?.stop()
                }
                loop.server.stop()
                plan.close(loop.parts)
            }
            loop.thread.stopAndJoin()
        }
    }

    /// Tells HAProxy how many requests at once to send here; what streams for long is not waited for.
    private func startAgent(_ loops: [Loop]) throws -> StatusLineServer? {
        guard let endpoint = shared.configuration.agentListen, let first = loops.first else { return nil }
        return try onLoop(first.thread.loop) { [plan, shared] in
            let fronts = shared.configuration.fronts
            let agent = try StatusLineServer(loop: first.thread.loop, address: endpoint.host, port: endpoint.port) {
                let places = loops.reduce(0) { $0 + 2 * plan.concurrency($1.parts) + $1.server.openStreams }
                return "maxconn:\(max(1, places / fronts))"
            }
            try agent.start()
            return agent
        }
    }

    private func start(_ thread: EventLoopThread) throws -> Loop {
        let parts = try plan.make(thread.loop)
        let (table, middleware) = try plan.table(parts)
        let application = Application(
            table, middleware: middleware,
            settings: Application.Settings(
                node: shared.configuration.process, isSecure: shared.configuration.isSecure, log: shared.log,
                crossOrigin: plan.crossOrigin(parts)),
            metrics: RouteMetrics(shared.metrics, table))
        let server = try PublicServer.make(shared, on: thread.loop, application)
        try server.start()
        return Loop(thread: thread, parts: parts, server: server, table: table)
    }

    private func waitForTheEnd() {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, number) }
        while true {
            var number: Int32 = 0
            guard sigwait(&set, &number) == 0 else { continue }
            guard number == SIGHUP else { return }
            shared.reloadKeys()
        }
    }
}

/// Runs `body` on a loop and waits for it, from a thread that is no loop's.
func onLoop<Value: Sendable>(_ loop: EventLoop, _ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let meeting = Meeting<Value>()
    loop.execute { meeting.finish(Result(catching: body)) }
    return try meeting.wait()
}

/// The same for an asynchronous body.
func onLoopAsync<Value: Sendable>(
    _ loop: EventLoop, _ body: @escaping @Sendable () async throws -> Value
) throws -> Value {
    let meeting = Meeting<Value>()
    loop.execute {
        loop.spawn {
            do { meeting.finish(.success(try await body())) } catch { meeting.finish(.failure(error)) }
        }
    }
    return try meeting.wait()
}

/// Where the main thread waits for a loop.
private final class Meeting<Value: Sendable>: @unchecked Sendable {
    // Safety: `result` is written before the semaphore is posted and read after it was waited for.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private var result: Result<Value, any Error>?

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func finish(_ result: Result<Value, any Error>) {
        self.result = result
        sem_post(semaphore)
    }

    func wait() throws -> Value {
        while sem_wait(semaphore) != 0 {}
        guard let result else { throw LaunchError.unavailable(what: "event loop", reason: "stopped") }
        return try result.get()
    }
}
