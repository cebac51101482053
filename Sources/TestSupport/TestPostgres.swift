internal import Glibc

/// A throw-away PostgreSQL 15 server on 127.0.0.1, with everything a test does to one: kill, hang, restart.
///
/// It trusts every local connection unless asked for passwords, keeps nothing safe from a power cut, and disappears with
/// the last reference to it or with the test process.
package final class TestPostgres: Sendable {
    package static let programs = "/usr/lib/postgresql/15/bin"

    package let host = "127.0.0.1"
    package let port: UInt16
    package let superuser = "postgres"
    package let directory: String

    private let serverGuard: TestServerGuard
    private var dataDirectory: String { directory + "/data" }
    private var pidFile: String { dataDirectory + "/postmaster.pid" }

    /// Starts a server and returns once it answers.
    /// - Parameters:
    ///   - settings: more lines of postgresql.conf.
    ///   - authentication: the method of pg_hba.conf for TCP: `trust`, `scram-sha-256`, `reject`.
    package static func start(
        settings: [String: String] = [:], authentication: String = "trust"
    ) throws(TestSupportError) -> TestPostgres {
        try TestPostgres(settings: settings, authentication: authentication)
    }

    private init(settings: [String: String], authentication: String) throws(TestSupportError) {
        directory = try TestShell.makeDirectory("preau-postgres")
        port = try TestShell.freePort()
        let data = directory + "/data"
        serverGuard = try TestServerGuard(directory: directory, pidFile: data + "/postmaster.pid")
        try TestPostgres.copyTemplate(to: data)
        var lines = [
            "listen_addresses": "127.0.0.1", "port": String(port), "unix_socket_directories": "\(directory)",
            "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "logical",
            "max_connections": "200", "shared_buffers": "32MB", "timezone": "UTC",
        ]
        lines.merge(settings) { $1 }
        let configuration = lines.map { "\($0.key) = '\($0.value)'\n" }.sorted().joined()
        let access =
            "local all all trust\nhost all all 127.0.0.1/32 \(authentication)\nhost replication all 127.0.0.1/32 trust\n"
        try TestShell.run(TestShell.unprivileged(["tee", "-a", data + "/postgresql.conf"]), input: configuration)
        try TestShell.run(TestShell.unprivileged(["tee", data + "/pg_hba.conf"]), input: access)
        try startAgain()
    }

    deinit { serverGuard.finish() }

    // MARK: Using it

    /// Runs SQL with psql as the superuser and returns the bare rows, columns separated by `|`.
    @discardableResult
    package func sql(_ text: String, database: String = "postgres") throws(TestSupportError) -> String {
        let output = try TestShell.run(
            [
                TestPostgres.programs + "/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", directory,
                "-p", String(port), "-U", superuser, "-d", database,
            ], input: text)
        return output.hasSuffix("\n") ? String(output.dropLast()) : output
    }

    package func createDatabase(_ name: String, owner: String? = nil) throws(TestSupportError) {
        try sql("create database \"\(name)\"" + (owner.map { " owner \"\($0)\"" } ?? ""))
    }

    // MARK: Bad days

    /// The process id of the postmaster; nil while it is down.
    package var postmaster: Int32? {
        guard let file = fopen(pidFile, "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 32)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        return pid_t(atoi(line))
    }

    /// The processes that serve the clients whose `application_name` is `name`.
    package func backends(named name: String) throws(TestSupportError) -> [Int32] {
        try sql("select pid from pg_stat_activity where application_name = '\(name)' order by pid")
            .split(separator: "\n").compactMap { pid_t($0) }
    }

    /// Starts the server after `stop` or `kill`, on the same port and data.
    package func startAgain() throws(TestSupportError) {
        try control("start", "-w", "-t", "60", "-l", directory + "/log")
    }

    /// An orderly stop: clients are disconnected.
    package func stop() throws(TestSupportError) { try control("stop", "-m", "fast", "-w") }

    package func restart() throws(TestSupportError) {
        try control("restart", "-m", "fast", "-w", "-l", directory + "/log")
    }

    /// SIGKILL to the postmaster; its backends notice and end. Returns when all are gone.
    package func kill() {
        guard let postmaster else { return }
        let children = processes(of: postmaster)
        Glibc.kill(postmaster, SIGKILL)
        for child in children { Glibc.kill(child, SIGKILL) }
        _ = TestShell.wait(seconds: 10) { ([postmaster] + children).allSatisfy { !TestShell.isAlive($0) } }
        unlink(pidFile)
    }

    /// SIGSTOP to the postmaster and everything it started: connections stay open and nothing answers.
    package func pause() { signalAll(SIGSTOP) }

    package func resume() { signalAll(SIGCONT) }

    private func signalAll(_ signal: Int32) {
        guard let postmaster else { return }
        for process in [postmaster] + processes(of: postmaster) { Glibc.kill(process, signal) }
    }

    private func processes(of parent: Int32) -> [Int32] {
        let output = (try? TestShell.run("ps", "-o", "pid=", "--ppid", String(parent))) ?? ""
        return output.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
    }

    private func control(_ arguments: String...) throws(TestSupportError) {
        try TestShell.run(
            TestShell.unprivileged([TestPostgres.programs + "/pg_ctl", "-D", dataDirectory, "-s"] + arguments))
    }

    /// initdb takes seconds, a copy of its result a fraction of one. Made once a machine, under a lock.
    private static func copyTemplate(to data: String) throws(TestSupportError) {
        let script = """
            set -e
            template=/tmp/preau-postgres-template-bytes-$(id -u)
            exec 9> "$template.lock"
            flock 9
            if [ ! -f "$template/complete" ]; then
                rm -rf "$template"
                "$1/initdb" -D "$template" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --lc-collate=C --no-sync
                touch "$template/complete"
            fi
            cp -a "$template" "$2"
            """
        try TestShell.run(TestShell.unprivileged(["/bin/sh", "-c", script, "template", programs, data]))
    }
}
