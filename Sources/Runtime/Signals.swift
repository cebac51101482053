internal import CLinux
internal import Glibc

/// Signals as events of a loop, by signalfd.
package enum Signals {
    /// Blocks `numbers` in the calling thread and in every thread it starts later: call it first thing in the process.
    /// Ignores SIGPIPE as well: a peer that went away is an error of the write, not the end of the process.
    package static func block(_ numbers: [Int32]) {
        signal(SIGPIPE, SIG_IGN)
        var set = mask(numbers)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Calls `handler` on `loop` for each of the blocked `numbers` that arrives. Must be called on the loop.
    package static func watch(
        _ numbers: [Int32], on loop: EventLoop, _ handler: @escaping (Int32) -> Void
    ) throws(RuntimeError) {
        var set = mask(numbers)
        let descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
        guard descriptor >= 0 else { throw .system(call: "signalfd", code: errno) }
        _ = try loop.register(descriptor, .read) { _ in
            var info = signalfd_siginfo()
            while read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size) > 0 { handler(Int32(info.ssi_signo)) }
        }
    }

    private static func mask(_ numbers: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        return set
    }
}
