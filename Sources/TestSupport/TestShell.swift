internal import Glibc

/// Runs the programs that a test's servers need.
package enum TestShell {
    /// Runs a program to its end and returns what it wrote on standard output.
    /// - Throws: `TestSupportError.failed` with its standard error when its exit status is not 0.
    @discardableResult
    package static func run(_ arguments: String..., input: String = "") throws(TestSupportError) -> String {
        try run(arguments, input: input)
    }

    @discardableResult
    package static func run(_ arguments: [String], input: String = "") throws(TestSupportError) -> String {
        let process = try TestProcess(arguments, capturesOutput: true)
        process.write(input)
        process.closeInput()
        let output = process.readOutput()
        let status = process.wait()
        guard status == 0 else {
            throw .failed(command: arguments.joined(separator: " "), status: status, output: output)
        }
        return output
    }

    /// The command line that runs `arguments` as the unprivileged user of the servers, whoever runs the tests.
    static func unprivileged(_ arguments: [String]) -> [String] {
        geteuid() == 0 ? ["/usr/sbin/runuser", "-u", "postgres", "--"] + arguments : arguments
    }

    /// A TCP port of 127.0.0.1 that nothing listens on at the moment.
    package static func freePort() throws(TestSupportError) -> UInt16 {
        var code = EADDRINUSE
        for _ in 0..<200 {
            let port = UInt16.random(in: testPorts)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let result = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if result == 0 { return port }
            code = errno
        }
        throw .system(call: "bind", code: code)
    }

    /// Below Linux's range for outgoing connections (32768 and up), of which tests make thousands: a port found there may be somebody's
    /// before the server that it is for has started. And below those of stacks (Infra/stack/ports.py, Infra/bench/site.py).
    private static let testPorts: Range<UInt16> = 10_240..<19_500

    /// A new directory under /tmp that the servers' user owns.
    static func makeDirectory(_ prefix: String) throws(TestSupportError) -> String {
        try run(unprivileged(["mktemp", "-d", "/tmp/\(prefix)-XXXXXXXX"])).split(separator: "\n").first.map(String.init)
            ?? "/tmp"
    }

    /// The process id on the first line of a server's file; nil while there is none.
    static func process(in file: String) -> Int32? {
        guard let file = fopen(file, "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 32)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        return pid_t(atoi(line))
    }

    package static func isAlive(_ process: Int32) -> Bool { kill(process, 0) == 0 || errno == EPERM }

    /// Polls until `condition` holds, up to `seconds`.
    static func wait(seconds: Double, until condition: () -> Bool) -> Bool {
        for _ in 0..<Int(seconds * 200) {
            if condition() { return true }
            usleep(5000)
        }
        return condition()
    }
}

/// Why a test's server could not be had.
package enum TestSupportError: Error {
    case system(call: String, code: Int32)
    case failed(command: String, status: Int32, output: String)
    case noAnswer(server: String)
}
