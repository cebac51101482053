internal import HTTP
internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
package import Web

/// Tokens of programs: whoever may delegate gives a program a part of what they have, until a day.
package struct AdminTokenAPI: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] { [list, create, revoke] }

    /// Of cursors, here and in the console.
    static let listName = "tokens"

    private var list: Route {
        .api(
            .get, "/api/v1/tokens", access: AdminAPI.administrators, tag: "Delegation",
            summary:
                "The tokens over what the caller has in their charge, the newest first; their secret is not kept.",
            query: [.text("name", "Beginnings of words of a program's name.", maxLength: 60)] + Parameter.paging,
            answers: [.json(ListPage<AdminTokenAnswer>.schema, "A page of tokens.")]
        ) { call in
            let after = try service.place(call, in: AdminTokenAPI.listName)
            let tokens = try await service.tokens.list(
                service.charge(call).rows(.delegation), words: service.words(call, of: "name"), after: after,
                limit: call.listLimit + 1)
            return .json(
                ListPage(tokens.map { answer($0) }, limit: call.listLimit) {
                    service.cursors.cursor($0.token.place, list: AdminTokenAPI.listName)
                })
        }
    }

    private struct Body: Decodable {
        let name: String
        let role: String
        let territory: String?
        let establishment: String?
        let rights: [String]?
        let days: Int?

        static let schema = Schema.object(
            [.required("name", .text(1...60, format: .slug), "Of the program; stands in the audit log.")]
                + MandateDraft.properties
                + [.optional("days", .nullable(.integer(1...400)), "How long it is good; 90 when absent.")])
    }

    private var create: Route {
        .api(
            .post, "/api/v1/tokens", access: AdminAPI.administrators, tag: "Delegation",
            summary: "Makes a token for a program. Its secret is in this answer, and never again.",
            description:
                "Sent again under the same key, it makes no second one: the token gets another secret, unless it has been used.",
            body: .json(Body.schema), conditions: [.idempotencyKey],
            answers: [.json(AdminTokenAnswer.schema, "The token.", status: 201)],
            errors: [.unknownReference, .mandateTooWide, .tokenMade]
        ) { call in
            let body = try await call.jsonBody(as: Body.self)
            let draft = try service.draft(body.role, body.territory, body.establishment, body.rights)
            let (token, secret) = try await service.makeToken(body.name, draft, days: body.days ?? 90, call)
            var response = Response.json(answer(token, secret: secret), status: .created)
            response.headers.set("Cache-Control", "no-store")
            return response
        }
    }

    private var revoke: Route {
        .api(
            .delete, "/api/v1/tokens/{token}", access: AdminAPI.administrators, tag: "Delegation",
            summary: "Takes a token back; it opens nothing from now on.",
            parameters: [.uuid("token", "Its number.")], answers: [.empty("Taken back.")], errors: [.mandateTooWide]
        ) { call in
            try await service.revokeToken(try call.path.uuid("token"), call)
            return .status(.noContent)
        }
    }

    private func answer(_ token: AdminToken, secret: String? = nil) -> AdminTokenAnswer {
        AdminTokenAnswer(
            token: token, uai: token.establishment.flatMap { service.tenancy.map[$0]?.uai }, secret: secret)
    }
}

extension AdminService {
    /// - Throws: `mandateTooWide`, `tokenMade`.
    func makeToken(
        _ name: String, _ draft: MandateDraft, days: Int, _ call: Call
    ) async throws -> (AdminToken, secret: String) {
        try requireHandingOn(draft, call)
        let (secret, actor) = (AdminToken.make(), actor(call))
        guard let hash = AdminToken.hash(secret) else { throw Problem(.internalError) }
        let caller = call[AdminTokenKey.self]?.id.description ?? actor.name
        let repetition = try call.idempotencyKey().map { caller + " " + $0.text }
        let id = try await directory.transaction { transaction in
            let id = try await AdminTokenStore.add(
                name: name, hash: hash, draft, days: days, repetition: repetition, by: actor, transaction)
            guard let id else { throw Problem(.tokenMade) }
            var batch = PostgresBatch()
            AuditStore.add(
                AuditEntry(
                    "token.create", by: actor, territory: draft.territory, establishment: draft.establishment,
                    target: name, after: AdminService.describe(draft)), to: &batch)
            _ = try await transaction.run(batch)
            return id
        }
        guard let token = try await tokens.find(id) else { throw Problem(.notFound) }
        return (token, secret)
    }

    /// - Throws: `notFound`, also for one that is not theirs to see; `mandateTooWide`.
    func revokeToken(_ id: UUID, _ call: Call) async throws {
        guard let token = try await tokens.find(id) else { throw Problem(.notFound) }
        let draft = MandateDraft(
            role: token.role, territory: token.territory, establishment: token.establishment, rights: token.rights)
        try requireSeeing(token.territory, token.establishment, call)
        try requireHandingOn(draft, call)
        var batch = PostgresBatch(AdminTokenStore.remove, id)
        AuditStore.add(
            AuditEntry(
                "token.revoke", by: actor(call), territory: token.territory, establishment: token.establishment,
                target: token.name, before: AdminService.describe(draft)), to: &batch)
        _ = try await directory.run(batch)
    }

    /// What a program's token gives it at this moment.
    func charge(of token: AdminToken) -> Charge {
        Charge(grants: [
            MandateStore.grant(
                token.role, territory: token.territory, establishment: token.establishment,
                rights: token.rights.map(Set.init), tenancy.territories)
        ])
    }
}

/// A token in the admin API.
struct AdminTokenAnswer: JSONRepresentable, Sendable {
    let token: AdminToken
    let uai: UAI?
    let secret: String?

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", token.id)
            writer.field("name", token.name)
            writer.field("role", token.role.rawValue)
            writer.field("territory", token.territory?.rawValue)
            writer.field("establishment", uai?.rawValue)
            writer.field("rights", token.rights?.map(\.rawValue))
            writer.field("created_at", Timestamp.iso8601(microseconds: token.createdAt))
            writer.field("expires_at", Timestamp.iso8601(microseconds: token.expiresAt))
            writer.field("last_used_at", token.lastUsedAt.map { Timestamp.iso8601(microseconds: $0) })
            if let secret { writer.field("token", secret) }
        }
    }

    static let schema = Schema.named(
        "AdminToken",
        .object([
            .required("id", .uuid), .required("name", .text()), .required("role", .text()),
            .required("territory", .nullable(.text())), .required("establishment", .nullable(.uai)),
            .required("rights", .nullable(.array(of: .enumeration(AdminRight.self))), "Null: all of the role's."),
            .required("created_at", .dateTime), .required("expires_at", .dateTime),
            .required("last_used_at", .nullable(.dateTime), "To the hour."),
            .optional("token", .text(), "The secret, when it is made and never again."),
        ]))
}
