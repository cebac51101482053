internal import Glibc

/// A bounded queue between a loop and a thread that blocks: whoever is faster waits for the other.
final class FeedPipe<Element: Sendable>: @unchecked Sendable {
    // Safety: every field is only touched under `mutex`; the pthread objects live as long as the pipe.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var queue: [Element] = []
    private var head = 0
    private var isFinished = false
    private var failure: (any Error)?
    private var waiter: UnsafeContinuation<Void, Never>?
    private let capacity: Int

    /// - Parameter capacity: elements that may wait.
    init(capacity: Int) {
        self.capacity = capacity
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    private enum Attempt<Value> {
        case done(Value)
        case wait
    }

    // MARK: On a thread

    /// Waits for room. - Throws: why the other side has given up.
    func putWaiting(_ element: Element) throws {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if case .done = try attemptPut(element) { return }
            pthread_cond_wait(changed, mutex)
        }
    }

    /// Waits for the next element; nil at the end. - Throws: why the other side has given up.
    func takeWaiting() throws -> Element? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if case .done(let element) = try attemptTake() { return element }
            pthread_cond_wait(changed, mutex)
        }
    }

    // MARK: On a loop

    func put(_ element: Element) async throws {
        while true {
            if case .done = try locked({ try attemptPut(element) }) { return }
            await waitForChange { queue.count - head < capacity }
        }
    }

    func take() async throws -> Element? {
        while true {
            if case .done(let element) = try locked({ try attemptTake() }) { return element }
            await waitForChange { head < queue.count }
        }
    }

    /// No more elements come, or, with an error, nothing is wanted or given any more. The first call counts.
    func finish(throwing error: (any Error)? = nil) {
        locked {
            guard !isFinished else { return }
            isFinished = true
            failure = error
            if error != nil {
                queue = []
                head = 0
            }
            wake()
        }
    }

    private func waitForChange(_ isReady: () -> Bool) async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let isSettled = locked {
                if isReady() || isFinished { return true }
                waiter = continuation
                return false
            }
            if isSettled { continuation.resume() }
        }
    }

    // MARK: Under the lock

    private func attemptPut(_ element: Element) throws -> Attempt<Void> {
        if let failure { throw failure }
        guard !isFinished else { throw FeedError.interrupted }
        guard queue.count - head < capacity else { return .wait }
        queue.append(element)
        wake()
        return .done(())
    }

    private func attemptTake() throws -> Attempt<Element?> {
        if let failure { throw failure }
        guard head < queue.count else { return isFinished ? .done(nil) : .wait }
        let element = queue[head]
        head += 1
        if head == queue.count {
            queue.removeAll(keepingCapacity: true)
            head = 0
        } else if head == capacity {
            queue.removeFirst(head)
            head = 0
        }
        wake()
        return .done(element)
    }

    private func wake() {
        pthread_cond_broadcast(changed)
        waiter?.resume()
        waiter = nil
    }

    private func locked<Value>(_ body: () throws -> Value) rethrows -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }
}
