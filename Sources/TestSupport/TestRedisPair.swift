/// A throw-away master with its replica, and a Sentinel that puts the one in the place of the other.
package struct TestRedisPair: Sendable {
    /// The master's name for the Sentinel.
    package static let name = "preau"

    package let master: TestRedis
    package let replica: TestRedis
    package let sentinel: TestSentinel

    /// Starts the three and returns once the Sentinel has seen both servers.
    package static func start() throws(TestSupportError) -> TestRedisPair {
        let master = try TestRedis.start("--repl-diskless-sync-delay", "0")
        let replica = try TestRedis.start(
            "--replicaof", "127.0.0.1", String(master.port), "--replica-priority", "1")
        let sentinel = try TestSentinel.start(watching: master, as: name)
        try sentinel.waitUntilItSees(replicas: 1, sentinels: 0, of: name)
        return TestRedisPair(master: master, replica: replica, sentinel: sentinel)
    }
}
