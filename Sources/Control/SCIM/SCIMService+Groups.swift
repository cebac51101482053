internal import HTTP
internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// Classes and groups: each on the shard of its establishment, which its number names.
extension SCIMService {
    /// Beyond so many establishments a list has to name one.
    static let mostEstablishments = 50

    /// A group and what is there, to be compared when it is written.
    struct ReadGroup: Sendable {
        let group: SCIMGroup
        let row: SCIMGroupStore.Row
        /// Everybody in it, those without an account as well.
        let people: [UUID]
    }

    /// - Throws: `notFound`, also for a group outside the caller's scope.
    func group(_ text: String, _ scope: Scope) async throws -> ReadGroup {
        guard let id = SCIMGroupID(text), let establishment = map[id.establishment], scope.covers(establishment) else {
            throw Problem(.notFound)
        }
        let (context, tenancy) = (try admin.tenancy.administrativeContext(for: id.establishment), admin.tenancy)
        guard let row = try await SCIMGroupStore.group(id.group, context, tenancy) else { throw Problem(.notFound) }
        let people = try await SCIMGroupStore.members(of: [id.group], context, tenancy)[id.group] ?? []
        var group = SCIMGroup(row, in: id.establishment)
        group.externalID = try await externalIDs(of: [id], scope)[id]
        let accounts = try await accounts(of: people, in: id.establishment)
        group.members = people.compactMap { person in
            accounts[person].map { SCIMGroup.Member(account: $0, person: PersonID(rawValue: person)) }
        }
        return ReadGroup(group: group, row: row, people: people)
    }

    private func accounts(of people: [UUID], in establishment: EstablishmentID) async throws -> [UUID: AccountID] {
        guard !people.isEmpty else { return [:] }
        var found: [UUID: AccountID] = [:]
        for row in try await admin.directory.query(SCIMUserWriteStore.accountsOf, establishment.rawValue, people) {
            found[try row.uuid(0)] = AccountID(rawValue: try row.uuid(1))
        }
        return found
    }

    private func externalIDs(of groups: [SCIMGroupID], _ scope: Scope) async throws -> [SCIMGroupID: String] {
        guard !groups.isEmpty else { return [:] }
        var found: [SCIMGroupID: String] = [:]
        for row in try await admin.directory.query(SCIMUserWriteStore.externals, scope.domain, groups.map(\.text)) {
            if let id = SCIMGroupID(try row.text(0)) { found[id] = try row.text(1) }
        }
        return found
    }

    func resource(_ group: SCIMGroup, _ scope: Scope) -> JSON { group.resource(map, base: scope.base) }

    // MARK: Lists

    /// - Throws: `SCIMError.tooMany`, `.invalidFilter`, `.invalidPath`.
    func listGroups(_ query: SCIMQuery, _ scope: Scope) async throws -> (total: Int, resources: [JSON]) {
        let type = SCIMResourceType.group
        let filter = try query.filter.map { text in try SCIMFilterParser.filter(text, of: type) }
        let projection = try query.projection(of: type)
        guard let schools = try await establishments(filter, scope) else {
            return try await newest(query, filter, projection, scope)
        }
        let needsMembers = filter?.paths.contains { $0.attribute == "members" } ?? false
        let tenancy = admin.tenancy
        let contexts = try schools.map { try tenancy.administrativeContext(for: $0) }
        let outcomes = await tenancy.onEach(contexts, parallel: 6) { context in
            let rows = try await SCIMGroupStore.groups(context, tenancy)
            return rows.map { SCIMGroup($0, in: context.establishment) }
        }
        var groups = try outcomes.flatMap { try $0.result.get() }
        groups.sort { $0.isBefore($1) }
        guard groups.count <= SCIMUserStore.mostCandidates else { throw SCIMError.tooMany }
        let externals = try await externalIDs(of: groups.map(\.id), scope)
        for index in groups.indices { groups[index].externalID = externals[groups[index].id] }
        if needsMembers { groups = try await withMembers(groups) }
        var resources = groups.map { resource($0, scope) }
        if let filter { resources = resources.filter { filter.matches($0, of: type) } }
        let sorted = try query.sort(resources, of: type)
        let byID = Dictionary(groups.map { ($0.id.text, $0) }, uniquingKeysWith: { first, _ in first })
        var page = sorted.dropFirst(query.offset).prefix(query.count).compactMap { byID[$0["id"]?.text ?? ""] }
        if !needsMembers, projection.shows("members") || projection.shows("meta") { page = try await withMembers(page) }
        return (sorted.count, page.map { projection.apply(resource($0, scope)) })
    }

