internal import HTTP
internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// Writing users: the directory in one transaction, with the audit entry and what it owes to shards; then the shards.
extension SCIMService {
    // MARK: New

    /// Makes an account, or opens that of somebody who had left.
    /// - Throws: `SCIMError.invalidValue`, `.uniqueness`.
    func create(_ body: JSON, _ call: Call) async throws -> JSON {
        let scope = try scope(call)
        let wanted = try SCIMReplacement.resource(body, replacing: nil, of: .user)
        let draft = try SCIMUserDraft(wanted, current: nil, map, covers: scope.covers)
        let (users, actor) = (users, admin.actor(call))
        let id: AccountID = try await directory { transaction in
            if let external = draft.externalID {
                _ = try await transaction.query(SCIMUserWriteStore.clearExternal, scope.domain, external)
            }
            let departed = try await users.departed(
                externalID: draft.externalID, login: draft.login.rawValue, domain: scope.domain, transaction)
            let id = try await account(draft, departed, scope, transaction)
            try await put(draft.externalID, of: id, scope.domain, transaction)
            var batch = PostgresBatch(
                draft.active == false ? SCIMUserWriteStore.shut : SCIMUserWriteStore.open, id.rawValue)
            batch.add(SCIMUserWriteStore.raise, id.rawValue, false)
            AuditStore.add(entry("scim.user.create", id, draft.places, by: actor, after: describe(draft)), to: &batch)
            _ = try await transaction.run(batch)
            for place in draft.places { try await join(place, id, draft, transaction) }
            return id
        }
        await settle(id)
        return resource(try await user(id, scope), scope)
    }

    /// The account of somebody who comes back, or a new one.
    private func account(
        _ draft: SCIMUserDraft, _ departed: [SCIMUserStore.Departed], _ scope: Scope, _ transaction: PostgresTransaction
    ) async throws -> AccountID {
        let map = map
        let own = departed.filter { each in
            !each.establishments.isEmpty && each.establishments.allSatisfy { map[$0].map(scope.covers) ?? false }
        }
        let byNumber = draft.externalID.flatMap { number in own.first { $0.externalID == number } }
        let byLogin = own.first { $0.login == draft.login.rawValue }
        // Somebody of that login whom the client calls otherwise is somebody else, and has left.
        let isSame = byLogin.map {
            $0.externalID == nil || draft.externalID == nil || $0.externalID == draft.externalID
        }
        let returning = byNumber ?? (isSame == true ? byLogin : nil)
        if let byLogin, byLogin.id != returning?.id {
            _ = try await transaction.query(SCIMUserWriteStore.freeLogin, byLogin.id.rawValue)
        }
        if let returning {
            _ = try await transaction.query(SCIMUserWriteStore.lock, returning.id.rawValue)
            try await rename(returning.id, draft, transaction)
            return returning.id
        }
        let id = AccountID.new()
        let made = try await transaction.query(
            SCIMUserWriteStore.create, id.rawValue, draft.login.rawValue, draft.givenName, draft.familyName, "pending")
        guard !made.isEmpty else { throw SCIMError.uniqueness("userName") }
        return id
    }

    private func rename(_ id: AccountID, _ draft: SCIMUserDraft, _ transaction: PostgresTransaction) async throws {
        do throws(PostgresError) {
            _ = try await transaction.query(
                SCIMUserWriteStore.change, id.rawValue, draft.login.rawValue, draft.givenName, draft.familyName)
        } catch {
            if error.sqlState == "23505" { throw SCIMError.uniqueness("userName") }
            throw error
        }
    }

    private func put(
        _ external: String?, of id: AccountID, _ domain: String, _ transaction: PostgresTransaction
    ) async throws {
        _ = try await transaction.query(SCIMUserWriteStore.forgetExternal, domain, "user", id.description)
        guard let external else { return }
        let kept = try await transaction.query(
            SCIMUserWriteStore.putExternal, domain, "user", external, id.description)
        guard !kept.isEmpty else { throw SCIMError.uniqueness("externalId") }
    }

    /// Gives the account a role; whoever was there before is the same person again.
    private func join(
        _ place: SCIMUserDraft.Place, _ id: AccountID, _ draft: SCIMUserDraft, _ transaction: PostgresTransaction
    ) async throws {
        var person = UUID.v7()
        if let known = try await transaction.query(
            SCIMUserWriteStore.returning, id.rawValue, place.establishment.rawValue
        ).first {
            person = try known.uuid(2)
            _ = try await transaction.query(
                SCIMUserWriteStore.forgetDeparture, try known.text(0), try known.text(1), place.establishment.rawValue)
        }
        _ = try await transaction.query(
            SCIMUserWriteStore.putProfile, id.rawValue, place.establishment.rawValue, place.role, person)
        let payload = SCIMPersonStore.Payload(
            givenName: draft.givenName, familyName: draft.familyName, role: place.role, isNameEntered: true,
            emails: draft.emails)
        try await owe(payload, person, id, place.establishment, transaction)
    }

