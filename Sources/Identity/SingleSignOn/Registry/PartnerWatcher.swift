package import Postgres
package import Runtime

/// Keeps the process's copy of the registered services and of the signing keys fresh: on notification within milliseconds, by
/// comparing version numbers every few seconds when none comes, and not at all while the directory is gone. One a process.
package final class PartnerWatcher: @unchecked Sendable {
    // Safety: confined to its loop.
    private let engine: SingleSignOn
    private let configuration: PostgresConfiguration
    private let log: Log
    private var listener: PostgresListener?
    private var timer: TimerID?
    private var isStopped = false
    private var isReading = false
    private var isDue = false

    private static let pollInterval = Duration.seconds(3)

    /// - Parameter listener: where to wait for notifications.
    package init(_ engine: SingleSignOn, listener configuration: PostgresConfiguration, log: Log = Log("partners")) {
        self.engine = engine
        self.configuration = configuration
        self.log = log
    }

    /// Begins; the first reading is under way when it returns.
    package func start() {
        engine.loop.assertCurrent()
        listener = PostgresListener(
            loop: engine.loop, configuration: configuration, channels: ["preau_partners"], log: log,
            onConnect: { [weak self] in self?.refresh() }, onNotification: { [weak self] _, _ in self?.refresh() })
        tick()
    }

    package func stop() {
        engine.loop.assertCurrent()
        isStopped = true
        if let timer { engine.loop.cancel(timer) }
        listener?.close()
    }

    private func tick() {
        guard !isStopped else { return }
        refresh()
        timer = engine.loop.schedule(after: PartnerWatcher.pollInterval * Double.random(in: 0.8...1.2)) { [weak self] in
            self?.tick()
        }
    }

    private func refresh() {
        isDue = true
        guard !isStopped, !isReading else { return }
        isReading = true
        engine.loop.spawn { [self] in
            while isDue, !isStopped {
                isDue = false
                do {
                    try await engine.refresh()
                } catch {
                    log.info("the registered services could not be read: those known stay")
                }
            }
            isReading = false
        }
    }
}
