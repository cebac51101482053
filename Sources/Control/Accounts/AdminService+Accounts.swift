internal import HTTP
internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

extension AdminService {
    /// The account that the path names, which the caller has something to do with.
    /// - Throws: `notFound`, `ControlError.noRight`.
    func account(_ call: Call, for right: AdminRight = .accounts) async throws -> FoundAccount {
        try await account(AccountID(rawValue: try call.path.uuid("account")), call, for: right)
    }

    func account(_ id: AccountID, _ call: Call, for right: AdminRight = .accounts) async throws -> FoundAccount {
        guard let account = try await accountSearch.find(id) else { throw Problem(.notFound) }
        let charge = charge(call)
        if charge.coversPlatform(right) { return account }
        let own = account.roles.compactMap { tenancy.map[$0.establishment] }.filter { charge.contains($0) }
        if own.isEmpty, account.isAdministrator { return try await administrator(account, charge, for: right) }
        guard !own.isEmpty else { throw Problem(.notFound) }
        guard own.contains(where: { charge.covers($0, right) }) else { throw ControlError.noRight(right) }
        return account
    }

    /// Somebody who is there by mandates alone, such as the first administrator of a new school: theirs whose charge has all of
    /// what one of the mandates is over.
    private func administrator(
        _ account: FoundAccount, _ charge: Charge, for right: AdminRight
    ) async throws -> FoundAccount {
        let places = try await mandates.reach(of: account.id, tenancy.territories).grants
            .filter { !$0.isEverything && !($0.territories.isEmpty && $0.establishments.isEmpty) }
        let map = tenancy.map
        let own = places.filter { charge.contains($0, map) }
        guard !own.isEmpty else { throw Problem(.notFound) }
        guard own.contains(where: { charge.covers($0, right, map) }) else { throw ControlError.noRight(right) }
        return account
    }

    /// The open account of exactly this login; nil for one that is not there, or not in the caller's charge.
    /// - Throws: `ControlError.noRight`.
    func account(login: String, _ call: Call) async throws -> FoundAccount? {
        guard let name = Login(rawValue: login), let id = try await AccountProvisioningStore(directory).find(name)
        else {
            return nil
        }
        do {
            let found = try await account(id, call)
            return found.state == "closed" ? nil : found
        } catch let problem as Problem where problem.code == .notFound {
            return nil
        }
    }

    /// The same, to act on it: not on somebody who administers or heads more than the caller has in their charge, or whoever
    /// can reset a password would have everybody's rights.
    func accountToActOn(_ call: Call) async throws -> FoundAccount {
        try await mayActOn(try await account(call), call)
    }

    func mayActOn(_ account: FoundAccount, _ call: Call) async throws -> FoundAccount {
        let charge = charge(call)
        guard !charge.coversPlatform(.accounts) else { return account }
        for role in account.roles where role.role == Role.head.rawValue {
            guard let establishment = tenancy.map[role.establishment], charge.covers(establishment, .accounts) else {
                throw Problem(.accountAboveYours)
            }
        }
        guard account.isAdministrator else { return account }
        let theirs = try await mandates.reach(of: account.id, tenancy.territories)
        let map = tenancy.map
        guard theirs.grants.allSatisfy({ charge.covers($0, .accounts, map) }) else {
            throw Problem(.accountAboveYours)
        }
        return account
    }

    /// For the audit of an act on an account: the first of its establishments in the caller's charge.
    private func entry(
        _ action: String, _ account: FoundAccount, _ call: Call, target: AccountID? = nil, before: JSON? = nil,
        after: JSON? = nil
    ) -> AuditEntry {
        let charge = charge(call)
        let establishment = account.roles.compactMap { tenancy.map[$0.establishment] }.first { charge.contains($0) }
        return AuditEntry(
            action, by: actor(call), territory: establishment?.territory, establishment: establishment?.id,
            target: (target ?? account.id).description, before: before, after: after)
    }

    // MARK: Codes

    /// How long codes last: until the holidays for letters, a day for what is read out.
    static let resetSeconds = 86_400

    /// A new code, told once: only its authentication code is kept.
    func issueCode(for account: FoundAccount, _ call: Call) async throws -> (code: AccessCode, login: String) {
        guard account.state == "pending" || account.state == "active" else { throw Problem(.accountShut) }
        let code = AccessCode.new()
        let purpose = account.state == "pending" ? "activation" : "reset"
        var batch = PostgresBatch(
            AccountActStore.putCodes, purpose, actor(call).name, AdminService.resetSeconds, [account.id.rawValue],
            [UUID.v7()], [keyring.codeHashes(code, of: account.id)[0]])
        batch.add(AccountActStore.forgetRequests, [account.id.rawValue])
        AuditStore.add(entry("account.code", account, call, after: ["purpose": .string(purpose)]), to: &batch)
        _ = try await directory.run(batch)
        return (code, account.login)
    }

    // MARK: Locking

    /// Its sessions end at once.
    func lock(_ account: FoundAccount, _ call: Call) async throws {
        guard account.state != "locked" else { return }
        let entry = entry("account.lock", account, call, before: ["state": .string(account.state)])
        let ended: [SessionID]? = try await directory.transaction { transaction in
            var batch = PostgresBatch(AccountActStore.setState, account.id.rawValue, "locked", ["pending", "active"])
            batch.add(AccountActStore.endSessions, account.id.rawValue)
            let rows = try await transaction.run(batch)
            guard !rows[0].isEmpty else { return nil }
            var audit = PostgresBatch()
            AuditStore.add(entry, to: &audit)
            _ = try await transaction.run(audit)
            return try rows[1].map { SessionID(rawValue: try $0.uuid(0)) }
        }
        guard let ended else { throw Problem(.accountShut) }
        await forget(ended)
    }

