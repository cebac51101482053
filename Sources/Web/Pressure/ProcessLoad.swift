internal import Synchronization

/// How busy the loops of a process are. Each writes its own four times a second; read on any thread.
package final class ProcessLoad: Sendable {
    private let loads = Mutex<[String: Int]>([:])

    package init() {}

    func set(_ load: Int, of loop: String) { loads.withLock { $0[loop] = load } }

    /// Their mean, in thousandths of what a loop does well: the system spreads connections over them.
    package var mean: Int { loads.withLock { $0.isEmpty ? 0 : $0.values.reduce(0, +) / $0.count } }
}
