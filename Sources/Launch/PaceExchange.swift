internal import Admission
internal import Identity
internal import Runtime

/// Tells the other nodes, every few seconds, how many passwords this one can check, and hears how many all can.
final class PaceExchange: @unchecked Sendable {
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
        let (hashes, busy) = (now.hashes - last.hashes, now.busy - last.busy)
        last = now
        admission.loop.spawn { [self] in
            await admission.pace.exchange(
                node: shared.configuration.process, threads: shared.configuration.passwordThreads, hashes: hashes,
                busy: busy, admission)
        }
    }

    func stop() {
        if let timer { admission.loop.cancel(timer) }
    }
}
