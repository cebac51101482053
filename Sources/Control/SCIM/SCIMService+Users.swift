internal import HTTP
internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// Reading users.
extension SCIMService {
    /// - Throws: `notFound`, also for somebody who is nobody in the caller's scope.
    func user(_ id: AccountID, _ scope: Scope) async throws -> SCIMUser {
        guard let found = try await users.find([id], domain: scope.domain).first.flatMap({ within(scope, $0) }) else {
            throw Problem(.notFound)
        }
        return try await detailed([found])[0]
    }

    /// The user as the scope sees them; nil for nobody.
    private func within(_ scope: Scope, _ user: SCIMUser) -> SCIMUser? {
        var user = user
        let map = map
        user.profiles = user.profiles.filter { map[$0.establishment].map(scope.covers) ?? false }
        return user.profiles.isEmpty ? nil : user
    }

    func resource(_ user: SCIMUser, _ scope: Scope) -> JSON { user.resource(map, base: scope.base) }

    /// With what the shards know: one read an establishment, for all of a page.
    func detailed(_ users: [SCIMUser]) async throws -> [SCIMUser] {
        var people: [EstablishmentID: Set<UUID>] = [:]
        for profile in users.flatMap(\.profiles) {
            people[profile.establishment, default: []].insert(profile.person.rawValue)
        }
        let tenancy = admin.tenancy
        let contexts = try people.keys.sorted().map { try tenancy.administrativeContext(for: $0) }
        let wanted = people
        let outcomes = await tenancy.onEach(contexts, parallel: 6) { context in
            try await SCIMPersonStore.details(
                of: (wanted[context.establishment] ?? []).sorted(), context, tenancy)
        }
        var details: [EstablishmentID: [UUID: SCIMPersonStore.Details]] = [:]
        // An answer without them would be taken for one that says there are none.
        for outcome in outcomes { details[outcome.context.establishment] = try outcome.result.get() }
        return users.map { user in
            var user = user
            var seen: Set<SCIMGroupID> = []
            for profile in user.profiles {
                guard let known = details[profile.establishment]?[profile.person.rawValue] else { continue }
                user.emails = user.emails ?? known.emails
                user.groups += known.groups.filter { seen.insert($0.id).inserted }
            }
            return user
        }
    }

    // MARK: Lists

    /// - Throws: `SCIMError.tooMany`, `.invalidFilter`, `.invalidPath`.
    func list(_ query: SCIMQuery, _ scope: Scope) async throws -> (total: Int, resources: [JSON]) {
        let type = SCIMResourceType.user
        let filter = try query.filter.map { text in try SCIMFilterParser.filter(text, of: type) }
        guard filter?.needsShards != true else { throw SCIMError.invalidFilter(.notIndexed) }
        if filter == nil, query.sortBy == nil {
            guard try await users.isSmall(scope.rows),
                let page = try await users.page(
                    scope.rows, domain: scope.domain, offset: query.offset, count: query.count)
            else { throw SCIMError.tooMany }
            return (page.total, try await shown(page.users.compactMap { within(scope, $0) }, query, scope))
        }
        let map = map
        var anchors = filter?.userAnchors { text in
            UAI(rawValue: text.uppercased()).flatMap { map[$0] }.flatMap { scope.covers($0) ? $0.id : nil }
        }
        if anchors == nil {
            guard try await users.isSmall(scope.rows) else { throw SCIMError.tooMany }
            anchors = [.anybody]
        }
        guard let found = try await users.candidates(anchors ?? [], scope.rows, domain: scope.domain) else {
            throw SCIMError.tooMany
        }
        var matching = found.compactMap { within(scope, $0) }
        var resources = matching.map { resource($0, scope) }
        if let filter {
            let kept = resources.indices.filter { filter.matches(resources[$0], of: type) }
            matching = kept.map { matching[$0] }
            resources = kept.map { resources[$0] }
        }
        let sorted = try query.sort(resources, of: type)
        let page = sorted.dropFirst(query.offset).prefix(query.count).compactMap { $0["id"]?.text }
        let byID = Dictionary(matching.map { ($0.id.description, $0) }, uniquingKeysWith: { first, _ in first })
        return (sorted.count, try await shown(page.compactMap { byID[$0] }, query, scope))
    }

    private func shown(_ users: [SCIMUser], _ query: SCIMQuery, _ scope: Scope) async throws -> [JSON] {
        let projection = try query.projection(of: .user)
        return try await detailed(users).map { projection.apply(resource($0, scope)) }
    }
}
