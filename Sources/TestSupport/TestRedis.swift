internal import Glibc

/// A throw-away Redis 7 server on 127.0.0.1 that keeps nothing on disk, with everything a test does to one.
package final class TestRedis: Sendable {
    package let host = "127.0.0.1"
    package let port: UInt16
    package let directory: String

    private let arguments: [String]
    private let serverGuard: TestServerGuard
    private var pidFile: String { directory + "/pid" }

    /// Starts a server and returns once it answers. - Parameter arguments: more options, as on redis-server's command line.
    package static func start(_ arguments: String...) throws(TestSupportError) -> TestRedis {
        try TestRedis(arguments: arguments)
    }

    private init(arguments: [String]) throws(TestSupportError) {
        self.arguments = arguments
        directory = try TestShell.makeDirectory("preau-redis")
        port = try TestShell.freePort()
        serverGuard = try TestServerGuard(directory: directory, pidFile: directory + "/pid")
        try startAgain()
    }

    deinit { serverGuard.finish() }

    /// Sends one command with redis-cli and returns its answer.
    @discardableResult
    package func command(_ words: String...) throws(TestSupportError) -> String {
        let output = try TestShell.run(["redis-cli", "-h", host, "-p", String(port)] + words)
        return output.hasSuffix("\n") ? String(output.dropLast()) : output
    }

    /// Nil while it is down.
    package var process: Int32? {
        guard let file = fopen(pidFile, "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 32)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        return pid_t(atoi(line))
    }

    /// Starts the server after `kill`, empty, on the same port.
    package func startAgain() throws(TestSupportError) {
        try TestShell.run(
            TestShell.unprivileged(
                [
                    "redis-server", "--port", String(port), "--bind", host, "--daemonize", "yes", "--pidfile", pidFile,
                    "--dir", directory, "--logfile", directory + "/log", "--save", "", "--appendonly", "no",
                ] + arguments))
        guard TestShell.wait(seconds: 10, until: { (try? command("ping")) == "PONG" }) else {
            throw .noAnswer(server: "redis")
        }
    }

    /// SIGKILL; returns when it is gone.
    package func kill() {
        guard let process else { return }
        Glibc.kill(process, SIGKILL)
        _ = TestShell.wait(seconds: 10) { !TestShell.isAlive(process) }
        unlink(pidFile)
    }

    /// SIGSTOP: connections stay open and nothing answers.
    package func pause() { if let process { Glibc.kill(process, SIGSTOP) } }

    package func resume() { if let process { Glibc.kill(process, SIGCONT) } }
}
