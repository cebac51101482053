internal import CMicroHTTPD
internal import Compression
internal import Glibc
package import Runtime

/// An HTTP/1.1 server on one event loop: libmicrohttpd without threads, its epoll inside the loop's.
///
/// A handler runs as a task of the loop, one for each request. Several loops listen on one port with a server each
/// (`SO_REUSEPORT`). Make it anywhere; start, drain and stop it on its loop.
package final class HTTPServer: @unchecked Sendable {
    // Safety: after `init`, confined to its loop; the callbacks of libmicrohttpd only come from `run`.
    package typealias Handler = @Sendable (Request) async -> Response

    /// The port that is listened on, also when the configuration left the choice to the system.
    package let port: UInt16

    /// Answers being written piece by piece, for any thread.
    package var openStreams: Int { max(0, meters.streams.value) }

    let loop: EventLoop
    let configuration: HTTPServerConfiguration
    let log: Log
    let trusted: [AddressRange]
    let handler: Handler
    let meters: HTTPMeters
    private let compressor: GzipCompressor

    private var listener: Int32
    private(set) var daemon: OpaquePointer?
    private var registration: RegistrationID?
    private var isRunScheduled = false
    var runsWithoutEvent = 0
    private var runAgain: () -> Void = {}

    var connections: [Connection] = []
    var perAddress: [Address: Int] = [:]
    private(set) var isDraining = false
    /// Where the request line of the request being received starts; only during a callback.
    var methodPointer: UnsafePointer<CChar>?

    /// Binds the address; nothing is accepted before `start()`.
    /// - Throws: `HTTPError.cannotListen`, `.badAddressRange`.
    package init(
        loop: EventLoop, configuration: HTTPServerConfiguration, metrics: Metrics, log: Log, handler: @escaping Handler
    ) throws(HTTPError) {
        self.loop = loop
        self.configuration = configuration
        self.log = log
        self.handler = handler
        var ranges: [AddressRange] = []
        for text in configuration.trustedProxies { ranges.append(try AddressRange(text)) }
        trusted = ranges
        (listener, port) = try ListeningSocket.open(configuration.address, configuration.port)
        meters = HTTPMeters(metrics, loop: loop.name, port: port)
        do {
            compressor = try GzipCompressor()
        } catch {
            close(listener)
            throw .cannotStart
        }
    }

    deinit {
        if listener >= 0 { close(listener) }
    }

    /// Accepts connections from now on. On the loop.
    /// - Throws: `HTTPError.cannotStart`, `.cannotListen`.
    package func start() throws(HTTPError) {
        loop.assertCurrent()
        guard daemon == nil, listener >= 0 else { return }
        guard listen(listener, 1024) == 0 else {
            throw .cannotListen(address: configuration.address, port: port, code: errno)
        }
        let limits = configuration.limits
        // Kept alive by libmicrohttpd's context until `stop`.
        let context = Unmanaged.passRetained(self)
        guard
            let daemon = cmhd_start(
                listener, UInt32(clamping: limits.connections), HTTPServerConfiguration.Limits.connectionMemory,
                context.toOpaque(), HTTPServer.callbacks)
        else {
            context.release()
            throw .cannotStart
        }
        do {
            registration = try loop.register(cmhd_epoll(daemon), .read) { [unowned self] _ in run() }
        } catch {
            MHD_stop_daemon(daemon)
            listener = -1
            context.release()
            throw .cannotStart
        }
        self.daemon = daemon
        // Strong, until `stop`: a weak reference would give the server a side table, and every retain of it the slow path.
        runAgain = { [self] in
            isRunScheduled = false
            run()
        }
        scheduleSweep()
        scheduleRun()
    }

    /// Stops accepting, answers what is in progress, closes what is idle, and stops; at most `limit` long. On the loop.
    package func drain(within limit: Duration) async {
        loop.assertCurrent()
        guard let daemon, !isDraining else { return }
        // What clients have already connected is served: closing the listener would reset it.
        for _ in 0..<64 where ListeningSocket.hasWaitingConnection(listener) { run() }
        isDraining = true
        let descriptor = MHD_quiesce_daemon(daemon)
        if descriptor >= 0 { close(descriptor) }
        listener = -1
        let deadline = Instant.now + limit
        while !connections.isEmpty, Instant.now < deadline, self.daemon != nil {
            for connection in connections where connection.exchange == nil && connection.pending != .bytes {
                connection.cut()
            }
            scheduleRun()
            try? await loop.sleep(for: .milliseconds(20))
        }
        stop()
    }

    /// Closes everything at once. Handlers that still run find their client gone. On the loop.
    package func stop() {
        loop.assertCurrent()
        guard let daemon else { return }
        self.daemon = nil
        runAgain = {}
        if let registration { loop.unregister(registration) }
        registration = nil
        // libmicrohttpd must not be stopped with suspended connections: resumed ones it closes by itself.
        for connection in connections { connection.exchange?.resume() }
        // It closes the listener too, unless `drain` has.
        MHD_stop_daemon(daemon)
        listener = -1
        Unmanaged.passUnretained(self).release()
    }

    // MARK: Running libmicrohttpd

    /// Has libmicrohttpd run at the end of this turn.
    func scheduleRun() {
        guard !isRunScheduled, daemon != nil else { return }
        isRunScheduled = true
        loop.atEndOfTurn(runAgain)
    }

    private func run() {
        guard let daemon else { return }
        runsWithoutEvent += 1
        MHD_run(daemon)
        guard self.daemon != nil, cmhd_has_work(daemon) != 0 else { return }
        guard runsWithoutEvent > 64 else { return scheduleRun() }
        // A connection whose buffer is full of what libmicrohttpd cannot use (a chunk extension without end) has it ask
        // for another run for ever; until a time limit ends it, it must not take the whole processor.
        guard !isRunScheduled else { return }
        isRunScheduled = true
        loop.schedule(after: .milliseconds(5), runAgain)
    }

    func spawn(_ exchange: Exchange) {
        loop.spawn { await exchange.run() }
    }

    func compress(_ bytes: [UInt8]) -> [UInt8] { compressor.compress(bytes) }
}
