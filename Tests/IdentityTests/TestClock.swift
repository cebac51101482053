import Runtime
import Synchronization

/// Seconds since 1970 that a test moves on by hand.
final class TestClock: Sendable {
    private let offset = Mutex<Int64>(0)

    var now: Int64 { WallClock.seconds + offset.withLock { $0 } }
    func advance(_ seconds: Int64) { offset.withLock { $0 += seconds } }
}