    func unlock(_ account: FoundAccount, _ call: Call) async throws {
        guard account.state == "locked" else { return }
        var batch = PostgresBatch(AccountActStore.unlock, account.id.rawValue)
        AuditStore.add(entry("account.unlock", account, call), to: &batch)
        _ = try await directory.run(batch)
    }

    // MARK: Merging

    /// Makes two accounts one: what `merged` is in establishments, and for feeds and other identity providers, `kept` is; its
    /// login opens nothing any more. Mandates are never moved: an account that has some is kept, or nothing is done.
    func merge(_ merged: FoundAccount, into kept: FoundAccount, _ call: Call) async throws {
        guard kept.id != merged.id, !merged.isAdministrator else { throw Problem(.notMergeable) }
        let entry = entry(
            "account.merge", kept, call, after: ["merged": .string(merged.id.description)])
        let name = actor(call).name
        let ended: [SessionID] = try await directory.transaction { transaction in
            let pair = try await transaction.query(AccountActStore.lockPair, kept.id.rawValue, merged.id.rawValue)
            var states: [AccountID: (state: String, isAdministrator: Bool)] = [:]
            for row in pair { states[AccountID(rawValue: try row.uuid(0))] = (try row.text(1), try row.bool(2)) }
            guard let old = states[merged.id], let new = states[kept.id], old.state != "closed", new.state != "closed",
                !old.isAdministrator
            else { throw Problem(.notMergeable) }
            let moved = try await transaction.query(
                AccountActStore.move, kept.id.rawValue, merged.id.rawValue)[0].json(0)
            var batch = PostgresBatch(AccountActStore.closeMerged, kept.id.rawValue, merged.id.rawValue)
            batch.add(
                AccountActStore.keepMerge, UUID.v7(), kept.id.rawValue, merged.id.rawValue, moved.text, old.state, name)
            AuditStore.add(entry, to: &batch)
            batch.add(AccountActStore.endSessions, merged.id.rawValue)
            let rows = try await transaction.run(batch)
            return try (rows.last.map { Array($0) } ?? []).map { SessionID(rawValue: try $0.uuid(0)) }
        }
        await forget(ended)
    }

    /// Makes them two again, as they were; what feeds have said since goes with the person that it was said of.
    /// - Throws: `notMergeable` when the account that was kept has been closed since.
    func unmerge(_ id: AccountID, _ call: Call) async throws {
        // The account that was merged has no role any more: the one that was kept says whose matter it is.
        guard let row = try await directory.run(PostgresBatch(AccountActStore.lastMerge, id.rawValue))[0].first else {
            throw Problem(.notFound)
        }
        let kept = try await mayActOn(try await account(AccountID(rawValue: try row.uuid(1)), call), call)
        guard kept.state != "closed" else { throw Problem(.notMergeable) }
        let entry = entry(
            "account.unmerge", kept, call, target: id, after: ["kept": .string(kept.id.description)])
        try await directory.transaction { transaction in
            guard let row = try await transaction.query(AccountActStore.lastMerge, id.rawValue).first else {
                throw Problem(.notFound)
            }
            var batch = PostgresBatch(
                AccountActStore.moveBack, kept.id.rawValue, id.rawValue, try row.json(2).text)
            batch.add(AccountActStore.reopenMerged, id.rawValue, try row.text(3))
            batch.add(AccountActStore.undoMerge, try row.uuid(0))
            AuditStore.add(entry, to: &batch)
            _ = try await transaction.run(batch)
        }
    }
}

extension AdminService {
    func setDistinct(_ first: FoundAccount, _ second: FoundAccount, _ call: Call) async throws {
        guard first.id != second.id else { throw Problem(.notMergeable) }
        var batch = PostgresBatch(AccountActStore.setDistinct, first.id.rawValue, second.id.rawValue, actor(call).name)
        AuditStore.add(
            entry("account.distinct", first, call, after: ["other": .string(second.id.description)]), to: &batch)
        _ = try await directory.run(batch)
    }

    /// - Throws: `notFound` for an establishment that is not the caller's; `tooWide` for a list of everybody.
    func accountQuery(_ call: Call) throws -> AccountSearchStore.Query {
        var query = AccountSearchStore.Query()
        query.scope = charge(call).rows(.accounts)
        query.words = call.query.text("search").map(NameFolding.words) ?? []
        query.login = call.query.text("search").map { $0.lowercased() }.flatMap { $0.contains(" ") ? nil : $0 }
        query.role = call.query.text("role")
        query.state = call.query.text("state")
        query.neverConnected = call.query.flag("never_connected")
        query.askedForCode = call.query.flag("asked_for_code")
        query.unseenSince = call.query.date("unseen_since").map { Int64($0.daysSince1970) * 86_400_000_000 }
        if let text = call.query.text("establishment") {
            guard let uai = UAI(rawValue: text), let known = tenancy.map[uai], charge(call).contains(known) else {
                throw Problem(.notFound)
            }
            try charge(call).require(.accounts, in: known)
            query.establishment = known.id
        }
        guard query.isPaged || query.words.contains(where: { $0.count >= 2 }) else { throw Problem(.tooWide) }
        if query.words.isEmpty, query.establishment == nil {
            guard case .only(let territories, _) = query.scope, territories.isEmpty else { throw Problem(.tooWide) }
        }
        return query
    }
}
