internal import CLinux
internal import Glibc
internal import Synchronization

/// One thread, one epoll, and the executor of every task that runs on it.
///
/// HTTP, Redis and PostgreSQL sit on the same loop, so a request never changes thread: it suspends on a continuation that
/// a descriptor's handler resumes, on this thread. What runs here never blocks; heavy work goes to `BlockingPool`.
///
/// A turn: due timers → jobs until none is left, with a flush of what was asked of other servers after every few → the
/// end-of-turn hooks → `epoll_wait` → the handlers of ready descriptors.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
    // Safety: everything but `remote` and the two atomics is touched by the loop's own thread only, which `assertCurrent`
    // checks in debug builds; `remote` is a mutex.
    package typealias Handler = (Readiness) -> Void

    package let name: String

    private let epoll: Int32
    private let wake: Int32
    private let remote = Mutex(RemoteWork())
    private let wakePending = Atomic(false)
    private let stopping = Atomic(false)

    private var jobs: [UnownedJob] = []
    private var endOfTurn: [() -> Void] = []
    private var flushes: [() -> Void] = []
    private var timers = TimerQueue()
    private var registrations = RegistrationTable()
    private var turnStart = Instant.now

    private struct RemoteWork {
        var jobs: [UnownedJob] = []
        var bodies: [@Sendable () -> Void] = []
    }

    /// - Throws: `RuntimeError.system` when the process is out of descriptors.
    package init(name: String) throws(RuntimeError) {
        self.name = name
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw .system(call: "epoll_create1", code: errno) }
        wake = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard wake >= 0, clinux_epoll_add(epoll, wake, EPOLLIN.rawValue, RegistrationTable.wakeToken) == 0 else {
            throw .system(call: "eventfd", code: errno)
        }
    }

    deinit {
        close(wake)
        close(epoll)
    }

    // MARK: Where am I?

    /// The loop that the calling thread runs, if any.
    package static var current: EventLoop? {
        clinux_thread_loop().map { Unmanaged<EventLoop>.fromOpaque($0).takeUnretainedValue() }
    }

    package var isCurrent: Bool { clinux_thread_loop() == Unmanaged.passUnretained(self).toOpaque() }

    @inline(__always)
    package func assertCurrent() { assert(isCurrent, "off its loop: \(name)") }

    /// The monotonic clock as read at the start of this turn.
    package var now: Instant { turnStart }

    // MARK: Work

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            jobs.append(job)
        } else {
            remote.withLock { $0.jobs.append(job) }
            wakeUp()
        }
    }

    /// Runs `body` on the loop, from any thread; always on a later turn, never at once.
    package func execute(_ body: @escaping @Sendable () -> Void) {
        remote.withLock { $0.bodies.append(body) }
        wakeUp()
    }

    /// Starts the task that runs one request or one job; everything it awaits resumes on this loop.
    @discardableResult
    package func spawn(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: self, operation: operation)
    }

    /// Runs `hook` once, after this turn's jobs and before the loop sleeps. A hook added by a hook runs on the next turn,
    /// without sleeping in between.
    package func atEndOfTurn(_ hook: @escaping () -> Void) {
        assertCurrent()
        endOfTurn.append(hook)
    }

    /// Runs `flush` once, soon: what a few jobs have asked of another server leaves together, and the server works while the
    /// rest of the turn runs.
    package func atEndOfRun(_ flush: @escaping () -> Void) {
        assertCurrent()
        flushes.append(flush)
    }

    // MARK: Timers

    /// Runs `body` on the loop once `delay` has passed. Must be called on the loop.
    @discardableResult
    package func schedule(after delay: Duration, _ body: @escaping () -> Void) -> TimerID {
        assertCurrent()
        return timers.add(at: Instant.now + delay, body)
    }

    /// Forgets a timer; does nothing when it has already run.
    package func cancel(_ timer: TimerID) {
        assertCurrent()
        timers.cancel(timer)
    }

    /// Suspends the calling task without blocking the loop. Must be called on the loop.
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    package func sleep(for duration: Duration) async throws {
        let sleeper = Sleeper(loop: self)
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { sleeper.start($0, duration) }
        } onCancel: {
            execute { sleeper.cancel() }
        }
    }

    // MARK: Descriptors

    /// Watches a descriptor, level-triggered. The loop does not own the descriptor: unregister it before closing it.
    /// - Throws: `RuntimeError.system` when epoll refuses it.
    package func register(
        _ descriptor: Int32, _ interest: Readiness, _ handler: @escaping Handler
    ) throws(RuntimeError) -> RegistrationID {
        assertCurrent()
        let id = registrations.add(descriptor, handler)
        guard clinux_epoll_add(epoll, descriptor, interest.events, id.token) == 0 else {
            let code = errno
            registrations.remove(id)
            throw .system(call: "epoll_ctl", code: code)
        }
        return id
    }

    package func update(_ id: RegistrationID, _ interest: Readiness) {
        assertCurrent()
        guard let descriptor = registrations.descriptor(of: id) else { return }
        _ = clinux_epoll_modify(epoll, descriptor, interest.events, id.token)
    }

    /// Stops watching. An event already fetched for this registration is dropped, even if its number is used again.
    package func unregister(_ id: RegistrationID) {
        assertCurrent()
        guard let descriptor = registrations.remove(id) else { return }
        _ = clinux_epoll_remove(epoll, descriptor)
    }

    // MARK: Running

    /// Turns until `stop()`; call it on the thread that is to be the loop's.
    package func run() {
        clinux_set_thread_loop(Unmanaged.passUnretained(self).toOpaque())
        name.withCString(clinux_name_thread)
        defer { clinux_set_thread_loop(nil) }
        let capacity = 512
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        defer { events.deallocate() }
        while !stopping.load(ordering: .acquiring) {
            turnStart = .now
            runTimers()
            runJobs()
            runEndOfTurn()
            let count = epoll_wait(epoll, events, Int32(capacity), millisecondsToSleep())
            for index in 0..<max(0, Int(count)) {
                let event = events[index]
                if event.data.u64 == RegistrationTable.wakeToken {
                    takeRemoteWork()
                } else {
                    registrations.handler(of: event.data.u64)?(Readiness(events: event.events))
                }
            }
        }
        // What was handed in before `stop()` still runs; a task left half-way would never let go of what it holds.
        takeRemoteWork()
        runJobs()
        runEndOfTurn()
    }

    /// Asks the loop to return from `run()` at the end of its turn; from any thread.
    package func stop() {
        stopping.store(true, ordering: .releasing)
        wakeUp()
    }

    private func wakeUp() {
        guard !wakePending.exchange(true, ordering: .acquiringAndReleasing) else { return }
        eventfd_write(wake, 1)
    }

    private func takeRemoteWork() {
        var value: eventfd_t = 0
        eventfd_read(wake, &value)
        // Cleared before the queue is read: work added after the read sees false and wakes the loop again.
        wakePending.store(false, ordering: .sequentiallyConsistent)
        let work = remote.withLock { queue in
            defer { queue = RemoteWork() }
            return queue
        }
        jobs.append(contentsOf: work.jobs)
        for body in work.bodies { body() }
    }

    private func runTimers() {
        // Bounded by `turnStart`: a timer that a body adds for at once waits for the next turn.
        while let body = timers.popDue(at: turnStart) { body() }
    }

    private func runJobs() {
        // A bound on what one turn may run, so that tasks that keep waking each other cannot starve the descriptors.
        var budget = 4096
        while !jobs.isEmpty, budget > 0 {
            var batch: [UnownedJob] = []
            swap(&batch, &jobs)
            budget -= batch.count
            var run = 0
            for job in batch {
                job.runSynchronously(on: asUnownedTaskExecutor())
                run += 1
                if run == EventLoop.jobsInARun {
                    run = 0
                    runFlushes()
                }
            }
        }
    }

    /// Few enough for another server's process to have work while this loop has some, enough for it not to be woken for each:
    /// 4, 8 and 16 were measured (docs/decisions/0019).
    private static let jobsInARun = 16

    private func runFlushes() {
        guard !flushes.isEmpty else { return }
        var hooks: [() -> Void] = []
        swap(&hooks, &flushes)
        for hook in hooks { hook() }
    }

    private func runEndOfTurn() {
        defer { runFlushes() }
        guard !endOfTurn.isEmpty else { return }
        var hooks: [() -> Void] = []
        swap(&hooks, &endOfTurn)
        for hook in hooks { hook() }
    }

    private func millisecondsToSleep() -> Int32 {
        guard jobs.isEmpty, endOfTurn.isEmpty, flushes.isEmpty else { return 0 }
        guard let due = timers.next else { return -1 }
        let wait = due.since(.now).wholeNanoseconds
        // Rounded up: waking a fraction early would spin until the timer is due.
        return Int32(clamping: (wait + 999_999) / 1_000_000)
    }
}

/// The one-shot meeting of a sleeping task, its timer and its cancellation, all on the loop.
private final class Sleeper: @unchecked Sendable {
    // Safety: used on the loop only; a cancellation from elsewhere is sent there first.
    private let loop: EventLoop
    private var continuation: UnsafeContinuation<Void, any Error>?
    private var timer: TimerID?
    private var cancelled = false

    init(loop: EventLoop) { self.loop = loop }

    func start(_ continuation: UnsafeContinuation<Void, any Error>, _ duration: Duration) {
        guard !cancelled, !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
        self.continuation = continuation
        timer = loop.schedule(after: duration) { self.finish(.success(())) }
    }

    func cancel() {
        cancelled = true
        if let timer { loop.cancel(timer) }
        finish(.failure(CancellationError()))
    }

    private func finish(_ result: Result<Void, any Error>) {
        continuation?.resume(with: result)
        continuation = nil
    }
}
