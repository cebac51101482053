package import Postgres
package import Runtime
internal import Web

/// Takes jobs out of the queue and does them, a few at a time; and, when this instance leads, starts those that come back by
/// themselves. One a process, on a loop that serves no requests.
package final class JobRunner: @unchecked Sendable {
    // Safety: confined to its loop.
    private let loop: EventLoop
    private let store: JobStore
    private let kinds: [String: JobKind]
    private let instance: String
    private let slots: Int
    private let log: Log
    private var running: [JobID: Running] = [:]
    private var isStopped = false
    private var isMuted = false
    private var isLooking = false
    private var mustLookAgain = false
    private var pollTimer: TimerID?
    private var beatTimer: TimerID?
    private var listener: PostgresListener?
    private var leader: Leader?

    /// How often a running job is said to be running: four times in one lease.
    private let heartbeat: Duration
    /// How long a job can wait when nobody is notified of it.
    private static let poll = Duration.seconds(2)

    /// - Parameters:
    ///   - instance: the process's name; no two that run have the same.
    ///   - lease: seconds after which a job whose instance says nothing is anybody's.
    ///   - connection: of the directory: for notifications, and for the leader's own connection.
    package init(
        loop: EventLoop, directory: PostgresPool, connection: PostgresConfiguration, kinds: [JobKind], instance: String,
        slots: Int = 3, lease: Int = 12, metrics: Metrics, log: Log = Log("jobs")
    ) {
        self.loop = loop
        self.instance = instance
        self.slots = slots
        self.log = log
        store = JobStore(directory, lease: lease)
        heartbeat = .milliseconds(250 * lease)
        let all = kinds + [JobRunner.cleaning(store)]
        self.kinds = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        listener = PostgresListener(
            loop: loop, configuration: connection, channels: ["preau_jobs"], log: log,
            onConnect: { [weak self] in self?.look() }, onNotification: { [weak self] _, _ in self?.notified() })
        leader = Leader(
            loop: loop, configuration: connection, instance: instance, kinds: all.filter { $0.interval != nil },
            store: store, metrics: metrics, log: log)
    }

    package func start() {
        loop.assertCurrent()
        leader?.start()
        loop.spawn { [self] in
            // A process of this name was killed: what it had is free at once, not only when the lease is over.
            try? await store.releaseAll(of: instance)
            look()
        }
        beat()
        poll()
    }

    /// Stops taking jobs, gives back those that run, and waits until they have noticed.
    package func stop() async {
        loop.assertCurrent()
        isStopped = true
        for timer in [pollTimer, beatTimer] { if let timer { loop.cancel(timer) } }
        listener?.close()
        let left = running.values
        for each in left { each.work.cancel() }
        for each in left { await each.whole.value }
        await leader?.stop()
    }

    /// For tests: says nothing any more, as a process that was paused.
    func mute() { isMuted = true }

    /// For tests: ends as a killed process does, without a word to anybody.
    func abandon() {
        isStopped = true
        isMuted = true
        for timer in [pollTimer, beatTimer] { if let timer { loop.cancel(timer) } }
        listener?.close()
        leader?.abandon()
    }

    // MARK: Looking for work

    private func poll() {
        guard !isStopped else { return }
        look()
        pollTimer = loop.schedule(after: JobRunner.poll * Double.random(in: 0.8...1.2)) { [weak self] in self?.poll() }
    }

    private func notified() {
        look()
        // It may be about one of ours that shall stop.
        if !running.isEmpty { loop.spawn { [self] in await keepAlive() } }
    }

    private func look() {
        guard !isStopped, !isMuted else { return }
        guard !isLooking else {
            mustLookAgain = true
            return
        }
        isLooking = true
        loop.spawn { [self] in
            repeat {
                mustLookAgain = false
                await takeAll()
            } while mustLookAgain && !isStopped
            isLooking = false
        }
    }

    private func takeAll() async {
        while running.count < slots, !isStopped {
            let lease = UUID.v7()
            do {
                guard let job = try await store.claim(Array(kinds.keys), holder: instance, lease: lease) else { return }
                begin(job, lease)
            } catch {
                // Said by the pool's own log; the next poll tries again.
                return
            }
        }
    }

    private func begin(_ job: Job, _ lease: UUID) {
        let outcome = Slot()
        let work = loop.spawn { [self] in outcome.value = await attempt(job, lease) }
        // Settled by a task that nobody cancels: an attempt that was stopped must still say so.
        let whole = loop.spawn { [self] in
            await work.value
            if let outcome = outcome.value { await settle(job, lease, outcome) }
            running[job.id] = nil
            look()
        }
        running[job.id] = Running(lease: lease, work: work, whole: whole)
    }

    private struct Running {
        let lease: UUID
        let work: Task<Void, Never>
        let whole: Task<Void, Never>
    }

    private final class Slot: @unchecked Sendable {
        // Safety: written and read on the runner's loop.
        var value: JobStore.Outcome?
    }

    // MARK: One attempt

    /// Nil when the job is another's by now.
    private func attempt(_ job: Job, _ lease: UUID) async -> JobStore.Outcome? {
        guard let kind = kinds[job.kind] else { return .failed("no such kind of job here") }
        guard job.attempts <= job.mostAttempts else {
            return .failed(job.failure ?? "the process that did it ended each time")
        }
        log.info(
            "job begun", ("job", .text(job.id.description)), ("kind", .text(job.kind)),
            ("attempt", .integer(job.attempts)))
        let run = JobRun(job, lease: lease, store: store)
        if job.attempts > 1 { await run.log(.warning, "Attempt \(job.attempts), on \(instance).") }
        do {
            return .succeeded(try await kind.run(run))
        } catch let error as JobError {
            return outcome(of: error, job)
        } catch {
            return outcome(of: Task.isCancelled ? .cancelled : .temporary(JobRunner.describe(error)), job)
        }
    }

    private func outcome(of error: JobError, _ job: Job) -> JobStore.Outcome? {
        if isStopped { return .again(after: 0, why: nil, isCounted: false) }
        switch error {
        case .leaseLost: return nil
        case .cancelled: return .cancelled
        case .permanent(let why): return .failed(why)
        case .temporary(let why):
            return job.attempts >= job.mostAttempts
                ? .failed(why) : .again(after: JobRunner.pause(job.attempts), why: why, isCounted: true)
        case .directoryUnavailable:
            // Its batches are refused at once when somebody asked to stop as well.
            return Task.isCancelled ? .cancelled : .again(after: 2, why: nil, isCounted: false)
        }
    }

    private static func pause(_ attempts: Int) -> Int { min(300, 2 << min(attempts, 8)) }

    /// An error as administrators may read it: never with a value in it.
    private static func describe(_ error: any Error) -> String {
        if let problem = (error as? any ProblemConvertible)?.problem { return problem.code.code }
        if let error = error as? PostgresError { return "database: \(error.sqlState ?? "unavailable")" }
        return "\(type(of: error))"
    }

    private func settle(_ job: Job, _ lease: UUID, _ outcome: JobStore.Outcome) async {
        log.info(
            "job attempt over", ("job", .text(job.id.description)), ("kind", .text(job.kind)),
            ("outcome", .text(outcome.word)))
        if let why = outcome.why { try? await store.log(job.id, outcome.isFailure ? .error : .warning, why) }
        for attempt in 0..<5 {
            do {
                return try await store.finish(job.id, lease: lease, outcome)
            } catch {
                // The directory is away: in the end the lease runs out, and the job goes on from its checkpoint.
                try? await loop.sleep(for: .milliseconds(200 << attempt))
            }
        }
    }

    // MARK: Heartbeat

    private func beat() {
        guard !isStopped else { return }
        loop.spawn { [self] in await keepAlive() }
        beatTimer = loop.schedule(after: heartbeat) { [weak self] in self?.beat() }
    }

    private func keepAlive() async {
        let held = running.map { (job: $0.key, lease: $0.value.lease) }
        guard !held.isEmpty, !isMuted else { return }
        guard let kept = try? await store.keep(held) else { return }
        for (job, lease) in held where kept[job] != false {
            // Lost, or asked to stop.
            if let current = running[job], current.lease == lease { current.work.cancel() }
        }
    }

    private static func cleaning(_ store: JobStore) -> JobKind {
        JobKind(.cleaning, every: 3600) { run in
            do throws(PostgresError) {
                let gone = try await store.throwAway()
                return ["jobs": .integer(gone.jobs), "files": .integer(gone.files)]
            } catch {
                throw JobRun.translated(error)
            }
        }
    }
}

extension JobStore.Outcome {
    fileprivate var word: String {
        switch self {
        case .succeeded: "succeeded"
        case .cancelled: "cancelled"
        case .failed: "failed"
        case .again: "again"
        }
    }

    fileprivate var why: String? {
        switch self {
        case .succeeded, .cancelled: nil
        case .failed(let why): why
        case .again(_, let why, _): why
        }
    }

    fileprivate var isFailure: Bool { if case .failed = self { true } else { false } }
}
