internal import Runtime

/// What a subscription is told.
package enum RedisEvent: Sendable, Equatable {
    /// The channels are listened to from now on. Said again after each loss of the connection: what was published
    /// meanwhile is lost, so whoever keeps a copy of something reads it again.
    case subscribed
    case message(channel: String, payload: [UInt8])
}

/// Channels listened to, until `cancel()`.
package final class RedisSubscription: @unchecked Sendable {
    // Safety: confined to its loop.
    let channels: [String]
    let handler: @Sendable (RedisEvent) -> Void
    var isAnnounced = false
    private weak var subscriber: RedisSubscriber?

    init(_ channels: [String], _ subscriber: RedisSubscriber, _ handler: @escaping @Sendable (RedisEvent) -> Void) {
        self.channels = channels
        self.subscriber = subscriber
        self.handler = handler
    }

    /// No event comes after this returns. Must be called on the loop.
    package func cancel() { subscriber?.remove(self) }
}

/// A connection for pub/sub, open as long as somebody listens.
final class RedisSubscriber: @unchecked Sendable {
    // Safety: confined to its loop.
    private let loop: EventLoop
    private let configuration: RedisConfiguration
    private let open: @Sendable () async throws(RedisError) -> RedisConnection

    private var subscriptions: [RedisSubscription] = []
    private var connection: RedisConnection?
    private var confirmed: Set<String> = []
    private var supervision: Task<Void, Never>?

    init(
        _ loop: EventLoop, _ configuration: RedisConfiguration,
        _ open: @escaping @Sendable () async throws(RedisError) -> RedisConnection
    ) {
        self.loop = loop
        self.configuration = configuration
        self.open = open
    }

    func add(_ channels: [String], _ handler: @escaping @Sendable (RedisEvent) -> Void) -> RedisSubscription {
        let subscription = RedisSubscription(channels, self, handler)
        subscriptions.append(subscription)
        // Already confirmed channels are confirmed again: one way to learn of it.
        connection?.subscribe(channels)
        if supervision == nil { supervision = loop.spawn { await self.supervise() } }
        return subscription
    }

    func remove(_ subscription: RedisSubscription) {
        loop.assertCurrent()
        guard let index = subscriptions.firstIndex(where: { $0 === subscription }) else { return }
        subscriptions.remove(at: index)
        guard !subscriptions.isEmpty else { return close() }
        let unused = subscription.channels.filter { channel in !subscriptions.contains { $0.channels.contains(channel) }
        }
        confirmed.subtract(unused)
        connection?.unsubscribe(unused)
    }

    func close() {
        subscriptions = []
        supervision?.cancel()
        supervision = nil
        connection?.close(.closedByOwner)
    }

    /// Leaves the present server for the one that is found now.
    func reconnect() { connection?.close(.demoted) }

    private func supervise() async {
        var backOff = RedisBackOff(longest: configuration.longestBackOff)
        while !Task.isCancelled {
            if let connection = try? await open() {
                if Task.isCancelled { return connection.close(.closedByOwner) }
                let openedAt = Instant.now
                await serve(connection)
                if Instant.now.since(openedAt) > .seconds(1) { backOff.reset() }
            }
            let pause = backOff.next()
            if pause > .zero { try? await loop.sleep(for: pause) }
        }
    }

    private func serve(_ connection: RedisConnection) async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            guard connection.end == nil else { return continuation.resume() }
            connection.onEnd = { [weak self] _ in
                self?.connection = nil
                continuation.resume()
            }
            connection.onPush = { [weak self] in self?.received($0) }
            confirmed = []
            for subscription in subscriptions { subscription.isAnnounced = false }
            self.connection = connection
            let channels = Set(subscriptions.flatMap(\.channels))
            connection.subscribe(Array(channels))
            connection.startHeartbeat()
        }
    }

    private func received(_ push: RedisValue) {
        guard let parts = push.array, parts.count == 3, let kind = parts[0].string, let channel = parts[1].string else {
            // An error in place of a confirmation: this user may not listen here, or the server is on its way down.
            connection?.close(.lost)
            return
        }
        switch kind {
        case "subscribe":
            confirmed.insert(channel)
            for subscription in subscriptions
            where !subscription.isAnnounced && subscription.channels.allSatisfy(confirmed.contains) {
                subscription.isAnnounced = true
                subscription.handler(.subscribed)
            }
        case "message":
            guard let payload = parts[2].bytes else { return }
            for subscription in subscriptions where subscription.channels.contains(channel) {
                subscription.handler(.message(channel: channel, payload: payload))
            }
        default: break
        }
    }
}
