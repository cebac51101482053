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

    /// Of cursors, here and in the console.
    static let listName = "mandates"

    private var list: Route {
        .api(
            .get, "/api/v1/mandates", access: AdminAPI.administrators, tag: "Delegation",
            summary: "The mandates over what the caller has in their charge, the newest first.",
            query: [
                .text("login", "Beginnings of a login or of names.", maxLength: 120),
                .uai("establishment", "Only those over this establishment itself."),
            ] + Parameter.paging,
            answers: [.json(ListPage<MandateAnswer>.schema, "A page of mandates.")], errors: [.notFound, .noRight]
        ) { call in
            let after = try service.place(call, in: DelegationAPI.listName)
            let filter = try service.mandateFilter(call)
            let mandates = try await service.mandates.list(filter, after: after, limit: call.listLimit + 1)
            return .json(
                ListPage(mandates.map(answer), limit: call.listLimit) {
                    service.cursors.cursor($0.mandate.place, list: DelegationAPI.listName)
                })
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
            writer.field("created_at", Timestamp.iso8601(microseconds: mandate.createdAt))
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
            .required("created_at", .dateTime, "First given."),
        ]))
}
