internal import Glibc

/// A thread that runs one loop until it is stopped.
package final class EventLoopThread: @unchecked Sendable {
    // Safety: `thread` is written once, before the object is shared.
    package let loop: EventLoop
    private var thread = pthread_t()

    /// Starts the thread. - Throws: `RuntimeError.system` when the process is out of threads or descriptors.
    package init(name: String) throws(RuntimeError) {
        loop = try EventLoop(name: name)
        thread = try startThread { [loop] in loop.run() }
    }

    /// Stops the loop and waits for its thread to end. Not to be called from the loop itself.
    package func stopAndJoin() {
        loop.stop()
        pthread_join(thread, nil)
    }
}

/// Starts a joinable thread on `body`.
func startThread(_ body: @escaping @Sendable () -> Void) throws(RuntimeError) -> pthread_t {
    final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let start = Unmanaged.passRetained(Start(body))
    let code = pthread_create(
        &thread, nil,
        { context in
            guard let context else { return nil }
            Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body()
            return nil
        }, start.toOpaque())
    guard code == 0 else {
        start.release()
        throw .system(call: "pthread_create", code: code)
    }
    return thread
}