    /// Over more establishments than can be asked one by one: the groups that clients made, the newest first, or the one that
    /// a client's number names.
    private func newest(
        _ query: SCIMQuery, _ filter: SCIMFilter?, _ projection: SCIMProjection, _ scope: Scope
    ) async throws -> (total: Int, resources: [JSON]) {
        var ids: [SCIMGroupID] = []
        var total = 0
        if let filter {
            guard let external = filter.required("externalId") else { throw SCIMError.tooMany }
            ids = try await admin.directory.query(SCIMUserWriteStore.external, scope.domain, "group", external)
                .compactMap {
                    SCIMGroupID(try $0.text(0))
                }
        } else {
            guard query.sortBy == nil else { throw SCIMError.tooMany }
            var (isAll, territories, own): (Bool, [String], [Int32]) = (true, [], [])
            if case .only(let within, let establishments) = scope.rows {
                (isAll, territories, own) = (false, within.map(\.rawValue), establishments.map(\.rawValue))
            }
            var batch = PostgresBatch(
                SCIMUserWriteStore.countGroups, isAll, territories, own, SCIMUserStore.mostCandidates + 1)
            batch.add(SCIMUserWriteStore.newestGroups, isAll, territories, own, query.count, query.offset)
            let rows = try await admin.directory.run(batch)
            total = try rows[0][0].int(0)
            guard total <= SCIMUserStore.mostCandidates else { throw SCIMError.tooMany }
            ids = try rows[1].map {
                SCIMGroupID(establishment: EstablishmentID(rawValue: try $0.int32(0)), group: try $0.uuid(1))
            }
        }
        let groups = try await read(ids.filter { map[$0.establishment].map(scope.covers) ?? false }, scope)
        guard let filter else { return (total, groups.map { projection.apply(resource($0, scope)) }) }
        let fitting = groups.map { resource($0, scope) }.filter { filter.matches($0, of: .group) }
        let page = fitting.dropFirst(query.offset).prefix(query.count)
        return (fitting.count, page.map(projection.apply))
    }

    /// A page of groups, one read an establishment.
    private func read(_ ids: [SCIMGroupID], _ scope: Scope) async throws -> [SCIMGroup] {
        let wanted = Dictionary(grouping: ids, by: \.establishment)
        let tenancy = admin.tenancy
        let contexts = try wanted.keys.sorted().map { try tenancy.administrativeContext(for: $0) }
        let outcomes = await tenancy.onEach(contexts, parallel: 6) { context in
            try await SCIMGroupStore.groups(
                (wanted[context.establishment] ?? []).map(\.group), context, tenancy
            ).map { SCIMGroup($0, in: context.establishment) }
        }
        var known: [SCIMGroupID: SCIMGroup] = [:]
        for group in try outcomes.flatMap({ try $0.result.get() }) { known[group.id] = group }
        let externals = try await externalIDs(of: ids, scope)
        return try await withMembers(
            ids.compactMap { id in
                var group = known[id]
                group?.externalID = externals[id]
                return group
            })
    }

    private func withMembers(_ groups: [SCIMGroup]) async throws -> [SCIMGroup] {
        let byEstablishment = Dictionary(grouping: groups, by: \.id.establishment)
        let tenancy = admin.tenancy
        let contexts = try byEstablishment.keys.sorted().map { try tenancy.administrativeContext(for: $0) }
        let outcomes = await tenancy.onEach(contexts, parallel: 6) { context in
            let ids = (byEstablishment[context.establishment] ?? []).map(\.id.group)
            let people = try await SCIMGroupStore.members(of: ids, context, tenancy)
            return (people, try await accounts(of: Set(people.values.joined()).sorted(), in: context.establishment))
        }
        var known: [EstablishmentID: ([UUID: [UUID]], [UUID: AccountID])] = [:]
        for outcome in outcomes { known[outcome.context.establishment] = try outcome.result.get() }
        return groups.map { group in
            var group = group
            let (people, accounts) = known[group.id.establishment] ?? ([:], [:])
            group.members = (people[group.id.group] ?? []).compactMap { person in
                accounts[person].map { SCIMGroup.Member(account: $0, person: PersonID(rawValue: person)) }
            }
            return group
        }
    }

    /// Where to look: what the filter names, or all of a scope that is small.
    /// - Returns: nil for a scope that is not.
    private func establishments(_ filter: SCIMFilter?, _ scope: Scope) async throws -> [EstablishmentID]? {
        let map = map
        let isOpen = { (school: Establishment) in
            school.placement != nil && school.state != .closed && scope.covers(school)
        }
        if let text = filter?.required("uai", ofAddition: true) {
            return UAI(rawValue: text.uppercased()).flatMap { map[$0] }.map { isOpen($0) ? [$0.id] : [] } ?? []
        }
        if let text = filter?.required("id") {
            return SCIMGroupID(text).flatMap { map[$0.establishment] }.map { isOpen($0) ? [$0.id] : [] } ?? []
        }
        if let text = filter?.required("members", part: "value") {
            guard let id = UUID(text) else { return [] }
            let found = try await users.find([AccountID(rawValue: id)], domain: scope.domain)
            return Set(found.flatMap(\.profiles).map(\.establishment)).sorted().filter { map[$0].map(isOpen) ?? false }
        }
        let most = Self.mostEstablishments
        let found: [Establishment]
        switch scope.rows {
        case .everything: found = Array(map.inOrder.lazy.filter(isOpen).prefix(most + 1))
        case .only(let territories, let own):
            found = Array(
                (own.compactMap { map[$0] } + territories.flatMap { map.establishments(of: $0) }).lazy.filter(isOpen)
                    .prefix(most + 1))
        }
        guard found.count <= most else { return nil }
        return Set(found.map(\.id)).sorted()
    }
}
