internal import HTTP
internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

extension AdminService {
    /// The mandates that an address asks for: those over what the caller may hand on, narrowed by its `login` and `establishment`.
    /// - Throws: `notFound` for an establishment that is not theirs, `ControlError.noRight`.
    func mandateFilter(_ call: Call) throws -> MandateStore.Filter {
        let charge = charge(call)
        var filter = MandateStore.Filter(charge.rows(.delegation), words: words(call, of: "login"))
        if let text = call.query.text("establishment") {
            guard let known = UAI(rawValue: text.trimmed).flatMap({ tenancy.map[$0] }) else { throw Problem(.notFound) }
            try charge.require(.delegation, in: known)
            filter.establishment = known.id
        }
        return filter
    }

    /// The folded words of an item of the query; nil when it says nothing.
    func words(_ call: Call, of name: String) -> [String]? {
        call.query.text(name).flatMap { $0.trimmed.isEmpty ? nil : NameFolding.words($0) }
    }

    /// Where a list that shows the newest first goes on. - Throws: `invalidCursor`.
    func place(_ call: Call, in list: String) throws -> ListPlace? {
        try call.query.text("cursor").map { try cursors.place(of: $0, list: list) }
    }

    /// - Throws: `ControlError.noRight` for somebody who may hand on nothing anywhere.
    func requireDelegating(_ call: Call) throws {
        guard charge(call).has(.delegation) else { throw ControlError.noRight(.delegation) }
    }

    /// What somebody asks to hand on: a role, where, and which of its rights.
    /// - Throws: `unknownReference` for a place that is not there or that does not go with the role.
    func draft(
        _ role: String, _ territory: String?, _ establishment: String?, _ rights: [String]?
    ) throws -> MandateDraft {
        guard let role = Role(rawValue: role) else { throw Problem(.invalidBody) }
        let school = try establishment.map { text in
            guard let found = UAI(rawValue: text).flatMap({ tenancy.map[$0] }) else {
                throw Problem(.unknownReference)
            }
            return found.id
        }
        let place = try territory.map { text in
            guard let id = TerritoryID(rawValue: text), tenancy.territories[id] != nil else {
                throw Problem(.unknownReference)
            }
            return id
        }
        let fits =
            switch role {
            case .platformAdmin: place == nil && school == nil
            case .establishmentAdmin: place == nil && school != nil
            default: place != nil && school == nil
            }
        guard fits else { throw Problem(.unknownReference) }
        return MandateDraft(
            role: role, territory: place, establishment: school,
            rights: rights?.compactMap(AdminRight.init(rawValue:)))
    }

    /// - Throws: `mandateTooWide` when the caller does not have all of it, with the right to delegate.
    func requireHandingOn(_ draft: MandateDraft, _ call: Call) throws {
        let grant = MandateStore.grant(
            draft.role, territory: draft.territory, establishment: draft.establishment,
            rights: draft.rights.map(Set.init), tenancy.territories)
        guard charge(call).includes(grant, tenancy.map) else { throw Problem(.mandateTooWide) }
    }

    func give(_ draft: MandateDraft, login: String, _ call: Call) async throws -> MandateStore.Given {
        try requireHandingOn(draft, call)
        guard let name = Login(rawValue: login),
            let account = try await AccountProvisioningStore(directory).find(name)
        else { throw Problem(.loginUnknown) }
        // A mandate raises an account above those who administer it: nobody raises another territory's people out of its reach.
        guard try await isInCharge(account, call) else { throw Problem(.loginUnknown) }
        let wanted = MandateStore.Draft(
            account: account, role: draft.role, territory: draft.territory, establishment: draft.establishment,
            rights: draft.rights, from: draft.from, until: draft.until)
        let actor = actor(call)
        let id: UUID
        do {
            id = try await directory.transaction { transaction in
                var before: MandateDraft?
                if let current = try await MandateStore.current(wanted, transaction) {
                    // What somebody else gave is changed only by who might have given it.
                    let given = MandateDraft(
                        role: draft.role, territory: draft.territory, establishment: draft.establishment,
                        rights: current.rights, from: current.from, until: current.until)
                    try requireHandingOn(given, call)
                    before = given
                }
                var batch = PostgresBatch()
                MandateStore.add(wanted, by: actor, to: &batch)
                AuditStore.add(
                    AuditEntry(
                        "mandate.give", by: actor, territory: draft.territory, establishment: draft.establishment,
                        target: account.description, before: before.map(AdminService.describe),
                        after: AdminService.describe(draft)), to: &batch)
                return try await transaction.run(batch)[0][0].uuid(0)
            }
        } catch let error as PostgresError where error.sqlState == "23514" {
            // It would end before it begins, today.
            throw Problem(.invalidBody)
        }
        guard let given = try await mandates.find(id) else { throw Problem(.notFound) }
        return given
    }

    func takeAway(_ id: UUID, _ call: Call) async throws {
        guard let given = try await mandates.find(id) else { throw Problem(.notFound) }
        try requireSeeing(given.territory, given.establishment, call)
        try requireHandingOn(
            MandateDraft(
                role: given.role, territory: given.territory, establishment: given.establishment,
                rights: given.rights), call)
        var batch = PostgresBatch(MandateStore.remove, id)
        AuditStore.add(
            AuditEntry(
                "mandate.take_away", by: actor(call), territory: given.territory, establishment: given.establishment,
                target: given.account.description,
                before: AdminService.describe(
                    MandateDraft(
                        role: given.role, territory: given.territory, establishment: given.establishment,
                        rights: given.rights, from: given.from, until: given.until))), to: &batch)
        _ = try await directory.run(batch)
    }

    /// Somebody who cannot see a thing is not told that it is there. - Throws: `notFound`.
    func requireSeeing(_ territory: TerritoryID?, _ establishment: EstablishmentID?, _ call: Call) throws {
        let charge = charge(call)
        guard
            charge.rows() == .everything || territory.map(charge.contains) == true
                || establishment.flatMap({ tenancy.map[$0] }).map({ charge.contains($0) }) == true
        else { throw Problem(.notFound) }
    }

    static func describe(_ draft: MandateDraft) -> JSON {
        [
            "role": .string(draft.role.rawValue),
            "rights": draft.rights.map { .array($0.map { .string($0.rawValue) }) } ?? .null,
            "from": draft.from.map { .string($0.description) } ?? .null,
            "until": draft.until.map { .string($0.description) } ?? .null,
        ]
    }
}
