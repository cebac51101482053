internal import Postgres
package import Runtime
internal import Tenancy

/// Gives the moves that nobody works on to this process's mover, a few at a time, and sweeps what moves have left behind. Several
/// processes may each have one.
package final class MoveRunner: @unchecked Sendable {
    // Safety: confined to its loop.
    private let mover: Mover
    private let process: String
    private let log: Log
    private var running = 0
    private var isLooking = false
    private var timers: [TimerID] = []
    private var isStopped = false

    /// At most so many at once, whatever shards they read from.
    private static let width = 4

    /// - Parameter process: as the mover's.
    package init(_ mover: Mover, process: String, log: Log) {
        self.mover = mover
        self.process = process
        self.log = log
    }

    package func start() {
        mover.loop.assertCurrent()
        mover.loop.spawn { [self] in
            do {
                // What an earlier run of this process was at goes on now, not when its lease ends.
                try await mover.store.takeOver(from: process)
            } catch {
                log.info("moves are taken over when their leases end")
            }
            tick()
            sweepLater(after: .seconds(5))
        }
    }

    package func stop() {
        isStopped = true
        for timer in timers { mover.loop.cancel(timer) }
    }

    private func tick() {
        guard !isStopped else { return }
        look()
        timers.removeAll()
        timers.append(mover.loop.schedule(after: .milliseconds(400)) { [weak self] in self?.tick() })
    }

    private func look() {
        guard !isStopped, !isLooking, running < MoveRunner.width else { return }
        isLooking = true
        mover.loop.spawn { [self] in
            defer { isLooking = false }
            // The directory may be gone: asked again at the next tick.
            guard let move = try? await mover.store.claim(as: mover.owner) else { return }
            running += 1
            mover.loop.spawn { [self] in
                await mover.advance(move)
                running -= 1
                look()
            }
            mover.loop.execute { [self] in look() }
        }
    }

    private func sweepLater(after delay: Duration) {
        guard !isStopped else { return }
        timers.append(
            mover.loop.schedule(after: delay) { [weak self] in
                guard let self else { return }
                mover.loop.spawn { [self] in
                    await MoveJanitor(mover, log).sweep()
                    sweepLater(after: .seconds(60))
                }
            })
    }
}
