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
    private let topics: [DirectoryTopic]
    private var isReading = false
    private var mustReadAgain = false
    private var timer: TimerID?
    private var isStopped = false

    /// - Parameters:
    ///   - listener: where to wait for notifications; nil to do without.
    ///   - topics: what to keep fresh beside the map and the territories.
    ///   - pollInterval: how stale the copy may be when no notification comes, give or take a fifth.
    package init(
        tenancy: Tenancy, listener configuration: PostgresConfiguration?, topics: [DirectoryTopic] = [],
        pollInterval: Duration = .milliseconds(1500), log: Log = Log("directory")
    ) {
        self.tenancy = tenancy
        self.topics = topics
        self.pollInterval = pollInterval
        self.configuration = configuration
        self.log = log
    }

    /// Begins; the first load is under way when it returns. Until one has succeeded, `cache.hasBeenRead` is false.
    package func start() {
        tenancy.loop.assertCurrent()
        listener = configuration.map {
            PostgresListener(
                loop: tenancy.loop, configuration: $0,
                channels: ["preau_map", "preau_territories"] + topics.map { "preau_" + $0.name }, log: log,
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
        readTopics()
    }

    /// One reading at a time; a notification that comes meanwhile has it begin again.
    private func readTopics() {
        guard !topics.isEmpty else { return }
        guard !isReading else {
            mustReadAgain = true
            return
        }
        isReading = true
        tenancy.loop.spawn { [self] in
            repeat {
                mustReadAgain = false
                do {
                    let versions = try await tenancy.directory.run(DirectoryStore.versionsBatch)[0]
                    for topic in topics
                    where try DirectoryStore.version(of: topic.name, in: versions) != topic.version() {
                        try await topic.load(tenancy.directory)
                    }
                } catch {
                    log.info("policy not read from the directory: what was read before stays in force")
                }
            } while mustReadAgain && !isStopped
            isReading = false
        }
    }
}
