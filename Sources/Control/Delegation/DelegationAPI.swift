internal import HTTP
internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
package import Web

/// Who administers what: nobody gives more than they have, nor takes away what is not theirs.
package struct DelegationAPI: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] { [mine, list, give, takeAway] }

    private var mine: Route {
        .api(
            .get, "/api/v1/me/charge", access: AdminAPI.administrators, tag: "Delegation",
            summary: "What the caller has in their charge today.",
            answers: [
                .json(
                    .object([
                        .required("everything", .boolean, "The whole platform."),
                        .required("territories", .array(of: .text())),
                        .required("establishments", .array(of: .uai), "Beside those of the territories."),
                        .required("rights", .array(of: .enumeration(AdminRight.self)), "Had somewhere among these."),
                    ]), "The charge.")
            ]
        ) { call in
            let charge = service.charge(call)
            let map = service.tenancy.map
            return .json { writer in
                writer.object { writer in
                    var (territories, establishments): ([String], [String]) = ([], [])
                    if case .only(let some, let others) = charge.rows() {
                        territories = some.map(\.rawValue)
                        establishments = others.compactMap { map[$0]?.uai.rawValue }
                    }
                    writer.field("everything", charge.rows() == .everything)
                    writer.field("territories", territories)
                    writer.field("establishments", establishments)
                    writer.field("rights", AdminRight.allCases.filter(charge.has).map(\.rawValue))
                }
            }
        }
    }

    private var list: Route {
        .api(
            .get, "/api/v1/mandates", access: AdminAPI.administrators, tag: "Delegation",
            summary: "The mandates over what the caller has in their charge.", query: Parameter.paging,
            answers: [.json(ListPage<MandateAnswer>.schema, "A page of mandates.")]
        ) { call in
            let after = try call.cursor { UUID($0) }
            let scope = service.charge(call).rows(.delegation)
            let mandates = try await service.mandates.list(scope, after: after, limit: call.listLimit + 1)
            return .json(ListPage(mandates.map(answer), limit: call.listLimit) { $0.mandate.id.description })
        }
    }

    private struct Body: Decodable {
        let login: String
        let role: String
        let territory: String?
        let establishment: String?
        let rights: [String]?
        let from: String?
        let until: String?

        static let schema = Schema.object(
            [.required("login", .text(1...120), "Of an account that is there.")] + MandateDraft.properties + [
                .optional("from", .nullable(.date), "Today when absent."),
                .optional("until", .nullable(.date), "The last day; without end when absent."),
            ])
    }

    private var give: Route {
        .api(
            .post, "/api/v1/mandates", access: AdminAPI.administrators, tag: "Delegation",
            summary: "Gives an account a mandate, or changes the rights and dates of the one it has.",
            body: .json(Body.schema), answers: [.json(MandateAnswer.schema, "The mandate.", status: 201)],
            errors: [.noRight, .unknownReference, .mandateTooWide, .loginUnknown]
        ) { call in
            let body = try await call.jsonBody(as: Body.self)
            let given = try await service.give(try draft(body), login: body.login, call)
            return .json(answer(given), status: .created)
        }
    }

    /// Everything but the account, which is looked up once the caller is known to have the right.
    private func draft(_ body: Body) throws -> MandateDraft {
        var draft = try service.draft(body.role, body.territory, body.establishment, body.rights)
        draft.from = body.from.flatMap { CivilDate($0) }
        draft.until = body.until.flatMap { CivilDate($0) }
        if let from = draft.from, let until = draft.until, until < from { throw Problem(.invalidBody) }
        return draft
    }

    private var takeAway: Route {
        .api(
            .delete, "/api/v1/mandates/{mandate}", access: AdminAPI.administrators, tag: "Delegation",
            summary: "Takes a mandate away; it counts for nothing from now on.",
            parameters: [.uuid("mandate", "Its number.")], answers: [.empty("Taken away.")], errors: [.noRight]
        ) { call in
            try await service.takeAway(try call.path.uuid("mandate"), call)
            return .status(.noContent)
        }
    }

    private func answer(_ mandate: MandateStore.Given) -> MandateAnswer {
        MandateAnswer(mandate: mandate, uai: mandate.establishment.flatMap { service.tenancy.map[$0]?.uai })
    }
}

/// A mandate that somebody wants to give.
struct MandateDraft: Sendable {
    let role: Role
    let territory: TerritoryID?
    let establishment: EstablishmentID?
    let rights: [AdminRight]?
    var from: CivilDate?
    var until: CivilDate?

    /// What is handed on, in a body of the API.
    static let properties: [Schema.Property] = [
        .required("role", .enumeration(["territory_admin", "region_admin", "platform_admin", "establishment_admin"])),
        .optional("territory", .nullable(.text(2...63, format: .slug)), "Of a region's or department's role."),
        .optional("establishment", .nullable(.uai), "Of an establishment's administrator."),
        .optional(
            "rights", .nullable(.array(of: .enumeration(AdminRight.self), 1...20)), "All of the role's when absent."),
    ]
}

extension AdminService {
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
        guard mayHandOn(grant, by: charge(call)) else { throw Problem(.mandateTooWide) }
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

    /// Those who have a territory have its establishments as well.
    private func mayHandOn(_ grant: Charge.Grant, by charge: Charge) -> Bool {
        let own = grant.establishments.compactMap { tenancy.map[$0] }
        if grant.territories.isEmpty, !grant.isEverything, own.count == grant.establishments.count, !own.isEmpty {
            return own.allSatisfy { establishment in
                charge.grants.contains { source in
                    source.rights.contains(.delegation) && source.rights.isSuperset(of: grant.rights)
                        && (source.isEverything || source.territories.contains(establishment.territory)
                            || source.establishments.contains(establishment.id))
                }
            }
        }
        return charge.includes(grant)
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

/// A mandate in the admin API.
struct MandateAnswer: JSONRepresentable, Sendable {
    let mandate: MandateStore.Given
    let uai: UAI?

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", mandate.id)
            writer.field("account", mandate.account.rawValue)
            writer.field("login", mandate.login)
            writer.field("name", mandate.name)
            writer.field("role", mandate.role.rawValue)
            writer.field("territory", mandate.territory?.rawValue)
            writer.field("establishment", uai?.rawValue)
            writer.field("rights", mandate.rights?.map(\.rawValue))
            writer.field("from", mandate.from)
            writer.field("until", mandate.until)
        }
    }

    static let schema = Schema.named(
        "Mandate",
        .object([
            .required("id", .uuid), .required("account", .uuid), .required("login", .text()),
            .required("name", .text()),
            .required("role", .text()), .required("territory", .nullable(.text())),
            .required("establishment", .nullable(.uai)),
            .required("rights", .nullable(.array(of: .enumeration(AdminRight.self))), "Null: all of the role's."),
            .required("from", .date), .required("until", .nullable(.date)),
        ]))
}
