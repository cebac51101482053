internal import Cryptography
internal import HTTP
package import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The admin service's calls about partner applications.
package struct ServiceAPI: Sendable {
    private let service: AdminService
    private let identity: IdentityService

    package init(_ service: AdminService, _ identity: IdentityService) {
        self.service = service
        self.identity = identity
    }

    package var routes: [Route] { [list, add, show, change, remove, preview, keys, rotate] }

    private var store: PartnerStore { PartnerStore(service.directory) }

    // MARK: Who may touch what

    /// Whether the caller may see to services of a scope: those of the platform are the operators' alone.
    private func may(_ call: Call, _ scope: PartnerScope) -> Bool {
        let charge = service.charge(call)
        switch scope {
        case .platform: return charge.coversPlatform(.services)
        case .territory(let id): return charge.covers(id, .services)
        case .department(let code):
            return service.tenancy.territories.all.contains { territory in
                charge.covers(territory.id, .services) && territory.departments.contains { $0.code == code }
            }
        case .establishment(let uai): return service.tenancy.map[uai].map { charge.covers($0, .services) } ?? false
        }
    }

    private func found(_ call: Call) async throws -> PartnerService {
        guard let found = try await store.find(try call.path.uuid("id")), may(call, found.scope) else {
            throw Problem(.notFound)
        }
        return found
    }

    private func actor(_ call: Call) -> (kind: String, name: String) {
        let actor = service.actor(call)
        return (actor.kind.rawValue, actor.name)
    }

    // MARK: Routes

    private var list: Route {
        .api(
            .get, "/api/v1/services", access: AdminAPI.administrators, tag: "Single sign-on",
            summary: "The registered partner applications, by name.", query: Parameter.paging,
            answers: [.json(ListPage<ServiceAnswer>.schema, "A page of services.")]
        ) { call in
            let after = call.query.text("cursor").flatMap(Base64URL.decode).map { String(decoding: $0, as: UTF8.self) }
            var rows: [ServiceAnswer] = []
            for each in identity.singleSignOn.partners.all {
                if let after, each.name + " " + each.id.description <= after { continue }
                guard may(call, each.scope) else { continue }
                rows.append(ServiceAnswer(service: each))
                if rows.count > call.listLimit { break }
            }
            return .json(
                ListPage(rows, limit: call.listLimit) {
                    Base64URL.encode(Array(($0.service.name + " " + $0.service.id.description).utf8))
                })
        }
    }

    private struct NewService: Decodable {
        let `protocol`: String
        let name: String
        let url: String?
        let scopeKind: String?
        let scope: String?
        let isPublic: Bool?

        private enum CodingKeys: String, CodingKey {
            case `protocol`
            case name
            case url
            case scopeKind = "scope_kind"
            case scope
            case isPublic = "is_public"
        }
    }

    private var add: Route {
        .api(
            .post, "/api/v1/services", access: AdminAPI.administrators, tag: "Single sign-on",
            summary: "Registers a partner application.",
            description: "A confidential client of OpenID Connect is told its secret in the answer, once.",
            body: .json(
                .object([
                    .required("protocol", .enumeration(["cas", "oidc"])), .required("name", .text(1...100)),
                    .optional("url", .nullable(.text(1...2000)), "The address of the application."),
                    .optional("scope_kind", .enumeration(["platform", "territory", "department", "establishment"])),
                    .optional("scope", .text(0...63), "The territory's id, the department's code or the UAI."),
                    .optional("is_public", .boolean, "A client that can keep no secret: PKCE is then needed."),
                    .optional("settings", PartnerSettings.schema),
                ])),
            answers: [.json(ServiceAnswer.schema, "Registered.", status: 201)],
            errors: [.partnerNameTaken, .unacceptablePartner, .forbidden, .signInUnavailable]
        ) { call in
            let json = try await call.json()
            let body = try await call.jsonBody(as: NewService.self)
            guard let scope = PartnerScope(kind: body.scopeKind ?? "platform", scope: body.scope ?? "") else {
                throw IdentityError.unacceptablePartner(field: "scope")
            }
            guard may(call, scope), exists(scope) else { throw IdentityError.forbidden }
            let draft = try PartnerDraft(
                kind: body.protocol == "oidc" ? .oidc : .cas, url: body.url, isPublic: body.isPublic ?? false,
                settings: json["settings"])
            let settings = try draft.checked(allowsPlain: service.allowsPlainPartners)
            let isConfidential = draft.kind == .oidc && settings.authentication != .none
            let secret = isConfidential ? SecureRandom.token(byteCount: 32) : nil
            let made = PartnerService(
                id: .v7(), kind: draft.kind, name: body.name, scope: scope,
                clientID: draft.kind == .oidc ? SecureRandom.token(byteCount: 16) : nil,
                secretHash: secret.map { SHA256.hash($0) }, settings: settings)
            try await store.add(made, by: actor(call), requestID: call.request.id)
            try? await identity.singleSignOn.refresh()
            return .json(ServiceAnswer(service: made, secret: secret), status: .created)
        }
    }

    private func exists(_ scope: PartnerScope) -> Bool {
        switch scope {
        case .platform, .department: true
        case .territory(let id): service.tenancy.territories[id] != nil
        case .establishment(let uai): service.tenancy.map[uai] != nil
        }
    }

    private var show: Route {
        .api(
            .get, "/api/v1/services/{id}", access: AdminAPI.administrators, tag: "Single sign-on",
            summary: "One partner application.", parameters: [.uuid("id", "Its number.")],
            answers: [.json(ServiceAnswer.schema, "The service.")], errors: [.signInUnavailable]
        ) { call in .json(ServiceAnswer(service: try await found(call))) }
    }

    private struct Change: Decodable {
        let isEnabled: Bool?

        private enum CodingKeys: String, CodingKey {
            case isEnabled = "is_enabled"
        }
    }

    private var change: Route {
        .api(
            .put, "/api/v1/services/{id}", access: AdminAPI.administrators, tag: "Single sign-on",
            summary: "Replaces the settings of a partner application, or closes it for a while.",
            parameters: [.uuid("id", "Its number.")],
            body: .json(
                .object([
                    .optional("is_enabled", .boolean), .optional("settings", PartnerSettings.schema),
                ])),
            answers: [.json(ServiceAnswer.schema, "The service.")],
            errors: [.unacceptablePartner, .signInUnavailable]
        ) { call in
            let json = try await call.json()
            let body = try await call.jsonBody(as: Change.self)
            let present = try await found(call)
            var settings = present.settings
            if let wanted = json["settings"] {
                let draft = try PartnerDraft(
                    kind: present.kind, url: nil, isPublic: present.secretHash == nil, settings: wanted)
                settings = try draft.checked(allowsPlain: service.allowsPlainPartners)
            }
            try await store.update(
                present.id, settings, isEnabled: body.isEnabled ?? present.isEnabled, by: actor(call),
                requestID: call.request.id)
            try? await identity.singleSignOn.refresh()
            return .json(ServiceAnswer(service: try await found(call)))
        }
    }

    private var remove: Route {
        .api(
            .delete, "/api/v1/services/{id}", access: AdminAPI.administrators, tag: "Single sign-on",
            summary: "Forgets a partner application; nobody enters it from here any more.",
            parameters: [.uuid("id", "Its number.")], answers: [.empty("Forgotten.")], errors: [.signInUnavailable]
        ) { call in
            let present = try await found(call)
            try await store.remove(present.id, by: actor(call), requestID: call.request.id)
            try? await identity.singleSignOn.refresh()
            return .status(.noContent)
        }
    }

    private var preview: Route {
        .api(
            .get, "/api/v1/services/{id}/preview", access: AdminAPI.administrators, tag: "Single sign-on",
            summary: "What a partner application would be told of a person, exactly.",
            parameters: [.uuid("id", "Its number.")],
            query: [.text("login", "The person's login.", maxLength: 120).required],
            answers: [
                .json(
                    .object([
                        .required("allowed", .boolean, "False: the service is not open to the person."),
                        .required("user", .nullable(.text())), .required("attributes", .map(of: .array(of: .text()))),
                        .required("answer", .text(0...100_000), "As it goes over the wire."),
                    ]), "The answer.")
            ], errors: [.signOnUnavailable, .signInUnavailable]
        ) { call in
            let partner = try await found(call)
            do {
                let (holder, released) = try await identity.singleSignOn.preview(
                    partner, login: call.query.text("login") ?? "")
                guard isTheirs(call, holder) else { throw Problem(.notFound) }
                return ServiceAPI.answer(
                    released, CASAnswer.preview(released, partner, now: call.now / 1_000_000), partner)
            } catch IdentityError.partnerForbidden {
                return ServiceAPI.answer(nil, "", partner)
            }
        }
    }

    /// Nobody looks at people of other territories by way of a service.
    private func isTheirs(_ call: Call, _ holder: Holder) -> Bool {
        let charge = service.charge(call)
        return charge.coversPlatform(.services)
            || holder.profiles.contains { profile in
                service.tenancy.map[profile.establishment].map { charge.covers($0, .services) } ?? false
            }
    }

    private static func answer(_ released: ReleasedIdentity?, _ xml: String, _ partner: PartnerService) -> Response {
        .json { writer in
            writer.object { writer in
                writer.field("allowed", released != nil)
                writer.field("user", released?.user)
                writer.object("attributes") { writer in
                    for (name, values) in released?.attributes ?? [] {
                        writer.key(escaping: name)
                        values.write(to: &writer)
                    }
                }
                writer.field("answer", partner.kind == .cas ? xml : "")
            }
        }
    }

    // MARK: Signing keys

    private static let keySchema = Schema.object([
        .required("id", .text()), .required("algorithm", .text()),
        .required("state", .enumeration(["prepared", "active", "retired"])), .required("since", .dateTime),
    ])

    private var keys: Route {
        .api(
            .get, "/api/v1/signing-keys", access: .operatorToken, tag: "Single sign-on",
            summary: "The keys that sign tokens.",
            answers: [.json(.object([.required("keys", .array(of: ServiceAPI.keySchema))]), "Newest first.")],
            errors: [.signInUnavailable]
        ) { _ in try await listKeys() }
    }

    private func listKeys() async throws -> Response {
        let keys = try await SigningKeyStore(service.directory).list()
        return .json { writer in
            writer.object { writer in
                writer.array("keys", keys) { writer, key in
                    writer.object { writer in
                        writer.field("id", key.id)
                        writer.field("algorithm", key.algorithm)
                        writer.field("state", key.state)
                        writer.field("since", Timestamp.iso8601(microseconds: key.changedAt))
                    }
                }
            }
        }
    }

    private var rotate: Route {
        .api(
            .post, "/api/v1/signing-keys", access: .operatorToken, tag: "Single sign-on",
            summary: "Makes new keys: published now, signing once everybody had time to fetch them.",
            body: .json(
                .object([.optional("at_once", .boolean, "They sign now: when a key may be known to others.")])),
            answers: [.json(.object([.required("keys", .array(of: ServiceAPI.keySchema))]), "Newest first.")],
            errors: [.signInUnavailable]
        ) { call in
            let atOnce = try await call.json()["at_once"]?.bool ?? false
            guard let keeper = service.keyKeeper() else { throw Problem(.unavailable) }
            try await keeper.rotate(atOnce: atOnce)
            try? await identity.singleSignOn.refresh()
            return try await listKeys()
        }
    }
}
