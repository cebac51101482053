package import Admission
internal import Cryptography
internal import HTTP
internal import Identity
package import Postgres
internal import Redis
internal import Runtime
package import Tenancy
internal import Web

/// Rules, caps and presence for those who administer: what they may see, what would come of a change, the change itself.
package final class AdmissionControl: @unchecked Sendable {
    // Safety: confined to its loop.
    let admission: AdmissionService
    let tenancy: Tenancy
    private let admin: AdminService
    private let store: RuleWritingStore
    private let attendance: AttendanceStore
    private let front: FrontWatch?
    private let thresholds: AlertThresholds

    /// - Parameter front: what it answers by itself; nil where nobody asks it.
    package init(
        admin: AdminService, admission: AdmissionService, tenancy: Tenancy, directory: PostgresPool,
        front: FrontWatch? = nil, thresholds: AlertThresholds = .standard
    ) {
        self.front = front
        self.thresholds = thresholds
        self.admin = admin
        self.admission = admission
        self.tenancy = tenancy
        store = RuleWritingStore(directory)
        attendance = AttendanceStore(directory)
    }

    // MARK: Who may

    /// Reads a scope that is in the caller's charge.
    /// - Parameter right: what they must be allowed to do there; nil to look.
    /// - Throws: `notFound` for one that is not theirs, `ControlError.noRight`.
    func scope(_ text: String, _ call: Call, for right: AdminRight? = nil) throws -> RuleScope {
        guard let scope = RuleScope(text) else { throw Problem(.notFound) }
        let charge = admin.charge(call)
        switch scope {
        case .platform:
            guard AdminRight.allCases.contains(where: charge.coversPlatform) else { throw Problem(.notFound) }
            if let right { try charge.requirePlatform(right) }
        case .territory(let id):
            guard tenancy.territories[id] != nil, charge.contains(id) else { throw Problem(.notFound) }
            if let right { try charge.require(right, in: id) }
        case .department(let code):
            // Several territories may have schools there: all of them must be in the caller's charge.
            let those = territories(with: code)
            guard !those.isEmpty, those.allSatisfy(charge.contains) else { throw Problem(.notFound) }
            if let right { for id in those { try charge.require(right, in: id) } }
        case .establishment(let uai):
            guard let establishment = tenancy.map[uai], charge.contains(establishment) else { throw Problem(.notFound) }
            if let right { try charge.require(right, in: establishment) }
        }
        return scope
    }

    /// Whether the caller may do something in a scope.
    func may(_ right: AdminRight, in scope: RuleScope, _ call: Call) -> Bool {
        (try? self.scope(scope.name, call, for: right)) != nil
    }

    private func territories(with department: String) -> [TerritoryID] {
        tenancy.territories.all.filter { $0.departments.contains { $0.code == department } }.map(\.id)
    }

    /// Where the audit log files what is done to a scope.
    func place(of scope: RuleScope) -> AuditPlace {
        switch scope {
        case .platform: AuditPlace(territory: nil, establishment: nil)
        case .territory(let id): AuditPlace(territory: id, establishment: nil)
        case .department(let code): AuditPlace(territory: territories(with: code).first, establishment: nil)
        case .establishment(let uai):
            AuditPlace(territory: tenancy.map[uai]?.territory, establishment: tenancy.map[uai]?.id)
        }
    }

    /// Who acts, for the audit log.
    func actor(_ call: Call) -> AuditActor { admin.actor(call) }

    /// The territories in the caller's charge.
    func territories(_ call: Call) -> [Territory] {
        let charge = admin.charge(call)
        return tenancy.territories.all.filter { charge.contains($0.id) }
    }

    /// The establishments of a scope; as many as it has.
    func establishments(of scope: RuleScope) -> [Establishment] {
        switch scope {
        case .platform: tenancy.territories.all.flatMap { tenancy.map.establishments(of: $0.id) }
        case .territory(let id):
            tenancy.map.establishments(of: id)
                + tenancy.territories.all.filter { $0.parent == id }.flatMap { tenancy.map.establishments(of: $0.id) }
        case .department(let code):
            territories(with: code).flatMap { tenancy.map.establishments(of: $0).filter { $0.department == code } }
        case .establishment(let uai): tenancy.map[uai].map { [$0] } ?? []
        }
    }

    /// As people call it; departments have their number.
    func name(of scope: RuleScope) -> String {
        switch scope {
        case .platform: "Préau"
        case .territory(let id): tenancy.territories[id]?.name ?? id.rawValue
        case .department(let code): code
        case .establishment(let uai): tenancy.map[uai]?.name ?? uai.rawValue
        }
    }

    // MARK: Presence

    struct Count: Sendable {
        let scope: RuleScope
        let people: Int
        let byRole: [(role: Role, people: Int)]
        let byLevel: [(level: String, people: Int)]
    }

    /// One call to Redis, whatever the number of scopes.
    func counts(_ scopes: [RuleScope], levels: Bool) async throws -> [Count] {
        let roles = Role.allCases.filter { $0 != .platformAdmin }
        let levelsOf = scopes.map { levels ? self.levels(of: $0) : [] }
        let keys = zip(scopes, levelsOf).flatMap { scope, levels in
            [PresenceKey(scope)] + roles.map { PresenceKey(scope, role: $0) }
                + levels.map { PresenceKey(scope, level: $0) }
        }
        let numbers = try await counted(keys)
        var next = 0
        return zip(scopes, levelsOf).map { scope, levels in
            defer { next += 1 + roles.count + levels.count }
            return Count(
                scope: scope, people: numbers[next],
                byRole: roles.enumerated().map { ($1, numbers[next + 1 + $0]) },
                byLevel: levels.enumerated().map { ($1, numbers[next + 1 + roles.count + $0]) })
        }
    }

    private func counted(_ keys: [PresenceKey]) async throws -> [Int] {
        guard let numbers = try? await admission.presence.count(keys), numbers.count == keys.count else {
            throw Problem(.unavailable, retryAfter: .seconds(2))
        }
        return numbers
    }

    /// The levels that the establishments of a scope have.
    func levels(of scope: RuleScope) -> [String] {
        var levels: [String] = []
        for level in establishments(of: scope).lazy.flatMap(\.levels) where !levels.contains(level) {
            levels.append(level)
        }
        return levels
    }

    struct Connected: Sendable {
        let account: AccountID
        let name: String
        let login: String
        let idle: Int
    }

    /// Whom a list is about. Nil for nobody: only pupils have a level.
    static func key(_ scope: RuleScope, role: Role?, level: String?) -> PresenceKey? {
        guard let level else { return role.map { PresenceKey(scope, role: $0) } ?? PresenceKey(scope) }
        return role == nil || role == .pupil ? PresenceKey(scope, level: level) : nil
    }

    /// A page of the people who are there, by name as the directory knows them.
    func people(_ key: PresenceKey?, from offset: Int, limit: Int) async throws -> [Connected] {
        guard let key else { return [] }
        do {
            let people = try await admission.presence.list(key, from: offset, limit: limit)
            let known = try await store.identities(of: people.map(\.account))
            return people.map { person in
                let identity = known[person.account]
                return Connected(
                    account: person.account, name: identity?.name ?? "", login: identity?.login ?? "", idle: person.idle
                )
            }
        } catch {
            throw Problem(.unavailable, retryAfter: .seconds(2))
        }
    }

    /// How many there are of them.
    func count(_ key: PresenceKey?) async throws -> Int {
        guard let key else { return 0 }
        return try await counted([key])[0]
    }

    // MARK: People that rules leave alone

    /// The people of a scope by login, among those asked for; logins of others are missing.
    func accounts(_ logins: [String], in scope: RuleScope) async throws -> [String: AccountID] {
        do {
            let schools = scope == .platform ? nil : establishments(of: scope).map(\.id)
            return try await store.accounts(logins, in: schools)
        } catch {
            throw Problem(.unavailable, retryAfter: .seconds(2))
        }
    }

    /// Logins by account; those that are gone are missing.
    func logins(of accounts: Set<AccountID>) async throws -> [AccountID: String] {
        do {
            return try await store.identities(of: Array(accounts)).mapValues(\.login)
        } catch {
            throw Problem(.unavailable, retryAfter: .seconds(2))
        }
    }

    func standings(_ scopes: [RuleScope]) async -> [SessionGate.Standing?] {
        guard let standings = try? await admission.gate.standing(of: scopes), standings.count == scopes.count else {
            return scopes.map { _ in nil }
        }
        return standings
    }

    /// What the nodes can carry together; nil while Redis does not say.
    func platform() async -> PlatformCapacity.Standing? { try? await admission.gate.platformStanding() }

    /// How scopes stand, with their caps: two calls to Redis, whatever their number.
    func standingAnswers(_ scopes: [RuleScope]) async -> [StandingAnswer] {
        let platform = await platform()
        let capacities = admission.book.capacities
        return zip(scopes, await standings(scopes)).map { scope, standing in
            StandingAnswer(scope: scope, capacity: capacities[scope], standing: standing, platform: platform)
        }
    }

    /// The last minutes of a territory, or of all of them, with what the front answered by itself. Nil for another scope, which
    /// has none of its own.
    func indicators(_ scope: RuleScope, most: Int, now: Int64) async throws -> Indicators? {
        let ofFront = front.map { Array($0.minutes.prefix(most)) }
        do {
            let minutes: [AttendanceStore.Minute]
            switch scope {
            case .territory(let territory): minutes = try await attendance.minutes(of: territory, most: most)
            case .platform: minutes = AdmissionControl.all(try await attendance.minutes(most: most), ofFront ?? [])
            case .department, .establishment: return nil
            }
            let standing = await standingAnswers([scope])[0]
            return Indicators(
                minutes, front: ofFront, inForce: standing.inForce, standing: standing.standing, thresholds, now: now)
        } catch {
            throw Problem(.unavailable, retryAfter: .seconds(2))
        }
    }

    /// The nodes' minutes with what no node has seen.
    private static func all(
        _ minutes: [AttendanceStore.Minute], _ front: [FrontWatch.Minute]
    ) -> [AttendanceStore.Minute] {
        var found = Dictionary(minutes.map { ($0.start, $0) }, uniquingKeysWith: { first, _ in first })
        for minute in front where minute.failed > 0 {
            let failed = AttendanceStore.Minute(
                start: minute.start, connected: 0, waiting: 0, requests: minute.failed, good: 0, failed: minute.failed,
                shed: 0, refused: [])
            found[minute.start] = found[minute.start]?.adding(failed) ?? failed
        }
        return found.values.sorted { $0.start > $1.start }
    }

    // MARK: Changing

    /// What has to be shown again when a change is made: that its outcome was looked at.
    static func digest(_ scope: RuleScope, _ name: String, _ rule: CalendarRule?) -> String {
        let text = "\(scope.kind) \(scope.name)\n\(name)\n\(rule.map { $0.document.serialized } ?? "-")"
        return Hex.encode(SHA256.hash(Array(text.utf8)).prefix(12))
    }

    func put(_ rule: CalendarRule, _ call: Call) async throws {
        try await changing {
            try await store.put(
                .window, rule.scope, rule.name, rule.document, in: place(of: rule.scope), by: admin.actor(call))
        }
    }

    func put(_ capacity: Capacity, _ call: Call) async throws {
        try await changing {
            try await store.put(
                .admission, capacity.scope, "sessions", capacity.document, in: place(of: capacity.scope),
                by: admin.actor(call))
        }
    }

    func removeRule(_ scope: RuleScope, _ name: String, _ call: Call) async throws {
        guard admission.book.all.contains(where: { $0.scope == scope && $0.name == name }) else {
            throw Problem(.notFound)
        }
        try await changing {
            _ = try await store.remove(.window, scope, name, in: place(of: scope), by: admin.actor(call))
        }
    }

    func removeCapacity(_ scope: RuleScope, _ call: Call) async throws {
        guard admission.book.capacities[scope] != nil else { throw Problem(.notFound) }
        try await changing {
            _ = try await store.remove(
                .admission, scope, "sessions", in: place(of: scope), by: admin.actor(call))
        }
    }

    private func changing(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch is PostgresError {
            throw Problem(.unavailable, retryAfter: .seconds(2))
        }
    }
}
