internal import CLinux
internal import Glibc

/// A program started by this one, its standard output a pipe.
package struct ChildProcess: Sendable {
    package let pid: Int32
    /// Read from it; the owner closes it.
    package let output: Int32

    /// What a program said until its end.
    package struct Outcome: Sendable {
        /// 0 for success; 128 and the signal's number for one that was killed.
        package let status: Int32
        package let output: [UInt8]
    }

    /// - Parameters:
    ///   - program: a path; no shell, no search.
    ///   - arguments: after the program's name.
    /// - Throws: `RuntimeError.system` when it cannot be started.
    package static func start(_ program: String, _ arguments: [String]) throws(RuntimeError) -> ChildProcess {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw .system(call: "pipe", code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Signals that this process blocks, to wait for them, are none of the child's business.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, program, &actions, &attributes, &words, environ)
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            throw .system(call: "posix_spawn", code: code)
        }
        return ChildProcess(pid: pid, output: ends[0])
    }

    /// Runs a program to its end. Blocks: for a thread of a `BlockingPool`.
    /// - Parameters:
    ///   - limit: bytes of output that are kept; the rest is read and forgotten.
    ///   - patience: after it the program is killed.
    package static func run(
        _ program: String, _ arguments: [String], limit: Int, patience: Duration
    ) throws(RuntimeError) -> Outcome {
        let child = try start(program, arguments)
        defer { close(child.output) }
        let deadline = Instant.now + patience
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            var entry = pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)
            let left = deadline.since(.now).wholeNanoseconds / 1_000_000
            guard left > 0, poll(&entry, 1, Int32(clamping: left)) != 0 else {
                child.kill()
                break
            }
            let count = chunk.withUnsafeMutableBytes { read(child.output, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            output += chunk[..<min(count, limit - output.count)]
        }
        return Outcome(status: child.wait(), output: output)
    }

    package enum State: Sendable, Equatable {
        case running
        /// Somebody stopped it, and nobody lets it go on.
        case stopped
        /// The status as a shell tells it; told once.
        case ended(Int32)
    }

    /// What has become of the program; does not wait.
    package func state() -> State {
        var status: Int32 = 0
        let found = waitpid(pid, &status, WNOHANG | WUNTRACED)
        guard found != 0 else { return .running }
        guard found == pid else { return .ended(255) }
        return status & 0xff == 0x7f ? .stopped : .ended(ChildProcess.status(status))
    }

    /// Ends the program without asking it.
    package func kill() { _ = Glibc.kill(pid, SIGKILL) }

    /// For a program that was started by another one: it ends with that one, never gains rights, and leaves no image of its
    /// memory behind. - Returns: false when the system would not, or the other one is gone already.
    package static func becomeWard(of parent: Int32) -> Bool { clinux_become_ward() == 0 && getppid() == parent }

    /// Waits for the end of the program; its status as a shell tells it.
    package func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return ChildProcess.status(status)
    }

    private static func status(_ status: Int32) -> Int32 {
        status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }
}
