package import Postgres
package import Runtime

/// Keeps the process's copy of the directory fresh: on notification within milliseconds, by comparing version numbers every
/// few seconds when none comes, and not at all while the directory is gone. One a process, on one of its loops.
package final class DirectoryWatcher: @unchecked Sendable {
    // Safety: confined to the loop of its `Tenancy`.
    private let tenancy: Tenancy
    private let configuration: PostgresConfiguration?
    private let log: Log
    private var listener: PostgresListener?
    private let pollInterval: Duration
    private var timer: TimerID?
    private var isStopped = false

    /// - Parameters:
    ///   - listener: where to wait for notifications; nil to do without.
    ///   - pollInterval: how stale the copy may be when no notification comes.
    package init(
        tenancy: Tenancy, listener configuration: PostgresConfiguration?, pollInterval: Duration = .seconds(2),
        log: Log = Log("directory")
    ) {
        self.tenancy = tenancy
        self.pollInterval = pollInterval
        self.configuration = configuration
        self.log = log
    }

    /// Begins; the first load is under way when it returns. Until one has succeeded, `cache.map.version` is 0.
    package func start() {
        tenancy.loop.assertCurrent()
        listener = configuration.map {
            PostgresListener(
                loop: tenancy.loop, configuration: $0, channels: ["preau_map", "preau_territories"], log: log,
                onConnect: { [weak self] in self?.refresh() }, onNotification: { [weak self] _, _ in self?.refresh() })
        }
        tick()
    }

    package func stop() {
        tenancy.loop.assertCurrent()
        isStopped = true
        if let timer { tenancy.loop.cancel(timer) }
        listener?.close()
    }

    private func tick() {
        guard !isStopped else { return }
        refresh()
        // Nodes started together do not ask together.
        let jitter = Double.random(in: 0.8...1.2)
        timer = tenancy.loop.schedule(after: pollInterval * jitter) { [weak self] in self?.tick() }
    }

    private func refresh() {
        guard !isStopped else { return }
        tenancy.loop.spawn { [tenancy] in
            // Said by the log and the metrics of `Tenancy`; what is cached goes on.
            try? await tenancy.refresh()
        }
    }
}
