internal import CPostgres
package import Runtime

/// Hears the notifications of one server, on a connection of its own that is opened again whenever it is lost.
///
/// PostgreSQL keeps no notification for who was away: `onConnect` runs after each (re)connection, once every channel is
/// listened to, and its owner must then read again whatever the notifications tell about.
package final class PostgresListener: @unchecked Sendable {
    // Safety: confined to its loop, which every entry point checks.
    package typealias Handler = (_ channel: String, _ payload: String) -> Void

    private let loop: EventLoop
    private let configuration: PostgresConfiguration
    private let channels: [String]
    private let onConnect: () -> Void
    private let onNotification: Handler
    private let log: Log
    private var backoff: Backoff
    private var handshake: Handshake?
    private var handle: OpaquePointer?
    private var registration: RegistrationID?
    private var timer: TimerID?
    private var isClosed = false
    private var isListening = false
    /// Since when the server owes us an answer; nil while it owes none.
    private var askedAt: Instant?

    /// Starts to connect at once, and goes on trying until `close()`, without which it must not be let go. Must be called on
    /// `loop`; so are the two closures.
    package init(
        loop: EventLoop, configuration: PostgresConfiguration, channels: [String], log: Log,
        onConnect: @escaping () -> Void, onNotification: @escaping Handler
    ) {
        loop.assertCurrent()
        self.loop = loop
        self.configuration = configuration
        self.channels = channels
        self.onConnect = onConnect
        self.onNotification = onNotification
        self.log = log.with(("server", .text(configuration.name)), ("role", "listener"))
        backoff = Backoff(configuration.reconnectDelays)
        connect()
    }

    /// Whether notifications arrive at the moment.
    package var isConnected: Bool { isListening }

    package func close() {
        loop.assertCurrent()
        isClosed = true
        handshake?.cancel()
        handshake = nil
        if let timer { loop.cancel(timer) }
        timer = nil
        disconnect()
    }

    // MARK: Connecting

    private func connect() {
        let handshake = Handshake(configuration, lane: .background, on: loop) { [unowned self] outcome in
            self.handshake = nil
            switch outcome {
            case .success(let handle): connected(handle)
            case .failure(let reason): lost(reason)
            }
        }
        self.handshake = handshake
        handshake.start()
    }

    private func connected(_ handle: OpaquePointer) {
        self.handle = handle
        PQsetnonblocking(handle, 1)
        registration = try? loop.register(PQsocket(handle), .read) { [unowned self] _ in receive() }
        guard registration != nil else { return lost(.unreachable) }
        ask(channels.map { "listen \(PostgresListener.quoted($0));" }.joined(separator: " "))
        scheduleCheck()
    }

    private static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private func ask(_ sql: String) {
        guard let handle else { return }
        // A few bytes into an empty buffer: nothing is ever left to flush but on a broken connection.
        guard PQsendQuery(handle, sql) == 1, PQflush(handle) >= 0 else { return lost(.connectionLost) }
        askedAt = loop.now
    }

    // MARK: Receiving

    private func receive() {
        guard let handle else { return }
        guard PQconsumeInput(handle) == 1 else { return lost(.connectionLost) }
        while askedAt != nil, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else {
                askedAt = nil
                answered()
                break
            }
            defer { PQclear(result) }
            guard PQresultStatus(result) != PGRES_FATAL_ERROR else { return lost(.connectionLost) }
        }
        // The handler may close us: the connection is looked at anew for each.
        while let handle = self.handle, let notification = PQnotifies(handle) {
            defer { PQfreemem(notification) }
            onNotification(String(cString: notification.pointee.relname), String(cString: notification.pointee.extra))
        }
    }

    private func answered() {
        guard !isListening else { return }
        isListening = true
        backoff.reset()
        log.info("listening")
        onConnect()
    }

    // MARK: Losing it

    /// A connection on which nothing is expected shows its death to nobody: it is asked for a sign of life.
    private func scheduleCheck() {
        timer = loop.schedule(after: configuration.idleCheck) { [unowned self] in
            if let askedAt, loop.now.since(askedAt) >= configuration.connectDeadline { return lost(.hung) }
            if askedAt == nil { ask("") }
            if handle != nil { scheduleCheck() }
        }
    }

    private func lost(_ reason: PostgresUnavailability) {
        if isListening { log.warning("listener connection lost", ("reason", .text("\(reason)"))) }
        disconnect()
        if let timer { loop.cancel(timer) }
        guard !isClosed else { return }
        timer = loop.schedule(after: backoff.next()) { [unowned self] in connect() }
    }

    private func disconnect() {
        isListening = false
        askedAt = nil
        if let registration { loop.unregister(registration) }
        registration = nil
        if let handle { PQfinish(handle) }
        handle = nil
    }
}
