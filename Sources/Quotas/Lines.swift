package import HTTP
package import Redis
package import Runtime
package import Tenancy

/// The shares of the line on one loop, and the leases that fill them ten times a second.
package final class Lines: @unchecked Sendable {
    // Safety: confined to its loop.
    private static let tick = Duration.milliseconds(100)
    /// With Redis gone the last grants are repeated for this long; then everybody has a safe part of the quota.
    private static let memory = Duration.seconds(5)
    private static let glance = Duration.milliseconds(20)
    private static let patience = Duration.milliseconds(200)
    /// Who needs nothing stays among those who are asked for during so many ticks: telling Redis who is there costs more than
    /// asking for nothing.
    private static let idleTicks = 20

    private let loop: EventLoop
    private let redis: RedisClient
    private let tenancy: Tenancy
    private let index: PlaceIndex
    private let quotas: QuotaBookCache
    private let name: String
    private let instruments: LineInstruments
    private let clock: @Sendable () -> Int64

    private var shares: [RuleScope: LineShare] = [:]
    /// The same of establishments, which are asked for on each request; until the map changes.
    private var ofSchools: [EstablishmentID: LineShare] = [:]
    /// With the ticks since they last needed something.
    private var active: [RuleScope: Int] = [:]
    /// Counts the changes of `active`, and of limits.
    private var membership = 0
    private var planned: (membership: Int, trees: [LineTree]) = (-1, [])
    /// The stamp that each tree was last told.
    private var told: [RuleScope: Int] = [:]
    private var grants: [RuleScope: (bytes: Double, at: Instant)] = [:]
    /// Loops heard of by each tree.
    private var heard: [RuleScope: Int] = [:]
    private var seen: (generation: Int, map: Int64, hour: Int64) = (-1, -1, 0)
    /// Turns that were scheduled; the last of them counts.
    private var turns = 0
    private var isLeasing = false
    private var isWatching = false
    private var lastTick = Instant.now
    private var isClosed = false

    /// - Parameters:
    ///   - name: of this loop, unique on the platform.
    ///   - clock: microseconds since 1970, which decide what step of a quota is in force.
    package init(
        loop: EventLoop, name: String, tenancy: Tenancy, redis: RedisClient, quotas: QuotaBookCache, metrics: Metrics,
        clock: @escaping @Sendable () -> Int64 = { WallClock.microseconds }
    ) {
        self.clock = clock
        self.loop = loop
        self.name = name
        self.tenancy = tenancy
        self.redis = redis
        self.quotas = quotas
        index = PlaceIndex(tenancy)
        instruments = LineInstruments(metrics)
    }

    package func close() { isClosed = true }

    // MARK: Who pays

    /// The share of an establishment. Nil for one that the map does not know.
    package func budget(of establishment: EstablishmentID) -> (any ByteBudget)? {
        renewIfNeeded()
        if let known = ofSchools[establishment] { return known }
        guard let place = index.place(of: establishment) else { return nil }
        let share = share(of: .establishment(place.establishment.uai)) {
            (place.scopes, place.establishment.timeZone)
        }
        ofSchools[establishment] = share
        return share
    }

    /// The share of a territory's pages that nobody is signed in on.
    package func budget(of territory: Territory) -> any ByteBudget {
        share(of: .territory(territory.id)) { ([.platform, .territory(territory.id)], territory.timeZone) }
    }

    private func share(of payer: RuleScope, _ place: () -> ([RuleScope], SchoolTimeZone)) -> LineShare {
        loop.assertCurrent()
        renewIfNeeded()
        if let known = shares[payer] { return known }
        let (scopes, zone) = place()
        let territory = scopes.first { if case .territory = $0 { true } else { false } } ?? payer
        let share = LineShare(payer: payer, territory: territory) { [unowned self] in activate(payer) }
        share.limits = limits(of: payer, scopes, zone)
        shares[payer] = share
        return share
    }

    private func limits(of payer: RuleScope, _ scopes: [RuleScope], _ zone: SchoolTimeZone) -> [LineLimit] {
        let book = quotas.book
        let today = zone.date(microseconds: clock())
        var limits = scopes.compactMap { scope in
            book.quota(of: scope, on: today).map { LineLimit(scope: scope, rate: $0.rate, ceil: $0.ceil) }
        }
        // Whoever pays is a leaf of the tree, with or without a quota of its own.
        if let last = limits.last, last.scope != payer {
            limits.append(LineLimit(scope: payer, rate: 0, ceil: last.ceil))
        }
        return limits
    }

    /// A new hour, which may begin a day, a new version of quotas or map: every share gets its limits anew, running downloads included.
    private func renewIfNeeded() {
        let now = (generation: quotas.generation, map: tenancy.map.version, hour: clock() / 3_600_000_000)
        guard now != seen else { return }
        seen = now
        membership += 1
        ofSchools = [:]
        for (payer, share) in shares {
            switch payer {
            case .establishment(let uai):
                let place = tenancy.map[uai].flatMap { index.place(of: $0.id) }
                share.limits = place.map { limits(of: payer, $0.scopes, $0.establishment.timeZone) } ?? []
            case .territory(let id):
                let zone = tenancy.territories[id]?.timeZone
                share.limits = zone.map { limits(of: payer, [.platform, payer], $0) } ?? []
            case .platform, .department: share.limits = []
            }
            if !share.isBound { share.release() } else { activate(payer) }
        }
    }

    // MARK: Leasing

    private func activate(_ payer: RuleScope) {
        guard active[payer] != 0, !isClosed else { return }
        // One that was idle gets something within a few milliseconds, not at the next tick of a loop that had nothing to do. Who
        // was found idle once may just have been between two pieces.
        if active.values.allSatisfy({ $0 > 1 }) { turn(after: .milliseconds(2)) }
        if active.updateValue(0, forKey: payer) == nil { membership += 1 }
    }

    /// The next turn, in the place of one that was to come later.
    private func turn(after pause: Duration) {
        turns += 1
        loop.schedule(after: pause) { [weak self, number = turns] in
            if let self, number == turns { turn() }
        }
    }

    private func turn() {
        guard !isClosed else { return release() }
        renewIfNeeded()
        for (payer, ticks) in active {
            guard let share = shares[payer], share.isBound else {
                leave(payer)
                continue
            }
            guard share.isIdle else {
                active[payer] = 0
                continue
            }
            share.forgetTokens()
            grants[payer] = nil
            if ticks < Self.idleTicks { active[payer] = ticks + 1 } else { leave(payer) }
        }
        guard !active.isEmpty else { return }
        turn(after: Self.tick)
        if !isWatching { watch() }
        // An answer that is late is not waited for twice.
        guard !isLeasing else { return fillBlindly() }
        isLeasing = true
        loop.spawn { [self] in
            await leaseAll()
            isLeasing = false
        }
    }

    /// Quotas that were changed hold from the moment they are known, not from the next tick on.
    private func watch() {
        isWatching = !active.isEmpty && !isClosed
        guard isWatching else { return }
        loop.schedule(after: Self.glance) { [weak self] in
            guard let self else { return }
            if quotas.generation != seen.generation { turn(after: .milliseconds(1)) }
            watch()
        }
    }

    private func leave(_ payer: RuleScope) {
        active[payer] = nil
        grants[payer] = nil
        membership += 1
    }

    private func release() {
        for share in shares.values { share.release() }
    }

    private func leaseAll() async {
        for tree in trees() {
            do throws(RedisError) {
                let reply = try await ask(tree)
                heard[tree.root] = max(1, reply.first?.integer ?? 1)
                let now = loop.now
                for (share, value) in zip(tree.shares, reply.dropFirst()) {
                    let bytes = Double(value.integer ?? 0)
                    grants[share.payer] = (bytes, now)
                    share.grant(bytes)
                }
                instruments.leases.add()
            } catch {
                instruments.blind.add()
                fillBlindly(tree.shares, tree.root)
            }
        }
    }

    /// What is asked of each tree; told anew when who is active here has changed, or their limits.
    private func trees() -> [LineTree] {
        guard membership != planned.membership else { return planned.trees }
        let shares = active.keys.compactMap { self.shares[$0] }.filter(\.isBound)
        planned = (
            membership,
            Dictionary(grouping: shares, by: \.tree).map {
                LineTree(root: $0.key, shares: $0.value, stamp: membership)
            }
        )
        return planned.trees
    }

    private func ask(_ tree: LineTree) async throws(RedisError) -> [RedisValue] {
        let key = [RedisWord.text("b1:" + tree.root.kind + ":" + tree.root.name)]
        if told[tree.root] == tree.stamp {
            let reply =
                try await redis.call(
                    LeaseFunctions.again, keys: key, arguments: tree.again(loop: name, tick: Self.tick),
                    deadline: Self.patience
                ).array ?? []
            if reply.first?.integer != 0 { return reply }
        }
        let reply =
            try await redis.call(
                LeaseFunctions.lease, keys: key, arguments: tree.whole(loop: name, tick: Self.tick),
                deadline: Self.patience
            ).array ?? []
        told[tree.root] = tree.stamp
        return reply
    }

    // MARK: Without Redis

    private func fillBlindly() {
        for tree in trees() { fillBlindly(tree.shares, tree.root) }
    }

    /// The last grants again; later, this loop's even part of each level among those that are active here.
    private func fillBlindly(_ shares: [LineShare], _ root: RuleScope) {
        let loops = Double(heard[root] ?? 8)
        var payers: [RuleScope: Double] = [:]
        for limit in shares.flatMap(\.limits) { payers[limit.scope, default: 0] += 1 }
        for share in shares {
            if let last = grants[share.payer], loop.now.since(last.at) < Self.memory {
                share.grant(last.bytes)
                continue
            }
            let even = share.limits.map { Double($0.ceil) / 8 / loops / (payers[$0.scope] ?? 1) }.min() ?? 0
            share.grant(even * Self.tick.seconds)
        }
    }

    // MARK: Meter

    package struct Usage: Sendable {
        package let payer: RuleScope
        package let sent: Int
        package let received: Int
    }

    /// What went over the line for each payer since the last call.
    package func takeUsage() -> [Usage] {
        loop.assertCurrent()
        return shares.values.compactMap { share in
            let meter = share.takeMeter()
            return meter.sent + meter.received > 0
                ? Usage(payer: share.payer, sent: meter.sent, received: meter.received) : nil
        }
    }
}

/// What leases count.
struct LineInstruments {
    let leases: Counter
    let blind: Counter

    init(_ metrics: Metrics) {
        leases = metrics.counter("preau_quotas_leases_total", help: "Leases of bandwidth that Redis gave.")
        blind = metrics.counter(
            "preau_quotas_blind_total", help: "Leases repeated or made up while Redis did not answer.")
    }
}
