internal import CHiredis
internal import Glibc
internal import Runtime

/// One TCP connection to one Redis or Sentinel, on hiredis's asynchronous context.
///
/// hiredis frees the context by itself when a connection ends, in the middle of whatever call noticed it; and freeing it
/// from inside its connect callback would pull it from under the library. So nothing here frees while a library call is
/// on the stack (`depth`), and `released` (the library's clean-up hook) is the one place where the connection ends.
final class RedisConnection: @unchecked Sendable {
    // Safety: confined to its loop.
    enum End: Equatable {
        /// Never came to be: refused, unreachable, or no answer in time.
        case unreachable
        /// Closed by the server or the network.
        case lost
        /// The server stopped answering, and the connection was given up.
        case hung
        /// The server is no longer the master.
        case demoted
        case closedByOwner
    }

    let address: RedisConfiguration.Address
    let loop: EventLoop
    let configuration: RedisConfiguration
    let instruments: RedisInstruments

    private(set) var end: End?
    /// Called once, on the loop, when the connection has ended.
    var onEnd: ((End) -> Void)?
    /// Pub/sub messages and confirmations.
    var onPush: ((RedisValue) -> Void)?

    private var context: UnsafeMutablePointer<redisAsyncContext>?
    private var registration: RegistrationID?
    private var interest: Readiness = [.read, .write]
    private var depth = 0
    private var isConnected = false
    private var onConnect: UnsafeContinuation<Bool, Never>?

    private let command = RedisCommandBuffer()
    private var unwritten = 0
    private var isWriting = false
    private var flushIsDue = false
    private var flushHook: (() -> Void)?

    private var pending = RedisPendingReplies()
    private var subscribed: Set<String> = []
    private var lastHeard: Instant
    private var lastBeat: Instant
    private var expiryTimer: (due: Instant, id: TimerID)?
    private var heartbeatTimer: TimerID?
    private var isReprieved = false
    private static let punctual = Duration.milliseconds(20)

    private init(_ address: RedisConfiguration.Address, _ connector: RedisConnector) {
        self.address = address
        loop = connector.loop
        configuration = connector.configuration
        instruments = connector.instruments
        lastHeard = .now
        lastBeat = lastHeard
    }

    // MARK: Opening

    /// Connects without blocking; the handshake is the caller's.
    /// - Parameter numeric: the address's host, resolved: the library would block on a name.
    /// - Throws: `RedisError.unavailable` when nobody answers there within the connect deadline.
    static func open(
        _ address: RedisConfiguration.Address, at numeric: String, _ connector: RedisConnector
    ) async throws(RedisError) -> RedisConnection {
        connector.loop.assertCurrent()
        let connection = RedisConnection(address, connector)
        let deadline = connector.configuration.connectDeadline
        let isOpen = await withUnsafeContinuation { continuation in
            guard connection.start(numeric) else { return continuation.resume(returning: false) }
            connection.onConnect = continuation
            connector.loop.schedule(after: deadline) { [weak connection] in connection?.giveUpConnecting() }
        }
        guard isOpen else { throw .unavailable }
        return connection
    }

    private func start(_ numeric: String) -> Bool {
        guard let context = redisAsyncConnect(numeric, Int32(address.port)) else { return false }
        guard context.pointee.err == 0,
            let registration = try? loop.register(context.pointee.c.fd, interest, { [weak self] in self?.ready($0) })
        else {
            redisAsyncFree(context)
            end = .unreachable
            return false
        }
        self.context = context
        self.registration = registration
        flushHook = { [weak self] in self?.flush() }
        // Given back in `released`.
        let owner = Unmanaged.passRetained(self).toOpaque()
        context.pointee.data = owner
        context.pointee.ev.data = owner
        context.pointee.ev.addWrite = { RedisConnection.from($0)?.wantsToWrite() }
        context.pointee.ev.delWrite = { RedisConnection.from($0)?.hasWritten() }
        context.pointee.ev.cleanup = { RedisConnection.from($0)?.released() }
        redisAsyncSetConnectCallback(context) { context, status in
            RedisConnection.from(context?.pointee.data)?.connected(status == REDIS_OK)
        }
        return true
    }

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> RedisConnection? {
        pointer.map { Unmanaged<RedisConnection>.fromOpaque($0).takeUnretainedValue() }
    }

    private func connected(_ succeeded: Bool) {
        isConnected = succeeded
        lastHeard = .now
        // A failure is told by `released`, which follows.
        guard succeeded else { return }
        onConnect?.resume(returning: true)
        onConnect = nil
    }

    private func giveUpConnecting() {
        // The loop may have been held up for longer than the deadline: look at the socket before giving up.
        if onConnect != nil { ready(.write) }
        if onConnect != nil { close(.unreachable) }
    }

