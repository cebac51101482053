import Glibc

// What the tests do to the system itself.

let badDescriptor = EBADF
let brokenPipe = EPIPE
let userSignal = SIGUSR2

func hold(for seconds: Double) { usleep(UInt32(seconds * 1e6)) }

func shutDown(_ descriptor: Int32) { shutdown(descriptor, Int32(SHUT_RDWR)) }

/// To the calling thread, which has it blocked; the process's other threads have not.
func raiseHere(_ signal: Int32) { raise(signal) }

/// The errno of a write to a socket whose other end is closed.
func writeToClosedPeer() -> Int32 {
    var pair: [Int32] = [-1, -1]
    socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
    close(pair[1])
    defer { close(pair[0]) }
    return write(pair[0], "x", 1) < 0 ? errno : 0
}

/// Sends standard error to a file while `body` runs.
func withStandardError(to path: String, _ body: () -> Void) throws {
    struct Failure: Error {}
    let kept = dup(STDERR_FILENO)
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    guard kept >= 0, file >= 0 else { throw Failure() }
    dup2(file, STDERR_FILENO)
    body()
    dup2(kept, STDERR_FILENO)
    close(file)
    close(kept)
}
