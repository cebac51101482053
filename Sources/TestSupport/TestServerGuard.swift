internal import Glibc

/// Ends a test's server and removes its directory when the test process does, however it ends: the guard is a shell that
/// waits for its standard input to close, and the kernel closes that even after kill -9.
final class TestServerGuard: Sendable {
    private let process: TestProcess

    /// - Parameter pidFile: where the server writes its process id, on the first line.
    init(directory: String, pidFile: String) throws(TestSupportError) {
        let script = """
            cat > /dev/null
            pid=$(head -n 1 "$2" 2> /dev/null)
            if [ -n "$pid" ]; then
                children=$(ps -o pid= --ppid "$pid")
                kill -KILL $pid $children 2> /dev/null
            fi
            rm -rf "$1"
            """
        process = try TestProcess(["/bin/sh", "-c", script, "guard", directory, pidFile], capturesOutput: false)
    }

    /// Ends the server now, and returns when it has.
    func finish() {
        process.closeInput()
        process.wait()
    }
}
