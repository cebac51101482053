internal import Admission
internal import Identity
internal import Runtime
internal import Web

/// Tells the other nodes, every few seconds, what this one can do, and hears what all can.
final class CapacityExchange: @unchecked Sendable {
    // Safety: confined to its loop.
    private let shared: SharedParts
    private let admission: AdmissionService
    private var last: (hashes: Int, busy: Duration) = (0, .zero)
    private var timer: TimerID?

    init(_ shared: SharedParts, _ admission: AdmissionService) {
        self.shared = shared
        self.admission = admission
    }

    func start() {
        admission.loop.assertCurrent()
        timer = admission.loop.schedule(after: .seconds(5)) { [weak self] in self?.start() }
        let now = (hashes: shared.hasher.computed, busy: shared.hasher.busyTime)
        let node = PlatformCapacity.Node(
            name: shared.configuration.process, threads: shared.configuration.passwordThreads,
            hashes: now.hashes - last.hashes, busy: now.busy - last.busy, load: shared.load.mean,
            least: shared.configuration.peopleALoop * shared.configuration.loops)
        last = now
        admission.loop.spawn { [admission] in await admission.platform.exchange(node, admission) }
    }

    func stop() {
        if let timer { admission.loop.cancel(timer) }
    }
}