    private func owe(
        _ payload: SCIMPersonStore.Payload, _ person: UUID, _ id: AccountID, _ establishment: EstablishmentID,
        _ transaction: PostgresTransaction
    ) async throws {
        _ = try await transaction.query(
            SCIMUserWriteStore.owe, id.rawValue, establishment.rawValue, person, payload.json.serialized)
    }

    // MARK: Changes

    private static let mostTries = 4

    /// Brings a user to what `change` makes of the resource there is; done again when another write came between, unless the
    /// client says which version it means.
    /// - Throws: `notFound`, `preconditionFailed`, `accountAboveYours`, `SCIMError`.
    func update(_ id: AccountID, _ call: Call, _ change: (JSON) throws -> JSON) async throws -> JSON {
        let scope = try scope(call)
        for _ in 0..<Self.mostTries {
            let current = try await user(id, scope)
            let there = resource(current, scope)
            try Self.holdToVersion(call, there)
            let wanted = try change(there)
            if SCIMMessage.version(of: wanted) == SCIMMessage.version(of: there) { return there }
            try await requireActing(id, call)
            let draft = try SCIMUserDraft(wanted, current: current, map, covers: scope.covers)
            if try await write(draft, over: current, scope, by: admin.actor(call)) {
                await settle(id)
                return resource(try await user(id, scope), scope)
            }
        }
        throw SCIMError.busy
    }

    /// - Throws: `accountAboveYours` for somebody who administers or heads more than the caller has in their charge.
    private func requireActing(_ id: AccountID, _ call: Call) async throws {
        guard let found = try await admin.accountSearch.find(id) else { throw Problem(.notFound) }
        _ = try await admin.mayActOn(found, call)
    }

    /// - Returns: false when the account is not what it was when it was read.
    private func write(
        _ draft: SCIMUserDraft, over current: SCIMUser, _ scope: Scope, by actor: AuditActor
    ) async throws -> Bool {
        let id = current.id
        let ended: [SessionID]? = try await directory { transaction in
            guard try await isUnchanged(current, transaction) else { return nil }
            try await rename(id, draft, transaction)
            if draft.externalID != current.externalID {
                try await put(draft.externalID, of: id, scope.domain, transaction)
            }
            try await move(draft, current, transaction)
            var batch = PostgresBatch(SCIMUserWriteStore.raise, id.rawValue, draft.active == nil)
            AuditStore.add(
                entry(
                    "scim.user.change", id, draft.places, by: actor, before: describe(current),
                    after: describe(draft).setting("changed", Self.changed(draft, current))), to: &batch)
            if draft.active ?? true {
                batch.add(SCIMUserWriteStore.open, id.rawValue)
                _ = try await transaction.run(batch)
                return []
            }
            batch.add(SCIMUserWriteStore.shut, id.rawValue)
            batch.add(SCIMUserWriteStore.endSessions, id.rawValue)
            return try (try await transaction.run(batch).last.map { Array($0) } ?? []).map {
                SessionID(rawValue: try $0.uuid(0))
            }
        }
        guard let ended else { return false }
        await admin.forget(ended)
        return true
    }

    private func isUnchanged(_ current: SCIMUser, _ transaction: PostgresTransaction) async throws -> Bool {
        guard let row = try await transaction.query(SCIMUserWriteStore.lock, current.id.rawValue).first else {
            return false
        }
        return try row.text(0) == current.state && row.timestamp(1).microseconds == current.modified
            && row.int64(2) == current.revision
    }

    /// Roles that begin, end, or become another in the same establishment; names and addresses of those that stay.
    private func move(
        _ draft: SCIMUserDraft, _ current: SCIMUser, _ transaction: PostgresTransaction
    ) async throws {
        let id = current.id
        var coming = draft.places.filter { place in
            !current.profiles.contains { $0.establishment == place.establishment && $0.role == place.role }
        }
        let isRenamed = draft.givenName != current.givenName || draft.familyName != current.familyName
        let hasNewEmails = (draft.emails ?? .array([])) != (current.emails ?? .array([]))
        for profile in current.profiles {
            var role = profile.role
            let stays = draft.places.contains { $0.establishment == profile.establishment && $0.role == role }
            if !stays {
                guard let place = coming.firstIndex(where: { $0.establishment == profile.establishment }) else {
                    try await end(profile, id, transaction)
                    continue
                }
                role = coming.remove(at: place).role
                var batch = PostgresBatch(
                    SCIMUserWriteStore.endProfile, id.rawValue, profile.establishment.rawValue, profile.role,
                    profile.person.rawValue)
                batch.add(
                    SCIMUserWriteStore.putProfile, id.rawValue, profile.establishment.rawValue, role,
                    profile.person.rawValue)
                _ = try await transaction.run(batch)
            }
            guard !stays || isRenamed || hasNewEmails else { continue }
            let payload = SCIMPersonStore.Payload(
                givenName: draft.givenName, familyName: draft.familyName, role: role, isNameEntered: isRenamed,
                emails: hasNewEmails ? draft.emails ?? .array([]) : nil)
            try await owe(payload, profile.person.rawValue, id, profile.establishment, transaction)
        }
        for place in coming { try await join(place, id, draft, transaction) }
    }

