import Glibc
import Synchronization

final class Flag: Sendable {
    private let storage = Atomic(false)
    var isSet: Bool { storage.load(ordering: .acquiring) }
    func set() { storage.store(true, ordering: .releasing) }
}

/// Blocks the calling thread, as a handler that computes for too long would.
func hold(for seconds: Double) { usleep(UInt32(seconds * 1e6)) }
