internal import HTTP
internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// Writing groups: the audit entry and the client's number in the directory first, then the shard in one transaction. Broken off
/// between the two, the same request does the rest.
extension SCIMService {
    /// A group as a client wants it, checked.
    private struct Draft {
        let establishment: Establishment
        let name: String
        let kind: String
        let level: String
        let externalID: String?
        let members: [AccountID]
    }

    /// - Throws: `SCIMError.invalidValue`, also for an establishment outside the caller's scope.
    private func draft(_ resource: JSON, _ scope: Scope) throws -> Draft {
        let school = resource[SCIMResourceType.group.addition]
        guard let text = school?["uai"]?.text, let uai = UAI(rawValue: text.uppercased()), let establishment = map[uai],
            establishment.placement != nil, establishment.state != .closed, scope.covers(establishment)
        else { throw SCIMError.invalidValue("uai") }
        guard let name = resource["displayName"]?.text, !name.allSatisfy(\.isWhitespace) else {
            throw SCIMError.invalidValue("displayName")
        }
        guard let kind = school?["kind"]?.text?.lowercased(), ["class", "group"].contains(kind) else {
            throw SCIMError.invalidValue("kind")
        }
        let members = try (resource["members"]?.elements ?? []).map { element in
            guard let id = element["value"]?.text.flatMap({ UUID($0) }), [nil, "User"].contains(element["type"]?.text)
            else {
                throw SCIMError.invalidValue("members")
            }
            return AccountID(rawValue: id)
        }
        return Draft(
            establishment: establishment, name: name, kind: kind, level: school?["level"]?.text ?? "",
            externalID: resource["externalId"]?.text, members: members)
    }

    /// Who they are there. - Throws: `SCIMError.invalidValue` for somebody who is no pupil and teaches nobody in that
    /// establishment, or is not in it at all.
    private func joining(
        _ members: [AccountID], in establishment: EstablishmentID
    ) async throws -> [AccountID: SCIMGroupStore.Joining] {
        guard !members.isEmpty else { return [:] }
        let ids = members.map(\.rawValue)
        var batch = PostgresBatch(SCIMUserWriteStore.peopleOf, establishment.rawValue, ids)
        batch.add(SCIMUserWriteStore.lateMembers, establishment.rawValue, ids)
        let rows = try await admin.directory.run(batch)
        var found: [AccountID: SCIMGroupStore.Joining] = [:]
        for row in rows[0] {
            let id = AccountID(rawValue: try row.uuid(0))
            if found[id] == nil { found[id] = SCIMGroupStore.Joining(person: try row.uuid(1), role: try row.text(2)) }
        }
        guard members.allSatisfy({ found[$0] != nil }) else { throw SCIMError.invalidValue("members") }
        // The shard may not know them yet.
        for row in rows[1] {
            guard await settle(AccountID(rawValue: try row.uuid(0))) else { throw SCIMError.busy }
        }
        return found
    }

    private func today(_ establishment: Establishment) -> CivilDate {
        establishment.timeZone.date(microseconds: WallClock.microseconds)
    }

    // MARK: New

    /// - Throws: `SCIMError.uniqueness`, `.invalidValue`.
    func createGroup(_ body: JSON, _ call: Call) async throws -> JSON {
        let scope = try scope(call)
        let wanted = try draft(try SCIMReplacement.resource(body, replacing: nil, of: .group), scope)
        let establishment = wanted.establishment
        let joining = try await joining(wanted.members, in: establishment.id)
        let context = try admin.tenancy.administrativeContext(for: establishment.id)
        var id = SCIMGroupID(establishment: establishment.id, group: .v7())
        if let external = wanted.externalID {
            id = try await reserve(external, id, scope)
            guard id.establishment == establishment.id,
                try await SCIMGroupStore.group(id.group, context, admin.tenancy) == nil
            else { throw SCIMError.uniqueness("externalId") }
        }
        var batch = PostgresBatch(SCIMUserWriteStore.noteGroup, id.establishment.rawValue, id.group)
        AuditStore.add(
            entry(
                "scim.group.create", id, establishment, call,
                after: describe(wanted.name, wanted.kind, wanted.members.count)), to: &batch)
        _ = try await admin.directory.run(batch)
        let row = SCIMGroupStore.Row(id: id.group, name: wanted.name, kind: wanted.kind, level: wanted.level)
        let today = today(establishment)
        let isMade = try await SCIMGroupStore.create(
            row, Array(joining.values), calendar: FeedService.calendar(of: establishment, admin.tenancy, today),
            today: today, context, admin.tenancy)
        guard isMade else {
            try await forget(id)
            throw SCIMError.uniqueness("displayName")
        }
        return resource(try await group(id.text, scope).group, scope)
    }

    /// The client's number stands for a group from now on, or has since a request that broke off.
    private func reserve(_ external: String, _ id: SCIMGroupID, _ scope: Scope) async throws -> SCIMGroupID {
        var batch = PostgresBatch(SCIMUserWriteStore.putExternal, scope.domain, "group", external, id.text)
        batch.add(SCIMUserWriteStore.external, scope.domain, "group", external)
        let rows = try await admin.directory.run(batch)
        return try rows[1].first.flatMap { SCIMGroupID(try $0.text(0)) } ?? id
    }

