internal import Glibc

/// How long the processor has worked for somebody.
package enum ProcessorTime {
    /// For the calling thread, since it began.
    package static var ofThisThread: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
