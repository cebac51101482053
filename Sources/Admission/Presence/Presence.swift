package import Redis
package import Runtime
package import Tenancy

/// Who is there, on one loop: notes activity and tells Redis in batches.
///
/// Nothing is ever counted up or down: each person is a member of sorted sets, with the time of their last activity, and what
/// is too old does not count. A node that dies takes nothing with it; a Redis that lost everything is filled again by the
/// activity of the next minute.
package final class Presence: @unchecked Sendable {
    // Safety: confined to its loop.
    private struct Beat {
        let visitor: Visitor
        let session: UUID
        let at: Instant
    }

    private let loop: EventLoop
    private let redis: RedisClient
    private let groups: SchoolGroups
    private let index: PlaceIndex
    private let limits: AdmissionLimits
    private let lost: Counter

    private static let usePause = Duration.seconds(60)
    private var lately = BoundedCache<UUID, Instant>(generation: 10_000)
    private var waiting: [UUID: Beat] = [:]
    private var isTelling = false
    private var isScheduled = false

    init(
        loop: EventLoop, redis: RedisClient, groups: SchoolGroups, index: PlaceIndex, limits: AdmissionLimits,
        metrics: Metrics
    ) {
        self.loop = loop
        self.redis = redis
        self.groups = groups
        self.index = index
        self.limits = limits
        lost = metrics.counter(
            "preau_admission_beats_lost_total", help: "Signs of presence dropped: too many waited for Redis.")
    }

    // MARK: Noting

    /// Notes that a session was just used; said at most about once a minute for each session, told to Redis within a second,
    /// together with all others.
    package func note(_ visitor: Visitor, session: UUID) {
        loop.assertCurrent()
        guard waiting.count < limits.mostWaitingBeats || waiting[session] != nil else { return lost.add() }
        waiting[session] = Beat(visitor: visitor, session: session, at: .now)
        schedule(after: limits.beatPause)
    }

    /// The same for somebody whose uses nobody else spaces out: a program with a token. Noted once a minute.
    package func noteUse(_ visitor: Visitor, session: UUID) {
        if let last = lately[session], loop.now.since(last) < Self.usePause { return }
        lately[session] = loop.now
        note(visitor, session: session)
    }

    /// Frees the place of a session that was ended; the person stays present by another one.
    package func leave(_ visitor: Visitor, session: UUID) async {
        loop.assertCurrent()
        waiting[session] = nil
        let keys = PresenceKey.all(of: visitor, index) { groups.known($0) }
        _ = try? await redis.call(
            PresenceFunctions.leave, keys: [],
            arguments: [limits.lifeWord, .bytes(visitor.account.rawValue.bytes), .bytes(session.bytes)]
                + keys.map { .text($0.text) })
    }

    /// Frees the places of somebody who signed out everywhere.
    package func leaveEverywhere(_ visitor: Visitor) async {
        loop.assertCurrent()
        // The request that signs out was a sign of presence too.
        waiting = waiting.filter { $0.value.visitor.account != visitor.account }
        let keys = PresenceKey.all(of: visitor, index) { groups.known($0) }
        _ = try? await redis.call(
            PresenceFunctions.leaveEverywhere, keys: [],
            arguments: [.bytes(visitor.account.rawValue.bytes)] + keys.map { .text($0.text) })
    }

    private func schedule(after pause: Duration) {
        guard !isScheduled else { return }
        isScheduled = true
        loop.schedule(after: pause) { [weak self] in
            guard let self else { return }
            isScheduled = false
            loop.spawn { await self.tellAll() }
        }
    }

    private func tellAll() async {
        guard !isTelling, !waiting.isEmpty else { return }
        isTelling = true
        defer { isTelling = false }
        let unknown = waiting.values.flatMap { beat in
            beat.visitor.profiles.filter { $0.role == .pupil && groups.known($0) == nil }
        }
        // Once for all of them. What a shard does not answer in time is told without levels, and asked again next time.
        if !unknown.isEmpty { await groups.load(unknown) }
        while !waiting.isEmpty {
            let batch = Array(waiting.values.prefix(limits.beatsAtOnce))
            guard await tell(batch) else {
                schedule(after: .seconds(1))
                return
            }
            for beat in batch { waiting[beat.session] = nil }
        }
    }

    private func tell(_ beats: [Beat]) async -> Bool {
        let now = Instant.now
        var arguments: [RedisWord] = [limits.lifeWord]
        for beat in beats {
            let keys = PresenceKey.all(of: beat.visitor, index) { groups.known($0) }
            arguments.append(.bytes(beat.visitor.account.rawValue.bytes))
            arguments.append(.bytes(beat.session.bytes))
            // Rounded up: what was noted in the millisecond of a sign-out came before it.
            arguments.append(.integer(Int(now.since(beat.at).wholeNanoseconds / 1_000_000) + 1))
            arguments.append(.integer(keys.count))
            for key in keys { arguments.append(.text(key.text)) }
        }
        return (try? await redis.call(PresenceFunctions.seen, keys: [], arguments: arguments)) != nil
    }

    // MARK: Asking

    /// How many people are there in each set.
    /// - Throws: `RedisError`: the number is not known then, and no other one is given for it.
    package func count(_ keys: [PresenceKey]) async throws(RedisError) -> [Int] {
        guard !keys.isEmpty else { return [] }
        let reply = try await redis.call(
            PresenceFunctions.count, keys: [], arguments: [limits.windowWord] + keys.map { .text($0.text) })
        return (reply.array ?? []).map { $0.integer ?? 0 }
    }

    package struct Person: Sendable {
        package let account: AccountID
        /// Seconds since they were last seen, to about a minute.
        package let idle: Int
    }

    /// Who is there, the latest first.
    package func list(_ key: PresenceKey, from offset: Int, limit: Int) async throws(RedisError) -> [Person] {
        let reply = try await redis.call(
            PresenceFunctions.list, keys: [],
            arguments: [limits.windowWord, .text(key.text), .integer(offset), .integer(limit)])
        let values = reply.array ?? []
        return stride(from: 0, to: values.count - 1, by: 2).compactMap { index in
            guard let bytes = values[index].bytes, bytes.count == 16, let account = UUID(bytes: bytes) else {
                return nil
            }
            return Person(account: AccountID(rawValue: account), idle: max(0, values[index + 1].integer ?? 0) / 1000)
        }
    }
}

extension UUID {
    var bytes: [UInt8] {
        [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) } }
    }
}
