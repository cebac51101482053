package import Runtime

/// Redis as one loop sees it: one connection, kept alive for ever, with commands pipelined by themselves.
///
/// Commands given in the same turn of the loop leave in one write. While there is no connection they fail at once rather
/// than wait; only the moments after the start and after a loss, when a first attempt is under way, are waited for within
/// the command's deadline. A command that was on its way when the connection ended is not repeated: the caller knows
/// whether it may be.
package final class RedisClient: @unchecked Sendable {
    // Safety: confined to its loop.
    package let loop: EventLoop
    package let configuration: RedisConfiguration

    let connector: RedisConnector
    let instruments: RedisInstruments
    let log: Log
    let subscriber: RedisSubscriber
    private let sentinelEvents: RedisSubscriber?

    private(set) var connection: RedisConnection?
    /// Since when there is no connection; nil while there is one.
    private(set) var absentSince: Instant? = .now
    private var phase = Phase.connecting
    private var waiting: [(id: Int, continuation: UnsafeContinuation<RedisConnection?, Never>)] = []
    private var lastWaiting = 0
    private var supervision: Task<Void, Never>?

    private enum Phase {
        /// The first attempt since the start or since a loss: commands wait for it.
        case connecting
        case ready
        case down
        case closed
    }

    /// Starts connecting at once; may be made on any thread.
    /// - Parameter libraries: the functions to load on every connection; `call` adds those it meets.
    package init(
        loop: EventLoop, configuration: RedisConfiguration, libraries: [RedisFunctionLibrary] = [], metrics: Metrics,
        log: Log
    ) {
        self.loop = loop
        self.configuration = configuration
        self.log = log
        instruments = RedisInstruments(metrics)
        connector = RedisConnector(loop, configuration, instruments, log)
        for library in libraries { _ = connector.register(library) }
        subscriber = RedisSubscriber(loop, configuration) { [connector] () throws(RedisError) in
            try await connector.openMaster()
        }
        if case .sentinel = configuration.server {
            sentinelEvents = RedisSubscriber(loop, configuration) { [connector] () throws(RedisError) in
                try await connector.openAnySentinel()
            }
        } else {
            sentinelEvents = nil
        }
        loop.execute { self.start() }
    }

    /// Whether commands can be sent now.
    package var isAvailable: Bool {
        loop.assertCurrent()
        return connection != nil
    }

    // MARK: Commands

    /// Sends one command: `try await redis.send("GET", .text(key))`.
    /// - Parameter deadline: the configuration's command deadline when nil.
    /// - Throws: every case of `RedisError`.
    @discardableResult
    package func send(_ words: RedisWord..., deadline: Duration? = nil) async throws(RedisError) -> RedisValue {
        try await reply(to: words, deadline).orThrow()
    }

    @discardableResult
    package func send(_ command: [RedisWord], deadline: Duration? = nil) async throws(RedisError) -> RedisValue {
        try await reply(to: command, deadline).orThrow()
    }

    /// Sends commands that reach Redis one after the other without another of this client's between them (`MULTI` …
    /// `EXEC` works). One round trip.
    /// - Returns: as many replies as commands; one that Redis refused has `RedisValue.error` in its place.
    /// - Throws: `.unavailable`, `.timedOut`, `.overloaded` or `.closed`, for all of them together.
    package func pipeline(_ commands: [[RedisWord]], deadline: Duration? = nil) async throws(RedisError) -> [RedisValue]
    {
        loop.assertCurrent()
        let patience = deadline ?? configuration.commandDeadline
        if let connection { return try await connection.send(commands, patience: patience) }
        let expiry = Instant.now + patience
        return try await nextConnection(before: expiry).send(commands, patience: expiry.since(.now))
    }

    /// The reply, errors of the server included.
    @inline(__always)
    func reply(to command: [RedisWord], _ deadline: Duration?) async throws(RedisError) -> RedisValue {
        loop.assertCurrent()
        let patience = deadline ?? configuration.commandDeadline
        if let connection { return try await connection.send(command, patience: patience) }
        let expiry = Instant.now + patience
        return try await nextConnection(before: expiry).send(command, patience: expiry.since(.now))
    }

    /// Calls a function; its library is loaded first when Redis lost it.
    package func call(
        _ function: RedisFunction, keys: [RedisWord], arguments: [RedisWord] = [], deadline: Duration? = nil
    ) async throws(RedisError) -> RedisValue {
        _ = connector.register(function.library)
        let command: [RedisWord] = ["FCALL", .text(function.name), .integer(keys.count)] + keys + arguments
        let value = try await reply(to: command, deadline)
        guard case .error(let message) = value, message.hasPrefix("ERR Function not found") else {
            return try value.orThrow()
        }
        guard let connection else { throw .unavailable }
        try await connector.load(function.library, on: connection)
        return try await send(command, deadline: deadline)
    }

    // MARK: Pub/sub

    /// Listens to channels on a connection of its own, which is made again whenever it is lost.
    /// - Parameter handler: called on the loop with each message, and with `.subscribed` each time the channels are listened
    ///   to (again): messages sent before it may have been missed.
    package func subscribe(
        to channels: [String], _ handler: @escaping @Sendable (RedisEvent) -> Void
    ) -> RedisSubscription {
        loop.assertCurrent()
        return subscriber.add(channels, handler)
    }

    // MARK: Life

    /// Closes everything; commands fail with `RedisError.closed` from now on. Must be called on the loop: until then the
    /// client keeps itself alive.
    package func close() {
        loop.assertCurrent()
        guard phase != .closed else { return }
        phase = .closed
        supervision?.cancel()
        connection?.close(.closedByOwner)
        subscriber.close()
        sentinelEvents?.close()
        answerWaiting(nil)
    }

    private func start() {
        guard phase != .closed else { return }
        supervision = loop.spawn { await self.supervise() }
        if case .sentinel(let master, _, _) = configuration.server {
            _ = sentinelEvents?.add(["+switch-master"]) { [weak self] event in self?.heard(event, of: master) }
        }
    }

    private func supervise() async {
        var backOff = RedisBackOff(longest: configuration.longestBackOff)
        var failure: RedisError?
        while phase != .closed {
            do throws(RedisError) {
                let connection = try await connector.openMaster()
                let readyAt = Instant.now
                failure = nil
                let end = await serve(connection)
                instruments.losses.add()
                if phase == .closed { return }
                log.warning("connection to Redis ended", ("reason", .text("\(end)")))
                phase = end == .hung ? .down : .connecting
                // One that ends as soon as it is ready (a demoted master) must not be asked again in a tight circle.
                if Instant.now.since(readyAt) > .seconds(1) { backOff.reset() } else { phase = .down }
            } catch {
                if error != failure { log.warning("Redis cannot be reached", ("error", .text("\(error)"))) }
                failure = error
                if phase != .closed { phase = .down }
                answerWaiting(nil)
            }
            guard phase != .closed else { return }
            let pause = backOff.next()
            if pause > .zero { try? await loop.sleep(for: pause) }
        }
    }

    /// Makes a connection the current one and suspends until it has ended.
    private func serve(_ connection: RedisConnection) async -> RedisConnection.End {
        guard phase != .closed else {
            connection.close(.closedByOwner)
            return .closedByOwner
        }
        instruments.connections.add()
        log.info(
            "connected to Redis", ("host", .text(connection.address.host)),
            ("port", .integer(Int(connection.address.port))))
        return await withUnsafeContinuation { continuation in
            if let end = connection.end { return continuation.resume(returning: end) }
            connection.onEnd = { [weak self] end in
                self?.connection = nil
                self?.absentSince = .now
                continuation.resume(returning: end)
            }
            self.connection = connection
            absentSince = nil
            phase = .ready
            connection.startHeartbeat()
            answerWaiting(connection)
        }
    }

    // MARK: Waiting for a connection

    private func nextConnection(before expiry: Instant) async throws(RedisError) -> RedisConnection {
        switch phase {
        case .closed: throw .closed
        case .down:
            instruments.refusals.add()
            throw .unavailable
        case .connecting, .ready: break
        }
        guard waiting.count < configuration.mostPending else {
            instruments.refusals.add()
            throw .overloaded
        }
        let connection = await withUnsafeContinuation { continuation in
            lastWaiting += 1
            let id = lastWaiting
            waiting.append((id, continuation))
            loop.schedule(after: expiry.since(.now)) { [weak self] in self?.stopWaiting(id) }
        }
        guard let connection else { throw phase == .closed ? .closed : .unavailable }
        return connection
    }

    private func stopWaiting(_ id: Int) {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
        waiting.remove(at: index).continuation.resume(returning: nil)
    }

    private func answerWaiting(_ connection: RedisConnection?) {
        let answered = waiting
        waiting = []
        for (_, continuation) in answered { continuation.resume(returning: connection) }
    }
}
