internal import Glibc

/// A throw-away Redis Sentinel on 127.0.0.1, quick to take a server for dead (half a second).
package final class TestSentinel: Sendable {
    package let host = "127.0.0.1"
    package let port: UInt16
    package let directory: String

    private let serverGuard: TestServerGuard
    private var pidFile: String { directory + "/pid" }

    /// Starts a Sentinel that watches `redis`, and returns once it answers.
    /// - Parameters:
    ///   - master: the name it watches the server under.
    ///   - quorum: how many Sentinels must agree that a master is dead.
    package static func start(
        watching redis: TestRedis, as master: String, quorum: Int = 1
    ) throws(TestSupportError) -> TestSentinel {
        try TestSentinel(redis, master, quorum)
    }

    private init(_ redis: TestRedis, _ master: String, _ quorum: Int) throws(TestSupportError) {
        directory = try TestShell.makeDirectory("preau-sentinel")
        port = try TestShell.freePort()
        serverGuard = try TestServerGuard(directory: directory, pidFile: directory + "/pid")
        let file = directory + "/sentinel.conf"
        let configuration = """
            port \(port)
            bind \(host)
            daemonize yes
            pidfile \(directory)/pid
            logfile \(directory)/log
            dir \(directory)
            sentinel monitor \(master) \(redis.host) \(redis.port) \(quorum)
            sentinel down-after-milliseconds \(master) 500
            sentinel failover-timeout \(master) 2000

            """
        try TestShell.run(TestShell.unprivileged(["tee", file]), input: configuration)
        try TestShell.run(TestShell.unprivileged(["redis-server", file, "--sentinel"]))
        guard TestShell.wait(seconds: 10, until: { (try? command("ping")) == "PONG" }) else {
            throw .noAnswer(server: "sentinel")
        }
    }

    deinit { serverGuard.finish() }

    /// Sends one command with redis-cli and returns its answer.
    @discardableResult
    package func command(_ words: String...) throws(TestSupportError) -> String {
        let output = try TestShell.run(["redis-cli", "-h", host, "-p", String(port)] + words)
        return output.hasSuffix("\n") ? String(output.dropLast()) : output
    }

    /// The port of the master of that name, as this Sentinel knows it.
    package func masterPort(_ master: String) throws(TestSupportError) -> UInt16? {
        try command("sentinel", "get-master-addr-by-name", master).split(separator: "\n").last.flatMap { UInt16($0) }
    }

    /// Returns once this Sentinel sees that many replicas and other Sentinels.
    package func waitUntilItSees(replicas: Int, sentinels: Int, of master: String) throws(TestSupportError) {
        let isReady = TestShell.wait(seconds: 30) {
            guard let lines = try? command("sentinel", "master", master).split(separator: "\n") else { return false }
            func value(_ name: String) -> Int? {
                lines.firstIndex { $0 == name }.flatMap { $0 + 1 < lines.count ? Int(lines[$0 + 1]) : nil }
            }
            return value("num-slaves") == replicas && value("num-other-sentinels") == sentinels
        }
        guard isReady else { throw .noAnswer(server: "sentinel") }
    }

    /// SIGSTOP: connections stay open and nothing answers.
    package func pause() { if let process = TestShell.process(in: pidFile) { Glibc.kill(process, SIGSTOP) } }

    package func resume() { if let process = TestShell.process(in: pidFile) { Glibc.kill(process, SIGCONT) } }

    /// SIGKILL; returns when it is gone.
    package func kill() {
        guard let process = TestShell.process(in: pidFile) else { return }
        Glibc.kill(process, SIGKILL)
        _ = TestShell.wait(seconds: 10) { !TestShell.isAlive(process) }
        unlink(pidFile)
    }
}