    // MARK: Changes

    /// - Throws: `notFound`, `preconditionFailed`, `SCIMError`.
    func updateGroup(_ text: String, _ call: Call, _ change: (JSON) throws -> JSON) async throws -> JSON {
        let scope = try scope(call)
        for _ in 0..<4 {
            let current = try await group(text, scope)
            let there = resource(current.group, scope)
            try Self.holdToVersion(call, there)
            let changed = try change(there)
            if SCIMMessage.version(of: changed) == SCIMMessage.version(of: there) { return there }
            let wanted = try draft(changed, scope)
            guard wanted.establishment.id == current.group.id.establishment else { throw SCIMError.mutability("uai") }
            if try await write(wanted, over: current, scope, call) {
                return resource(try await group(text, scope).group, scope)
            }
        }
        throw SCIMError.busy
    }

    /// - Returns: false when the group is not what it was when it was read.
    private func write(_ wanted: Draft, over current: ReadGroup, _ scope: Scope, _ call: Call) async throws -> Bool {
        let (id, establishment) = (current.group.id, wanted.establishment)
        let there = Dictionary(
            (current.group.members ?? []).map { ($0.account, $0.person.rawValue) },
            uniquingKeysWith: { first, _ in first })
        let coming = Set(wanted.members).subtracting(there.keys)
        let joining = try await joining(coming.sorted(), in: id.establishment)
        let staying = Set(wanted.members)
        let leaving = there.filter { !staying.contains($0.key) }.map(\.value).sorted()
        try await noteChange(wanted, current, scope, call)
        let context = try admin.tenancy.administrativeContext(for: id.establishment)
        do {
            return try await SCIMGroupStore.change(
                current.row, current.people,
                to: SCIMGroupStore.Row(id: id.group, name: wanted.name, kind: wanted.kind, level: wanted.level),
                joining: Array(joining.values), leaving: leaving, today: today(establishment), context, admin.tenancy)
        } catch TenancyError.database(let error) where error.sqlState == "23505" {
            throw SCIMError.uniqueness("displayName")
        }
    }

    /// In the directory, before the shard is written.
    private func noteChange(_ wanted: Draft, _ current: ReadGroup, _ scope: Scope, _ call: Call) async throws {
        let (old, id) = (current.group, current.group.id)
        var batch = PostgresBatch()
        AuditStore.add(
            entry(
                "scim.group.change", id, wanted.establishment, call,
                before: describe(old.name, old.kind, old.members?.count ?? 0),
                after: describe(wanted.name, wanted.kind, wanted.members.count)), to: &batch)
        if wanted.externalID != old.externalID {
            batch.add(SCIMUserWriteStore.forgetExternal, scope.domain, "group", id.text)
            if let external = wanted.externalID {
                batch.add(SCIMUserWriteStore.requireExternal, scope.domain, "group", external, id.text)
            }
        }
        do throws(PostgresError) {
            _ = try await admin.directory.run(batch)
        } catch {
            if error.sqlState == "23505" { throw SCIMError.uniqueness("externalId") }
            throw error
        }
    }

    /// - Throws: `SCIMError.groupInUse` while lessons or homework hang on it.
    func deleteGroup(_ text: String, _ call: Call) async throws {
        let scope = try scope(call)
        for _ in 0..<4 {
            let current = try await group(text, scope)
            try Self.holdToVersion(call, resource(current.group, scope))
            let (old, id) = (current.group, current.group.id)
            guard let establishment = map[id.establishment] else { throw Problem(.notFound) }
            try await admin.audit.write(
                entry(
                    "scim.group.delete", id, establishment, call,
                    before: describe(old.name, old.kind, old.members?.count ?? 0)))
            let context = try admin.tenancy.administrativeContext(for: id.establishment)
            switch try await SCIMGroupStore.remove(current.row, current.people, context, admin.tenancy) {
            case .done:
                return try await forget(id)
            case .inUse: throw SCIMError.groupInUse
            case .changed: continue
            }
        }
        throw SCIMError.busy
    }

    /// What the directory knows of a group that is not there.
    private func forget(_ id: SCIMGroupID) async throws {
        var batch = PostgresBatch(SCIMUserWriteStore.forgetResource, "group", id.text)
        batch.add(SCIMUserWriteStore.forgetGroup, id.establishment.rawValue, id.group)
        _ = try await admin.directory.run(batch)
    }

    // MARK: Audit

    private func entry(
        _ action: String, _ id: SCIMGroupID, _ establishment: Establishment, _ call: Call, before: JSON? = nil,
        after: JSON? = nil
    ) -> AuditEntry {
        AuditEntry(
            action, by: admin.actor(call), territory: establishment.territory, establishment: establishment.id,
            target: id.text, before: before, after: after)
    }

    private func describe(_ name: String, _ kind: String, _ members: Int) -> JSON {
        ["name": .string(name), "kind": .string(kind), "members": .integer(members)]
    }
}
