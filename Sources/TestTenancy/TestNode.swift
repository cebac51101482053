package import Postgres
package import Runtime
package import Tenancy

/// What a node process has of the tenancy, on a thread of its own.
package final class TestNode: @unchecked Sendable {
    // Safety: the parts are set before the object is shared and used on their loop.
    package let thread: EventLoopThread
    package let cache = DirectoryCache()
    package let metrics = Metrics()
    package let directory: PostgresPool
    package let tenancy: Tenancy
    package let watcher: DirectoryWatcher?
    /// Until `stop()`: a test that fails before it must not pull the pools from under the loop.
    private var alive: TestNode?

    package var loop: EventLoop { thread.loop }

    static func start(
        _ platform: TestPlatform, user: String, watching: Bool, pollInterval: Duration, listening: Bool,
        neededVersion: Int, loaded: Bool
    ) async throws -> TestNode {
        let thread = try EventLoopThread(name: "node")
        let node = await thread.loop.run {
            TestNode(
                thread, platform, user: user, watching: watching, pollInterval: pollInterval, listening: listening,
                neededVersion: neededVersion)
        }
        if loaded { try await node.run { try await $0.refresh() } }
        return node
    }

    private init(
        _ thread: EventLoopThread, _ platform: TestPlatform, user: String, watching: Bool, pollInterval: Duration,
        listening: Bool, neededVersion: Int
    ) {
        self.thread = thread
        let configuration = platform.configuration(.directory, user: user)
        directory = PostgresPool(loop: thread.loop, configuration: configuration, metrics: metrics, log: Log("test"))
        tenancy = Tenancy(
            loop: thread.loop, cache: cache, directory: directory,
            shards: platform.configuration(.shard(1), user: user),
            metrics: metrics, neededVersion: neededVersion)
        watcher =
            watching
            ? DirectoryWatcher(
                tenancy: tenancy, listener: listening ? configuration : nil, pollInterval: pollInterval)
            : nil
        watcher?.start()
        alive = self
    }

    /// Runs `body` on the node's loop.
    package func run<Value: Sendable>(
        _ body: @escaping @Sendable (Tenancy) async throws -> Value
    ) async throws -> Value {
        try await loop.run { [tenancy] in try await body(tenancy) }
    }

    /// Ends its connections and its thread.
    package func stop() async {
        await loop.run { [self] in
            watcher?.stop()
            tenancy.close()
            directory.close()
            alive = nil
        }
        await Task.detached { [thread] in thread.stopAndJoin() }.value
    }
}
