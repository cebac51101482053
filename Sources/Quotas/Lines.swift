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

    private let loop: EventLoop
    private let redis: RedisClient
    private let tenancy: Tenancy
    private let index: PlaceIndex
    private let quotas: QuotaBookCache
    private let name: String
    private let instruments: LineInstruments

    private var shares: [RuleScope: LineShare] = [:]
    /// The same of establishments, which are asked for on each request; until the map changes.
    private var ofSchools: [EstablishmentID: LineShare] = [:]
    private var active: Set<RuleScope> = []
    private var grants: [RuleScope: (bytes: Double, at: Instant)] = [:]
    /// Loops heard of by each tree.
    private var heard: [RuleScope: Int] = [:]
    private var seen: (generation: Int, map: Int64, hour: Int64) = (-1, -1, 0)
    private var isTicking = false
    private var isLeasing = false
    private var lastTick = Instant.now
    private var isClosed = false

    /// - Parameter name: of this loop, unique on the platform.
    package init(
        loop: EventLoop, name: String, tenancy: Tenancy, redis: RedisClient, quotas: QuotaBookCache, metrics: Metrics
    ) {
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
        let share = LineShare(payer: payer) { [unowned self] in activate(payer) }
        let (scopes, zone) = place()
        share.limits = limits(of: payer, scopes, zone)
        shares[payer] = share
        return share
    }

    private func limits(of payer: RuleScope, _ scopes: [RuleScope], _ zone: SchoolTimeZone) -> [LineLimit] {
        let book = quotas.book
        let today = zone.date(microseconds: WallClock.microseconds)
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
        let now = (generation: quotas.generation, map: tenancy.map.version, hour: WallClock.seconds / 3600)
        guard now != seen else { return }
        seen = now
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
        active.insert(payer)
        guard !isTicking, !isClosed else { return }
        isTicking = true
        // One that was idle gets something within a few milliseconds, not at the next tick of a loop that had none.
        loop.schedule(after: .milliseconds(2)) { [weak self] in self?.turn() }
    }

    private func turn() {
        guard !isClosed else { return release() }
        renewIfNeeded()
        for payer in active where shares[payer].map({ $0.isIdle || !$0.isBound }) ?? true {
            active.remove(payer)
            shares[payer]?.forgetTokens()
            grants[payer] = nil
        }
        guard !active.isEmpty else {
            isTicking = false
            return
        }
        loop.schedule(after: Self.tick) { [weak self] in self?.turn() }
        // An answer that is late is not waited for twice.
        guard !isLeasing else { return fillBlindly() }
        isLeasing = true
        loop.spawn { [self] in
            await leaseAll()
            isLeasing = false
        }
    }

    private func release() {
        for share in shares.values { share.release() }
    }

    private func leaseAll() async {
        let trees = Dictionary(grouping: active.compactMap { shares[$0] }.filter(\.isBound)) { $0.limits[0].scope }
        for (root, shares) in trees {
            do throws(RedisError) {
                let reply =
                    try await redis.call(
                        LeaseFunctions.lease, keys: [.text("b1:" + root.kind + ":" + root.name)],
                        arguments: arguments(shares),
                        deadline: .milliseconds(200)
                    ).array ?? []
                heard[root] = max(1, reply.first?.integer ?? 1)
                let now = loop.now
                for (share, value) in zip(shares, reply.dropFirst()) {
                    let bytes = Double(value.integer ?? 0)
                    grants[share.payer] = (bytes, now)
                    share.grant(bytes)
                }
                instruments.leases.add()
            } catch {
                instruments.blind.add()
                fillBlindly(shares, root)
            }
        }
    }

    private func arguments(_ shares: [LineShare]) -> [RedisWord] {
        var limits: [LineLimit] = []
        var parents: [RuleScope: String] = [:]
        for share in shares {
            for (level, limit) in share.limits.enumerated() where parents[limit.scope] == nil {
                limits.append(limit)
                parents[limit.scope] = level == 0 ? "" : Self.name(of: share.limits[level - 1].scope)
            }
        }
        var words: [RedisWord] = [
            .text(name), .integer(Int(Self.tick.components.attoseconds / 1_000_000_000_000_000)),
            .integer(limits.count),
        ]
        for limit in limits {
            words += [
                .text(Self.name(of: limit.scope)), .text(parents[limit.scope] ?? ""), .integer(limit.rate / 8),
                .integer(limit.ceil / 8),
            ]
        }
        words.append(.integer(shares.count))
        for share in shares {
            guard let last = share.limits.last else { continue }
            words += [.text(Self.name(of: last.scope)), .integer(Int(share.wanted(tick: Self.tick.seconds)))]
        }
        return words
    }

    private static func name(of scope: RuleScope) -> String { scope.kind.prefix(1) + ":" + scope.name }

    // MARK: Without Redis

    private func fillBlindly() {
        for (root, shares) in Dictionary(
            grouping: active.compactMap({ shares[$0] }).filter(\.isBound), by: { $0.limits[0].scope })
        {
            fillBlindly(shares, root)
        }
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
