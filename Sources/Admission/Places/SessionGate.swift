package import Redis
internal import Runtime
package import Tenancy

/// The session gate of one loop: asked once for each new session, before the password is looked at; never for a session that
/// exists, which nothing puts out.
package final class SessionGate: @unchecked Sendable {
    // Safety: confined to its loop.
    private let loop: EventLoop
    private let redis: RedisClient
    private let limits: AdmissionLimits
    private let platform: PlatformCapacity
    private let instruments: AdmissionInstruments
    private let log: Log
    private let decisions: DecisionLog

    /// How long what Redis told last is believed.
    private static let memory = Duration.seconds(300)

    /// Which life of Redis the last answer came from, and how many people it told of.
    private var era = ""
    private var counts: [PresenceKey: (people: Int, at: Instant)] = [:]
    /// Newcomers that may still be let in blindly.
    private var blind: (left: Double, at: Instant)

    init(
        loop: EventLoop, redis: RedisClient, limits: AdmissionLimits, platform: PlatformCapacity,
        instruments: AdmissionInstruments, log: Log
    ) {
        self.loop = loop
        self.redis = redis
        self.limits = limits
        self.platform = platform
        self.instruments = instruments
        self.log = log
        decisions = DecisionLog(
            loop: loop, redis: redis, kept: platform.decisionsKept, lost: instruments.unlogged)
        blind = (Double(limits.blindPerSecond), .now)
    }

    /// Decides about one applicant. Asking again with the same `firstSeen` keeps the place in the queue.
    /// - Parameters:
    ///   - capacities: the caps in force.
    ///   - firstSeen: from the ticket; nil for somebody who comes for the first time.
    package func admit(
        _ applicant: Applicant, _ capacities: [RuleScope: Capacity], firstSeen: Int64?
    ) async -> Admittance {
        loop.assertCurrent()
        let scopes = applicant.scopes.prefix(Applicant.mostScopes).compactMap { inForce($0, capacities) }
        guard !scopes.isEmpty else { return .admitted(isKept: false) }
        for _ in 0..<2 {
            let reply: [RedisValue]
            do throws(RedisError) {
                reply =
                    try await redis.call(
                        PlaceFunctions.admit, keys: [], arguments: arguments(applicant, scopes, firstSeen),
                        deadline: limits.gateDeadline
                    ).array ?? []
            } catch {
                // The connection outlived the silence: Redis answers others, it is late. A storm is no moment to let people in
                // without counting; who asks again in a few seconds is counted.
                if redis.isAvailable, error == .timedOut || error == .overloaded {
                    instruments.late.add()
                    return waitUncounted(applicant, firstSeen)
                }
                return admitBlindly(applicant, scopes, firstSeen)
            }
            guard reply.count >= 6, let outcome = reply[0].integer, let now = reply[1].string else { break }
            if outcome < 0 {
                await restore(after: now)
                continue
            }
            era = now
            for (scope, value) in zip(scopes, reply.dropFirst(6)) {
                counts[PresenceKey(scope.scope)] = (value.integer ?? 0, loop.now)
            }
            guard outcome == 0 else {
                instruments.admitted[applicant.placeClass].add()
                return .admitted(isKept: true)
            }
            instruments.waiting[applicant.placeClass].add()
            return .waiting(wait(reply))
        }
        return waitUncounted(applicant, firstSeen)
    }

    /// The cap of a scope: what is declared, or less when the nodes cannot carry as many.
    package func inForce(_ scope: RuleScope, _ capacities: [RuleScope: Capacity]) -> Capacity? {
        let declared = capacities[scope]
        guard let carried = platform.carried else { return declared }
        if let declared { return declared.atMost(carried) }
        return scope == .platform ? Capacity.ofPlatform(carried) : nil
    }

    /// Gives back a place that was kept for somebody who did not come in.
    package func release(_ applicant: Applicant) async {
        let keys = applicant.scopes.map { RedisWord.text(PresenceKey($0).text) }
        guard !keys.isEmpty else { return }
        _ = try? await redis.call(
            PlaceFunctions.release, keys: [],
            arguments: [
                .integer(platform.decisionsKept), .bytes(applicant.account.rawValue.bytes),
                .text(applicant.role.rawValue),
            ] + keys)
    }

    /// Writes down that the calendar kept somebody out who wanted a session.
    package func noteRefusal(_ closure: Closure, of role: Role) {
        decisions.note(
            DecisionLog.closures, "closed", rank: role.rawValue,
            "\(PresenceKey(closure.scope).text) rule=\(closure.rule)")
    }

    /// What the nodes can carry together. - Throws: `RedisError`.
    package func platformStanding() async throws(RedisError) -> PlatformCapacity.Standing {
        try await PlatformCapacity.standing(redis)
    }

    /// How long a place lasts without a sign of its person; milliseconds.
    var placeLife: Int { limits.life }

    package struct Standing: Sendable {
        package let places: Int
        package let waiting: Int
        package let admittedPerMinute: Int
    }

    /// How it stands in some scopes. - Throws: `RedisError`.
    package func standing(of scopes: [RuleScope]) async throws(RedisError) -> [Standing] {
        guard !scopes.isEmpty else { return [] }
        let reply =
            try await redis.call(
                PlaceFunctions.show, keys: [],
                arguments: [limits.lifeWord] + scopes.map { .text(PresenceKey($0).text) }
            ).array ?? []
        return stride(from: 0, to: reply.count - 2, by: 3).map {
            Standing(
                places: reply[$0].integer ?? 0, waiting: reply[$0 + 1].integer ?? 0,
                admittedPerMinute: reply[$0 + 2].integer ?? 0)
        }
    }

    // MARK: Asking

    private func arguments(_ applicant: Applicant, _ scopes: [Capacity], _ firstSeen: Int64?) -> [RedisWord] {
        let rates = rates(of: applicant, scopes)
        var words: [RedisWord] = [
            .text(era), .integer(limits.life), .integer(limits.hold), .integer(limits.patience),
            .bytes(applicant.account.rawValue.bytes), .integer(rank(of: applicant, scopes)),
            .integer(Int(firstSeen ?? 0)), .text(applicant.role.rawValue), .integer(rates.count),
        ]
        for rate in rates {
            let burst = max(10, rate.perSecond * 2)
            words += [.text(rate.key), .integer(rate.perSecond), .integer(burst)]
            // A fifth of it is for pupils and teachers only.
            words += [.integer(applicant.placeClass == 0 ? 0 : burst / 5), .integer(rate.cost)]
        }
        words.append(.integer(scopes.count))
        for scope in scopes {
            let share = applicant.isQueued ? applicant.queuedShare.map { scope.places * $0 / 100 } ?? -1 : -1
            words += [.text(PresenceKey(scope.scope).text), .integer(scope.places), .integer(share)]
            words.append(.integer(scope.reserved.count))
            for (role, percent) in scope.reserved.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                words += [.text(role.rawValue), .integer(scope.places * percent / 100)]
            }
        }
        words.append(.integer(platform.decisionsKept))
        return words
    }

    /// What bounds newcomers a second: what scopes declare, where everybody counts; and for the platform, unless it declares
    /// something itself, the passwords that its nodes can check.
    private func rates(
        of applicant: Applicant, _ scopes: [Capacity]
    ) -> [(key: String, perSecond: Int, cost: Int)] {
        var rates = scopes.compactMap { scope in
            scope.perSecond.map { (key: "p1:new:" + PresenceKey(scope.scope).text, perSecond: $0, cost: 1000) }
        }
        let isDeclared = scopes.contains { $0.scope == .platform && $0.perSecond != nil }
        if !isDeclared, platform.perSecond > 0 {
            rates.append(("p1:new", platform.perSecond, applicant.proof.cost))
        }
        return rates
    }

    /// Whose turn comes first: as the widest cap that says so declares, else by class.
    private func rank(of applicant: Applicant, _ scopes: [Capacity]) -> Int {
        guard !applicant.isQueued, let order = scopes.first(where: { !$0.priority.isEmpty })?.priority else {
            return applicant.isQueued ? 20 : applicant.placeClass
        }
        return order.firstIndex(of: applicant.role) ?? order.count
    }

    private func wait(_ reply: [RedisValue]) -> Wait {
        let ahead = reply[3].integer ?? 0
        let seconds = reply[4].integer.flatMap { $0 >= 0 ? $0 : nil }
        let waiting = reply[5].integer ?? 0
        return Wait(
            firstSeen: Int64(reply[2].integer ?? 0), ahead: ahead, seconds: seconds, waiting: waiting,
            pollAfter: SessionGate.spread(reply.last?.integer ?? 30))
    }

    /// A fifth less or three tenths more, so that people do not ask together.
    static func spread(_ seconds: Int) -> Int {
        max(2, Int((Double(seconds) * Double.random(in: 0.8...1.3)).rounded()))
    }

    // MARK: Bad days

    /// Redis has lost everything: it is told how many people there were, for as long as their activity needs to tell who.
    private func restore(after now: String) async {
        let floors = counts.filter { loop.now.since($0.value.at) < Self.memory && $0.value.people > 0 }
        counts = [:]
        era = now
        log.warning("Redis is another than before: places are counted anew", ("scopes", .integer(floors.count)))
        guard !floors.isEmpty else { return }
        _ = try? await redis.call(
            PlaceFunctions.restore, keys: [],
            arguments: [.integer(120_000)] + floors.flatMap { [.text($0.key.text), .integer($0.value.people)] })
    }

    /// Without Redis nobody is counted: pupils and teachers come in at a rate that a loop can bear, as long as there was room
    /// when it last answered; the others wait.
    private func admitBlindly(_ applicant: Applicant, _ scopes: [Capacity], _ firstSeen: Int64?) -> Admittance {
        let isFull = scopes.contains { scope in
            guard let known = counts[PresenceKey(scope.scope)], loop.now.since(known.at) < Self.memory else {
                return false
            }
            return known.people >= scope.places
        }
        let rate = Double(limits.blindPerSecond)
        blind.left = min(2 * rate, blind.left + loop.now.since(blind.at).seconds * rate)
        blind.at = loop.now
        if applicant.placeClass == 0, !isFull, blind.left >= 1 {
            blind.left -= 1
            for scope in scopes { counts[PresenceKey(scope.scope)]?.people += 1 }
            instruments.blind.add()
            // As far as this loop knows how many there are: it has no slash, since it proves nothing.
            decisions.note(
                DecisionLog.places, "blind", rank: String(rank(of: applicant, scopes)),
                scopes.map { scope in
                    let key = PresenceKey(scope.scope)
                    return "\(key.text) \(counts[key].map { String($0.people) } ?? "?") of \(scope.places)"
                }.joined(separator: " "))
            return .admitted(isKept: false)
        }
        return waitUncounted(applicant, firstSeen)
    }

    /// A turn that is kept by the ticket alone.
    private func waitUncounted(_ applicant: Applicant, _ firstSeen: Int64?) -> Admittance {
        instruments.waiting[applicant.placeClass].add()
        return .waiting(
            Wait(
                firstSeen: firstSeen ?? WallClock.microseconds / 1000, ahead: nil, seconds: nil, waiting: 0,
                pollAfter: Int.random(in: 5...10)))
    }
}
