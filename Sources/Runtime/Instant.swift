internal import Glibc

/// A point on the machine's monotonic clock, in nanoseconds. Says nothing about the time of day.
package struct Instant: Comparable, Hashable, Sendable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// Reads the clock. On a loop, `EventLoop.now` is the same reading taken once a turn.
    package static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
    }

    package static let distantFuture = Instant(nanoseconds: .max)

    package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Saturates instead of wrapping, so that "never" stays never.
    package static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        return overflow ? .distantFuture : Instant(nanoseconds: sum)
    }

    /// The time from `earlier` to `self`, zero when `earlier` is the later one.
    package func since(_ earlier: Instant) -> Duration {
        .nanoseconds(Int64(clamping: nanoseconds >= earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0))
    }

    /// The same in whole microseconds, without the cost of a `Duration`, for what runs on every request.
    package func microseconds(since earlier: Instant) -> Int {
        Int(clamping: (nanoseconds >= earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0) / 1000)
    }
}

extension Duration {
    /// Whole nanoseconds, zero for a negative duration, saturated at `UInt64.max`.
    package var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carried) = product.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        return overflow || carried ? .max : sum
    }

    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// The time of day, UTC.
package enum WallClock {
    /// Microseconds since 1970-01-01T00:00:00Z, the resolution PostgreSQL keeps.
    package static var microseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    package static var seconds: Int64 { microseconds / 1_000_000 }
}
