import Redis
import Runtime
import Synchronization
import TestSupport
import Testing

/// What a subscription was told, in order.
private final class Events: Sendable {
    private let storage = Mutex<[RedisEvent]>([])
    var all: [RedisEvent] { storage.withLock { $0 } }
    func add(_ event: RedisEvent) { storage.withLock { $0.append(event) } }
    var confirmations: Int { all.count { $0 == .subscribed } }
    var payloads: [String] {
        all.compactMap { event in
            if case .message(_, let payload) = event { String(decoding: payload, as: UTF8.self) } else { nil }
        }
    }
}

@Suite struct RedisSubscriptionTests {
    let redis: TestRedis
    let fixture: RedisFixture

    init() throws {
        redis = try TestRedis.start()
        fixture = try RedisFixture(redis)
    }

    private func wait(
        upTo limit: Duration = .seconds(15), _ condition: @escaping @Sendable () -> Bool
    ) async throws -> Bool {
        try await fixture.wait(upTo: limit) { _ in condition() } != nil
    }

    @Test func deliversEachMessageToWhoListens() async throws {
        let (maps, news) = (Events(), Events())
        let subscription = try await fixture.onLoop { redis async throws in
            _ = redis.subscribe(to: ["map", "rules"]) { maps.add($0) }
            return redis.subscribe(to: ["news", "map"]) { news.add($0) }
        }
        #expect(try await wait { maps.confirmations == 1 && news.confirmations == 1 })
        try await fixture.onLoop { redis async throws in
            for number in 0..<100 { try await redis.send("PUBLISH", "map", .integer(number)) }
            try await redis.send("PUBLISH", "news", .bytes([0, 255]))
            try await redis.send("PUBLISH", "other", "x")
        }
        #expect(try await wait { maps.payloads.count == 100 && news.payloads.count == 101 })
        #expect(maps.payloads == (0..<100).map(String.init))
        #expect(news.all.last == .message(channel: "news", payload: [0, 255]))
        // Who cancels hears nothing more, and the others go on hearing.
        try await fixture.onLoop { redis async throws in
            subscription.cancel()
            subscription.cancel()
            try await redis.send("PUBLISH", "map", "after")
            try await redis.send("PUBLISH", "news", "after")
        }
        #expect(try await wait { maps.payloads.last == "after" })
        #expect(news.payloads.count == 101)
        #expect(try redis.command("pubsub", "numsub", "news") == "news\n0")
    }

    @Test func saysSoWhenItListensAgainAfterAKill() async throws {
        let events = Events()
        try await fixture.onLoop { redis async throws in _ = redis.subscribe(to: ["c"]) { events.add($0) } }
        #expect(try await wait { events.confirmations == 1 })
        redis.kill()
        try redis.startAgain()
        #expect(try await wait { events.confirmations == 2 })
        try redis.command("publish", "c", "again")
        #expect(try await wait { events.payloads == ["again"] })
    }

    @Test func noticesAHungServer() async throws {
        let fixture = try RedisFixture(redis) {
            $0.commandDeadline = .milliseconds(500)
            $0.connectDeadline = .milliseconds(500)
        }
        let events = Events()
        try await fixture.onLoop { redis async throws in _ = redis.subscribe(to: ["c"]) { events.add($0) } }
        #expect(try await wait { events.confirmations == 1 })
        redis.pause()
        try await Task.sleep(for: .milliseconds(3500))
        redis.resume()
        #expect(try await wait(upTo: .seconds(4)) { events.confirmations == 2 })
        try redis.command("publish", "c", "again")
        #expect(try await wait { events.payloads == ["again"] })
    }

    @Test func staysQuietlyConnectedForLong() async throws {
        let hasty = try RedisFixture(redis) { $0.heartbeat = .milliseconds(20) }
        let events = Events()
        try await hasty.onLoop { redis async throws in _ = redis.subscribe(to: ["c"]) { events.add($0) } }
        try await Task.sleep(for: .seconds(1))
        #expect(events.all == [.subscribed])
        #expect(try redis.command("pubsub", "numsub", "c") == "c\n1")
    }

    @Test func closesItsConnectionWithTheLastSubscription() async throws {
        let events = Events()
        try await fixture.onLoop { redis async throws in
            let subscription = redis.subscribe(to: ["c"]) { events.add($0) }
            try await redis.send("PING")
            subscription.cancel()
        }
        let loop = fixture.thread.loop
        let second = try await fixture.onLoop { redis async throws in
            let second = redis.subscribe(to: ["c"]) { events.add($0) }
            while events.confirmations == 0 { try await loop.sleep(for: .milliseconds(5)) }
            return second
        }
        try await fixture.onLoop { _ in second.cancel() }
        let gone = try await fixture.wait(upTo: .seconds(2)) { redis in
            try await redis.send("PUBSUB", "CHANNELS").array == []
        }
        #expect(gone != nil)
    }

    @Test func keepsTryingWhereItMayNotListen() async throws {
        try redis.command("acl", "setuser", "deaf", "on", ">pw", "+@all", "~*", "resetchannels")
        let deaf = try RedisFixture(redis) {
            $0.user = "deaf"
            $0.password = "pw"
        }
        let events = Events()
        try await deaf.onLoop { redis async throws in
            _ = redis.subscribe(to: ["c"]) { events.add($0) }
            #expect(try await redis.send("PING").string == "PONG")
        }
        try await Task.sleep(for: .milliseconds(300))
        #expect(events.all.isEmpty)
        try redis.command("acl", "setuser", "deaf", "allchannels")
        #expect(try await wait { events.confirmations == 1 })
    }
}