    // MARK: Commands

    /// Sends one command and waits for its reply; an error that the command gave is the value.
    func send(_ words: [RedisWord], patience: Duration) async throws(RedisError) -> RedisValue {
        if let refusal = refusal(commands: 1) { throw refusal }
        let result = await withUnsafeContinuation { continuation in
            submit(words, .single(continuation), Instant.now, patience)
        }
        return try result.get()
    }

    /// Sends commands together and waits for all their replies; an error that a command gave is in its place.
    func send(_ commands: [[RedisWord]], patience: Duration) async throws(RedisError) -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        if let refusal = refusal(commands: commands.count) { throw refusal }
        let result = await withUnsafeContinuation { continuation in
            let batch = RedisBatch(commands.count, continuation)
            let now = Instant.now
            for (index, words) in commands.enumerated() { submit(words, .part(batch, index), now, patience) }
        }
        return try result.get()
    }

    private func refusal(commands: Int) -> RedisError? {
        loop.assertCurrent()
        if end != nil { return .unavailable }
        guard pending.count + commands <= configuration.mostPending, unwritten <= configuration.mostUnwritten else {
            instruments.refusals.add()
            return .overloaded
        }
        return nil
    }

    private func submit(_ words: [RedisWord], _ receiver: RedisReceiver, _ now: Instant, _ patience: Duration) {
        guard write(words, { context, reply, _ in RedisConnection.from(context?.pointee.data)?.answered(reply) }) else {
            return receiver.receive(.failure(.unavailable))
        }
        let slot = RedisPendingReplies.Slot(receiver: receiver, sentAt: now, expiry: now + patience)
        pending.append(slot)
        watchExpiry(slot.expiry)
    }

    private func write(
        _ words: [RedisWord],
        _ callback:
            @escaping @convention(c) (
                UnsafeMutablePointer<redisAsyncContext>?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
            ) -> Void
    ) -> Bool {
        guard let context, end == nil else { return false }
        command.encode(words)
        unwritten += command.count
        return command.withCommand { redisAsyncFormattedCommand(context, callback, nil, $0, $1) == REDIS_OK }
    }

    private func answered(_ reply: UnsafeMutableRawPointer?) {
        // Null: the context is being freed. `released` tells everyone at once.
        guard let reply, end == nil, let slot = pending.popFirst() else { return }
        let value = RedisValue(UnsafePointer(reply.assumingMemoryBound(to: redisReply.self)))
        instruments.latency.record(
            microseconds: Int((lastHeard.nanoseconds &- min(slot.sentAt, lastHeard).nanoseconds) / 1000))
        if case .error(let message) = value, message.hasPrefix("READONLY") || message.hasPrefix("MASTERDOWN") {
            slot.receiver.receive(.success(value))
            return close(.demoted)
        }
        slot.receiver.receive(.success(value))
    }

    // MARK: Pub/sub

    /// Sends `SUBSCRIBE`; confirmations and messages come through `onPush`. Such a connection is for nothing else.
    func subscribe(_ channels: [String]) {
        guard !channels.isEmpty else { return }
        subscribed.formUnion(channels)
        _ = write(["SUBSCRIBE"] + channels.map { .text($0) }) { context, reply, _ in
            RedisConnection.from(context?.pointee.data)?.pushed(reply)
        }
    }

    func unsubscribe(_ channels: [String]) {
        guard !channels.isEmpty else { return }
        subscribed.subtract(channels)
        _ = write(["UNSUBSCRIBE"] + channels.map { .text($0) }, { _, _, _ in })
    }

    private func pushed(_ reply: UnsafeMutableRawPointer?) {
        guard let reply, end == nil else { return }
        onPush?(RedisValue(UnsafePointer(reply.assumingMemoryBound(to: redisReply.self))))
    }

    // MARK: Descriptor

    private func ready(_ readiness: Readiness) {
        if readiness.contains(.read) {
            lastHeard = .now
            inside { redisAsyncHandleRead($0) }
        }
        if readiness.contains(.write) { writeOut() }
    }

    /// Calls the library, and frees the context afterwards when the connection was closed meanwhile.
    private func inside(_ call: (UnsafeMutablePointer<redisAsyncContext>) -> Void) {
        guard let context else { return }
        withExtendedLifetime(self) {
            depth += 1
            call(context)
            depth -= 1
            if end != nil, depth == 0, let context = self.context { redisAsyncFree(context) }
        }
    }

    private func writeOut() {
        isWriting = true
        inside { redisAsyncHandleWrite($0) }
        isWriting = false
    }

    private func flush() {
        flushIsDue = false
        if isConnected, end == nil { writeOut() }
    }

    private func wantsToWrite() {
        if isWriting {
            // The socket is full: the loop says when it has room.
            setInterest([.read, .write])
        } else if !flushIsDue, let flushHook {
            flushIsDue = true
            loop.atEndOfTurn(flushHook)
        }
    }

    private func hasWritten() {
        unwritten = 0
        setInterest(.read)
    }

    private func setInterest(_ wanted: Readiness) {
        guard wanted != interest, let registration else { return }
        interest = wanted
        loop.update(registration, wanted)
    }

    // MARK: Deadlines

    /// One timer for all pending commands, moved only when an earlier deadline comes in: a command costs no timer.
    private func watchExpiry(_ due: Instant) {
        if let expiryTimer {
            guard due < expiryTimer.due else { return }
            loop.cancel(expiryTimer.id)
        }
        let id = loop.schedule(after: due.since(.now)) { [weak self] in self?.checkExpiry() }
        expiryTimer = (due, id)
    }

    private func checkExpiry() {
        let due = expiryTimer?.due ?? .now
        expiryTimer = nil
        readWhatIsThere()
        guard end == nil else { return }
        let now = Instant.now
        // The loop itself was held up, perhaps before it wrote: the server has as long as ever to be heard before it is judged.
        guard isReprieved || now.since(due) < RedisConnection.punctual else {
            isReprieved = true
            return watchExpiry(now + configuration.commandDeadline)
        }
        isReprieved = false
        var (expired, next) = pending.takeExpired(at: now)
        instruments.timeouts.add(expired.count)
        for receiver in expired { receiver.receive(.failure(.timedOut)) }
        if let oldest = pending.oldest {
            // A slow server still answers those in front; a hung one has said nothing since the oldest was its turn.
            let silence = max(lastHeard, oldest.sentAt)
            let limit = silence + max(oldest.expiry.since(oldest.sentAt), configuration.commandDeadline)
            if limit <= now { return close(.hung) }
            next = min(next, limit)
        }
        if next < .distantFuture { watchExpiry(next) }
    }

    /// Replies may lie in the socket already when the loop itself was held up; they count as in time.
    private func readWhatIsThere() {
        for _ in 0..<64 {
            guard let context, end == nil else { return }
            var descriptor = pollfd(fd: context.pointee.c.fd, events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, 0) > 0 else { return }
            ready(.read)
        }
    }

    /// Asks for a sign of life whenever the connection has been idle, so that a hung server is known before the next
    /// request meets it. A subscribed connection cannot be sent `PING` through this library (the reply's callback would
    /// be kept for ever), so it subscribes again to a channel it has: the confirmation is the sign.
    func startHeartbeat() {
        guard end == nil else { return }
        heartbeatTimer = loop.schedule(after: configuration.heartbeat) { [weak self] in
            guard let self else { return }
            self.beat()
            self.startHeartbeat()
        }
    }

    private func beat() {
        if let channel = subscribed.first {
            if lastBeat > lastHeard { readWhatIsThere() }
            guard end == nil else { return }
            if lastBeat > lastHeard {
                if Instant.now.since(lastBeat) >= configuration.commandDeadline { close(.hung) }
                return
            }
            lastBeat = .now
            subscribe([channel])
        } else if pending.isEmpty {
            submit(["PING"], .nobody, .now, configuration.commandDeadline)
        }
    }

    // MARK: End

    /// Gives the connection up: whoever waits for a reply is told, and nothing more is read.
    func close(_ reason: End) {
        guard end == nil else { return }
        withExtendedLifetime(self) {
            settle(reason)
            if depth == 0, let context { redisAsyncFree(context) }
        }
    }

    /// The library's clean-up hook: the context is about to be freed, by us or by itself.
    private func released() {
        guard let context else { return }
        self.context = nil
        context.pointee.data = nil
        context.pointee.ev.data = nil
        if let registration { loop.unregister(registration) }
        withExtendedLifetime(self) {
            if end == nil { settle(isConnected ? .lost : .unreachable) }
            Unmanaged.passUnretained(self).release()
        }
    }

    private func settle(_ reason: End) {
        end = reason
        if let expiryTimer { loop.cancel(expiryTimer.id) }
        if let heartbeatTimer { loop.cancel(heartbeatTimer) }
        onConnect?.resume(returning: false)
        onConnect = nil
        let error: RedisError = reason == .hung ? .timedOut : reason == .closedByOwner ? .closed : .unavailable
        for receiver in pending.takeAll() { receiver.receive(.failure(error)) }
        onPush = nil
        onEnd?(reason)
        onEnd = nil
    }
}
