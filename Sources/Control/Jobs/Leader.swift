internal import Postgres
internal import Runtime

/// Of several instances one leads: the one that holds an advisory lock of the directory, on a connection of its own. It is the
/// transaction that holds the lock, so that a leader that is cut off stops leading at the same moment as the server says so.
/// Two that both believe to lead for a second do no harm: what they start is written down when it is started.
final class Leader: @unchecked Sendable {
    // Safety: confined to its loop.
    private let loop: EventLoop
    private let pool: PostgresPool
    private let instance: String
    private let kinds: [JobKind]
    private let store: JobStore
    private let log: Log
    private let leading: Gauge
    private var task: Task<Void, Never>?
    private var isStopped = false

    /// Shorter than the server lets a transaction lie idle.
    private static let interval = Duration.seconds(2)
    private static let term = Duration.seconds(3600)

    init(
        loop: EventLoop, configuration: PostgresConfiguration, instance: String, kinds: [JobKind], store: JobStore,
        metrics: Metrics, log: Log
    ) {
        var configuration = configuration
        configuration.name = "leadership"
        configuration.interactiveConnections = 1
        configuration.backgroundConnections = 1
        pool = PostgresPool(loop: loop, configuration: configuration, metrics: metrics, log: log)
        leading = metrics.gauge("preau_jobs_leader", help: "Whether this instance leads the scheduled work.")
        self.loop = loop
        self.instance = instance
        self.kinds = kinds
        self.store = store
        self.log = log
    }

    func start() {
        task = loop.spawn { [self] in
            while !isStopped {
                do { try await lead() } catch {}
                leading.set(0)
                guard !isStopped else { return }
                try? await loop.sleep(for: Leader.interval)
            }
        }
    }

    /// Lets another lead.
    func stop() async {
        isStopped = true
        task?.cancel()
        await task?.value
        pool.close()
    }

    /// For tests: the connection breaks.
    func abandon() {
        isStopped = true
        pool.close()
    }

    /// Returns when another leads, throws when the connection is lost.
    private func lead() async throws {
        try await pool.transaction(lane: .background, deadline: Leader.term) { transaction in
            guard try await transaction.run(PostgresBatch(JobStore.lead))[0][0].bool(0) else { return }
            log.notice("this instance leads", ("instance", .text(instance)))
            leading.set(1)
            _ = try await pool.run(PostgresBatch(JobStore.sayWhoLeads, instance))
            while !isStopped {
                _ = try await transaction.run(PostgresBatch(JobStore.stillThere))
                try await store.startScheduled(kinds)
                try await loop.sleep(for: Leader.interval)
            }
        }
    }
}
