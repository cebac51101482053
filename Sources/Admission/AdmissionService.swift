internal import Postgres
package import Redis
package import Runtime
package import Tenancy

/// Admission on one loop: what the calendar says, who is there, and whether there is a place.
package final class AdmissionService: @unchecked Sendable {
    // Safety: confined to its loop.
    package let loop: EventLoop
    package let presence: Presence
    package let gate: SessionGate
    package let places: PlaceIndex
    package let platform: PlatformCapacity

    let redis: RedisClient
    private let groups: SchoolGroups
    private let rules: RuleBookCache
    private let instruments: AdmissionInstruments
    private var seenGeneration = 0
    private var currentBook: RuleBook

    /// - Parameters:
    ///   - rules: the process's copy, which its watcher keeps fresh.
    ///   - platform: the process's own.
    package init(
        loop: EventLoop, tenancy: Tenancy, redis: RedisClient, rules: RuleBookCache, platform: PlatformCapacity,
        limits: AdmissionLimits = .standard, metrics: Metrics, log: Log = Log("admission")
    ) {
        self.loop = loop
        self.redis = redis
        self.rules = rules
        self.platform = platform
        currentBook = rules.book
        instruments = AdmissionInstruments(metrics)
        places = PlaceIndex(tenancy)
        groups = SchoolGroups(loop: loop, tenancy: tenancy)
        presence = Presence(
            loop: loop, redis: redis, groups: groups, index: places, limits: limits, metrics: metrics)
        gate = SessionGate(
            loop: loop, redis: redis, limits: limits, platform: platform, instruments: instruments, log: log)
    }

    /// The rules in force.
    package var book: RuleBook {
        let generation = rules.generation
        if generation != seenGeneration {
            seenGeneration = generation
            currentBook = rules.book
        }
        return currentBook
    }

    // MARK: What the calendar says

    package struct Judgement: Sendable {
        /// The profiles that may be used now, in their order.
        package let open: [Visitor.Profile]
        package let closed: [(profile: Visitor.Profile, closure: Closure)]
        /// The verdict of the profile that gives the best place, when it is to queue.
        package let queued: (role: Role, share: Int?)?
    }

    /// Nil when no rule keeps any profile out or back, which costs nothing while no rule is enabled.
    /// - Parameter instant: microseconds since 1970.
    package func judge(_ visitor: Visitor, at instant: Int64) async -> Judgement? {
        loop.assertCurrent()
        let book = book
        guard !book.isSilent else { return nil }
        var open: [Visitor.Profile] = []
        var closed: [(profile: Visitor.Profile, closure: Closure)] = []
        var queued: (role: Role, share: Int?)?
        var hasFreeProfile = false
        for profile in visitor.profiles {
            guard let place = places.place(of: profile.establishment) else {
                open.append(profile)
                continue
            }
            let asked = book.needsGroups(in: place, for: profile.role)
            let subject = RuleSubject(
                role: profile.role, account: visitor.account, groups: asked ? await groups.groups(of: profile) : nil)
            switch book.verdict(for: subject, in: place, at: instant) {
            case .open:
                hasFreeProfile = true
                open.append(profile)
            case .queued(_, let share):
                if queued == nil { queued = (profile.role, share) }
                open.append(profile)
            case .closed(let closure): closed.append((profile, closure))
            }
        }
        if !closed.isEmpty { instruments.refusedByRule.add() }
        guard !closed.isEmpty || queued != nil && !hasFreeProfile else { return nil }
        return Judgement(open: open, closed: closed, queued: hasFreeProfile ? nil : queued)
    }

    // MARK: Who applies

    /// Somebody who wants a session, with the profiles that the calendar leaves them.
    /// - Parameter home: the territory whose site they came by, for somebody without a profile.
    package func applicant(
        _ visitor: Visitor, _ judgement: Judgement?, home: TerritoryID?, proof: Applicant.Proof = .password
    ) -> Applicant {
        let profiles = (judgement?.open ?? visitor.profiles).prefix(Visitor.mostProfiles)
        let roles = profiles.map(\.role) + visitor.mandates.map(\.role)
        let order: [Role] = [.pupil, .teacher, .schoolLife, .head, .staff, .guardian]
        let role = order.first(where: roles.contains) ?? roles.first ?? .guardian
        // Those who administer are never kept out: somebody has to raise the cap.
        guard visitor.mandates.isEmpty else { return Applicant(account: visitor.account, role: role, scopes: []) }
        var scopes: [RuleScope] = []
        for scope in profiles.compactMap({ places.place(of: $0.establishment)?.scopes }).joined()
        where !scopes.contains(scope) { scopes.append(scope) }
        if scopes.isEmpty { scopes = [.platform] + (home.map { [.territory($0)] } ?? []) }
        return Applicant(
            account: visitor.account, role: role, scopes: scopes, isQueued: judgement?.queued != nil,
            queuedShare: judgement?.queued?.share, proof: proof)
    }
}