    /// Somebody leaves an establishment: they are nobody there from now on, and erased in time.
    private func end(
        _ profile: SCIMUser.Profile, _ id: AccountID, _ transaction: PostgresTransaction
    ) async throws {
        let (establishment, person) = (profile.establishment.rawValue, profile.person.rawValue)
        var batch = PostgresBatch(SCIMUserWriteStore.endProfile, id.rawValue, establishment, profile.role, person)
        batch.add(SCIMUserWriteStore.departFed, id.rawValue, establishment, person)
        let kind = ["pupil", "guardian"].contains(profile.role) ? profile.role : "staff"
        batch.add(SCIMUserWriteStore.depart, id.rawValue, establishment, person, kind)
        _ = try await transaction.run(batch)
        try await owe(SCIMPersonStore.Payload(hasLeft: true), person, id, profile.establishment, transaction)
    }

    // MARK: Leaving

    /// Somebody leaves all of the caller's scope: nothing is erased at once, and whoever comes back finds it again.
    func delete(_ id: AccountID, _ call: Call) async throws {
        let scope = try scope(call)
        for _ in 0..<Self.mostTries {
            let current = try await user(id, scope)
            try Self.holdToVersion(call, resource(current, scope))
            try await requireActing(id, call)
            let actor = admin.actor(call)
            let ended: [SessionID]? = try await directory { transaction in
                guard try await isUnchanged(current, transaction) else { return nil }
                for profile in current.profiles { try await end(profile, id, transaction) }
                var batch = PostgresBatch(SCIMUserWriteStore.suspend, id.rawValue)
                batch.add(SCIMUserWriteStore.raise, id.rawValue, current.isActiveUnset)
                let places = current.profiles.map {
                    SCIMUserDraft.Place(establishment: $0.establishment, role: $0.role)
                }
                AuditStore.add(entry("scim.user.delete", id, places, by: actor, before: describe(current)), to: &batch)
                guard try await transaction.run(batch)[0][0].bool(0) else { return [] }
                return try await transaction.query(SCIMUserWriteStore.endSessions, id.rawValue).map {
                    SessionID(rawValue: try $0.uuid(0))
                }
            }
            guard let ended else { continue }
            await admin.forget(ended)
            await settle(id)
            return
        }
        throw SCIMError.busy
    }

    // MARK: Audit

    private func directory<Value: Sendable>(
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        try await admin.directory.transaction { try await body($0) }
    }

    /// People are named by their account's number, never by their name.
    private func entry(
        _ action: String, _ id: AccountID, _ places: [SCIMUserDraft.Place], by actor: AuditActor, before: JSON? = nil,
        after: JSON? = nil
    ) -> AuditEntry {
        let establishment = places.first.flatMap { map[$0.establishment] }
        return AuditEntry(
            action, by: actor, territory: establishment?.territory, establishment: establishment?.id,
            target: id.description, before: before, after: after)
    }

    /// What changed that the log does not repeat: a login is a name.
    private static func changed(_ draft: SCIMUserDraft, _ current: SCIMUser) -> JSON {
        var names: [JSON] = []
        if draft.login.rawValue != current.login { names.append("userName") }
        if draft.givenName != current.givenName || draft.familyName != current.familyName { names.append("name") }
        if (draft.emails ?? .array([])) != (current.emails ?? .array([])) { names.append("emails") }
        if draft.externalID != current.externalID { names.append("externalId") }
        return .array(names)
    }

    private func describe(_ draft: SCIMUserDraft) -> JSON {
        ["active": .bool(draft.active ?? true), "profiles": describe(draft.places)]
    }

    private func describe(_ user: SCIMUser) -> JSON {
        [
            "active": .bool(user.isActive),
            "profiles": describe(
                user.profiles.map { SCIMUserDraft.Place(establishment: $0.establishment, role: $0.role) }),
        ]
    }

    private func describe(_ places: [SCIMUserDraft.Place]) -> JSON {
        .array(places.map { .string((map[$0.establishment]?.uai.rawValue ?? "") + " " + $0.role) })
    }
}
