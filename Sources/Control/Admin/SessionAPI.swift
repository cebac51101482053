internal import Cryptography
internal import HTTP
package import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The admin service's calls about people's sessions.
package struct SessionAPI: Sendable {
    private let service: AdminService
    private let identity: IdentityService

    package init(_ service: AdminService, _ identity: IdentityService) {
        self.service = service
        self.identity = identity
    }

    package var routes: [Route] { [list, end] }

    private static let whose: [Parameter] = [
        .text("login", "One person's.", maxLength: 120), .uai("establishment", "Those of an establishment's people."),
        .enumeration("profile", Role.allCases.filter(\.isHeldInEstablishment).map(\.rawValue), "With this role there."),
        .text("class", "Of this class there.", maxLength: 100),
    ]

    private var store: SessionSearchStore { SessionSearchStore(service.directory) }

    /// Whom the call is about. - Throws: `notFound` for somebody or a school that the caller has nothing to do with.
    private func target(_ call: Call) async throws -> (SessionSearchStore.Target, AuditPlace) {
        let charge = service.charge(call)
        let map = service.tenancy.map
        func isOurs(_ id: EstablishmentID) -> Bool { map[id].map { charge.covers($0, .accounts) } ?? false }
        if let text = call.query.text("login") {
            guard let login = Login(rawValue: text), let found = try await store.account(login),
                charge.coversPlatform(.accounts) || found.establishments.contains(where: isOurs)
            else { throw Problem(.notFound) }
            // The school that they are in the caller's charge by, so that others in charge of it find what was done.
            let school = found.establishments.first(where: isOurs) ?? found.establishments.first
            return (
                .account(found.account),
                AuditPlace(territory: school.flatMap { map[$0]?.territory }, establishment: school)
            )
        }
        guard let uai = call.query.text("establishment").flatMap({ UAI(rawValue: $0) }) else {
            throw Problem.unanswerable(parameter: "establishment", .neitherGiven)
        }
        guard let school = map[uai] else { throw Problem(.notFound) }
        try charge.require(.accounts, in: school)
        let place = AuditPlace(territory: school.territory, establishment: school.id)
        if let name = call.query.text("class") {
            let persons = try await identity.singleSignOn.persons(ofClass: name, in: school.id)
            guard !persons.isEmpty else { throw Problem(.notFound) }
            return (.persons(school.id, persons), place)
        }
        return (.establishment(school.id, call.query.choice("profile", Role.self)), place)
    }

    private static let schema = Schema.object([
        .required("id", .uuid), .required("login", .text()), .required("client", .text()),
        .required("started_at", .dateTime),
    ])

    private struct Row: JSONRepresentable, Sendable {
        let found: SessionSearchStore.Found

        func write(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.field("id", found.id.rawValue)
                writer.field("login", found.login)
                writer.field("client", found.client)
                writer.field("started_at", Timestamp.iso8601(microseconds: found.startedAt))
            }
        }

        static var schema: Schema { SessionAPI.schema }
    }

    private var list: Route {
        .api(
            .get, "/api/v1/sessions", access: AdminAPI.administrators, tag: "Sessions",
            summary: "Who is signed in: a person, an establishment, a profile or a class of it; newest first.",
            query: SessionAPI.whose + Parameter.paging,
            answers: [.json(ListPage<Row>.schema, "A page of sessions.")],
            errors: [.notFound, .unanswerableParameter, .signInUnavailable]
        ) { call in
            let (target, _) = try await target(call)
            var after: (Int64, UUID)?
            if let cursor = call.query.text("cursor") {
                guard let text = Base64URL.decode(cursor).map({ String(decoding: $0, as: UTF8.self) }),
                    let space = text.firstIndex(of: " "), let time = Int64(text[..<space]),
                    let id = UUID(text[text.index(after: space)...])
                else { throw Problem(.invalidCursor) }
                after = (time, id)
            }
            let rows = try await store.list(target, after: after, limit: call.listLimit + 1).map { Row(found: $0) }
            return .json(
                ListPage(rows, limit: call.listLimit) {
                    Base64URL.encode(Array("\($0.found.startedAt) \($0.found.id)".utf8))
                })
        }
    }

    private func entry(
        _ target: SessionSearchStore.Target, _ place: AuditPlace, ended: Int, _ call: Call
    ) -> AuditEntry {
        let name: String
        var after: [JSON.Member] = [JSON.Member("ended", .integer(ended))]
        switch target {
        case .account(let account): name = account.description
        case .establishment(_, let role):
            name = place.establishment.flatMap { service.tenancy.map[$0]?.uai.rawValue } ?? ""
            if let role { after.append(JSON.Member("profile", .string(role.rawValue))) }
        case .persons:
            name = place.establishment.flatMap { service.tenancy.map[$0]?.uai.rawValue } ?? ""
            after.append(JSON.Member("class", .string(call.query.text("class") ?? "")))
        }
        return AuditEntry(
            "sessions.end", by: service.actor(call), territory: place.territory, establishment: place.establishment,
            target: name, after: .object(after))
    }

    private var end: Route {
        .api(
            .delete, "/api/v1/sessions", access: AdminAPI.administrators, tag: "Sessions",
            summary: "Signs a person, an establishment, a profile or a class of it out, on every device.",
            query: SessionAPI.whose,
            answers: [.json(.object([.required("ended", .integer(), "How many sessions.")]), "Done.")],
            errors: [.notFound, .unanswerableParameter, .signInUnavailable]
        ) { call in
            let (target, place) = try await target(call)
            var count = 0
            // Each turn takes some two hundred accounts; an establishment has a few thousand.
            for _ in 0..<1000 {
                let ended = try await store.endSome(target) { ended, batch in
                    AuditStore.add(entry(target, place, ended: ended.count, call), to: &batch)
                }
                guard !ended.isEmpty else { break }
                await identity.sessions.forget(ended)
                count += ended.count
                if case .account = target { break }
            }
            return .json { writer in writer.object { $0.field("ended", count) } }
        }
    }
}

extension Phrase {
    fileprivate static let neitherGiven = Phrase(
        fr: "Une personne ou un établissement doit être donné.", en: "A person or an establishment has to be given.")
}
