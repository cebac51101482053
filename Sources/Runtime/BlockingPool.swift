internal import CLinux
internal import Glibc
internal import Synchronization

/// A fixed number of threads for what blocks or computes for long: argon2id (28 ms at 19 MiB), name resolution, big XML.
/// The queue is bounded: past it, work is refused at once rather than made to wait.
package final class BlockingPool: @unchecked Sendable {
    // Safety: the queue is only touched under `mutex`; the pthread objects live as long as the pool.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wakeUp = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var queue: [@Sendable () -> Void] = []
    private var head = 0
    private var isStopped = false
    private var threads: [pthread_t] = []
    private let capacity: Int

    /// - Parameters:
    ///   - threads: how many jobs run at once.
    ///   - queue: how many more may wait; the next one is refused with `RuntimeError.overloaded`.
    ///   - niceness: how far its threads let others go first where processors are short, 0 to 19.
    package init(
        name: String, threads count: Int, queue capacity: Int, niceness: Int32 = 0
    ) throws(RuntimeError) {
        self.capacity = capacity
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wakeUp, nil)
        do throws(RuntimeError) {
            for index in 0..<count {
                threads.append(
                    try startThread { [self] in
                        "\(name)-\(index)".withCString(clinux_name_thread)
                        if niceness > 0 { clinux_step_back(niceness) }
                        work()
                    })
            }
        } catch {
            stop()
            throw error
        }
    }

    deinit {
        pthread_cond_destroy(wakeUp)
        pthread_mutex_destroy(mutex)
        wakeUp.deallocate()
        mutex.deallocate()
    }

    /// Jobs waiting for a thread.
    package var waiting: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return queue.count - head
    }

    /// Runs `body` on a thread of the pool and returns on the caller's executor.
    /// - Throws: `RuntimeError.overloaded` when the queue is full, `.stopped` after `stop()`, or what `body` throws.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Value, any Error>) in
            let refusal = submit { continuation.resume(with: Result(catching: body)) }
            if let refusal { continuation.resume(throwing: refusal) }
        }
    }

    /// Runs `body` on a thread of the pool; nobody waits for it.
    /// - Parameter refused: called at once instead when the queue is full or the pool has stopped.
    package func post(_ body: @escaping @Sendable () -> Void, refused: () -> Void) {
        if submit(body) != nil { refused() }
    }

    /// Lets the queued jobs finish and ends the threads. Blocks until they have.
    package func stop() {
        pthread_mutex_lock(mutex)
        isStopped = true
        pthread_cond_broadcast(wakeUp)
        pthread_mutex_unlock(mutex)
        for thread in threads { pthread_join(thread, nil) }
        threads = []
    }

    private func submit(_ job: @escaping @Sendable () -> Void) -> RuntimeError? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isStopped else { return .stopped }
        guard queue.count - head < capacity else { return .overloaded }
        queue.append(job)
        pthread_cond_signal(wakeUp)
        return nil
    }

    private func work() {
        while let job = next() { job() }
    }

    private func next() -> (@Sendable () -> Void)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while head == queue.count {
            if isStopped { return nil }
            pthread_cond_wait(wakeUp, mutex)
        }
        let job = queue[head]
        head += 1
        if head == queue.count {
            queue.removeAll(keepingCapacity: true)
            head = 0
        }
        return job
    }
}
