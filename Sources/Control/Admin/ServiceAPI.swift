internal import Cryptography
internal import HTTP
package import Identity
internal import Runtime
internal import SAMLExchange
internal import Tenancy
package import Web

/// The admin service's calls about partner applications.
package struct ServiceAPI: Sendable {
    let service: AdminService
    let identity: IdentityService

    package init(_ service: AdminService, _ identity: IdentityService) {
        self.service = service
        self.identity = identity
    }

    package var routes: [Route] { [list, add, show, change, remove, preview] + keyRoutes }

    private var store: PartnerStore { PartnerStore(service.directory) }

    // MARK: Who may touch what

    /// Whether the caller may see to services of a scope: those of the platform are the operators' alone.
    func may(_ call: Call, _ scope: PartnerScope) -> Bool {
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

    func found(_ call: Call) async throws -> PartnerService {
        guard let found = try await store.find(try call.path.uuid("id")), may(call, found.scope) else {
            throw Problem(.notFound)
        }
        return found
    }

    /// The line of the audit log about a change, under the territory or establishment that the service is of.
    private func entry(
        _ action: String, _ partner: PartnerService, before: JSON? = nil, after: JSON? = nil, _ call: Call
    ) -> AuditEntry {
        var territory: TerritoryID?
        var establishment: EstablishmentID?
        switch partner.scope {
        case .platform: break
        case .territory(let id): territory = id
        case .department(let code):
            let own = service.tenancy.territories.all.filter { $0.departments.contains { $0.code == code } }
            territory = (own.first { $0.kind == .department } ?? own.first)?.id
        case .establishment(let uai): establishment = service.tenancy.map[uai]?.id
        }
        return AuditEntry(
            action, by: service.actor(call), territory: territory, establishment: establishment,
            target: partner.id.description, before: before, after: after)
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

    /// Bytes: a document of metadata, each character of it escaped at worst.
    private static let longestBody = 600_000

    private struct NewService: Decodable {
        let `protocol`: String
        let name: String
        let url: String?
        let metadata: String?
        let scopeKind: String?
        let scope: String?
        let isPublic: Bool?

        private enum CodingKeys: String, CodingKey {
            case `protocol`
            case name
            case url
            case metadata
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
                    .required("protocol", .enumeration(PartnerService.Kind.self)), .required("name", .text(1...100)),
                    .optional("url", .nullable(.text(1...2000)), "The address of the application."),
                    .optional(
                        "metadata", .nullable(.text(1...262_144)), "Of a service provider of SAML: its document."),
                    .optional("scope_kind", .enumeration(["platform", "territory", "department", "establishment"])),
                    .optional("scope", .text(0...63), "The territory's id, the department's code or the UAI."),
                    .optional("is_public", .boolean, "A client that can keep no secret: PKCE is then needed."),
                    .optional("settings", PartnerSettings.schema),
                ]), limit: ServiceAPI.longestBody),
            answers: [.json(ServiceAnswer.schema, "Registered.", status: 201)],
            errors: [.partnerNameTaken, .unacceptablePartner, .forbidden, .signInUnavailable, .samlUnavailable]
        ) { call in
            let json = try await call.json()
            let body = try await call.jsonBody(as: NewService.self)
            guard let scope = PartnerScope(kind: body.scopeKind ?? "platform", scope: body.scope ?? "") else {
                throw IdentityError.unacceptablePartner(field: "scope")
            }
            let (made, secret) = try await register(
                PartnerService.Kind(rawValue: body.protocol) ?? .cas, name: body.name, scope, url: body.url,
                metadata: body.metadata, isPublic: body.isPublic ?? false, settings: json["settings"], call)
            return .json(ServiceAnswer(service: made, secret: secret), status: .created)
        }
    }

    /// Registers a partner application. - Returns: it, and the secret of a confidential client, which nobody is told again.
    func register(
        _ kind: PartnerService.Kind, name: String, _ scope: PartnerScope, url: String?, metadata: String?,
        isPublic: Bool, settings given: JSON?, _ call: Call
    ) async throws -> (service: PartnerService, secret: String?) {
        guard may(call, scope), exists(scope) else { throw IdentityError.forbidden }
        let draft = try PartnerDraft(
            kind: kind, url: url, isPublic: isPublic, settings: given, facts: try await facts(kind, metadata))
        let settings = try draft.checked(allowsPlain: service.allowsPlainPartners)
        if let entity = settings.serviceProvider?.entityID {
            try await refuseTwice(entity, for: nil)
        }
        let isConfidential = kind == .oidc && settings.authentication != .none
        let secret = isConfidential ? SecureRandom.token(byteCount: 32) : nil
        let made = PartnerService(
            id: .v7(), kind: kind, name: name, scope: scope,
            clientID: kind == .oidc ? SecureRandom.token(byteCount: 16) : nil,
            secretHash: secret.map { SHA256.hash($0) }, settings: settings)
        try await store.add(made) { [self] batch in
            AuditStore.add(
                entry("service.add", made, after: AuditChange.of(made, enabled: true, settings), call), to: &batch)
        }
        try? await identity.singleSignOn.refresh()
        return (made, secret)
    }

    /// What a service provider's metadata say; nil for the other protocols.
    private func facts(_ kind: PartnerService.Kind, _ metadata: String?) async throws -> ServiceProviderFacts? {
        guard kind == .saml, let metadata else { return nil }
        return try await identity.serviceProvider(metadata)
    }

    /// Two service providers of one name: which of them is meant nobody could say.
    private func refuseTwice(_ entityID: String, for id: UUID?) async throws {
        try? await identity.singleSignOn.refresh()
        let others = identity.singleSignOn.partners.all.filter {
            $0.id != id && $0.settings.serviceProvider?.entityID == entityID
        }
        guard others.isEmpty else { throw IdentityError.partnerNameTaken }
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
        let metadata: String?

        private enum CodingKeys: String, CodingKey {
            case isEnabled = "is_enabled"
            case metadata
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
                    .optional("metadata", .nullable(.text(1...262_144)), "In the place of what is known of them."),
                ]), limit: ServiceAPI.longestBody),
            answers: [.json(ServiceAnswer.schema, "The service.")],
            errors: [.unacceptablePartner, .partnerNameTaken, .signInUnavailable, .samlUnavailable]
        ) { call in
            let json = try await call.json()
            let body = try await call.jsonBody(as: Change.self)
            let present = try await found(call)
            try await change(
                present, isEnabled: body.isEnabled ?? present.isEnabled, settings: json["settings"],
                metadata: body.metadata, call)
            return .json(ServiceAnswer(service: try await found(call)))
        }
    }

    /// - Parameter wanted: nil: as they are.
    func change(
        _ present: PartnerService, isEnabled: Bool, settings wanted: JSON?, metadata: String?, _ call: Call
    ) async throws {
        var settings = present.settings
        if let wanted {
            let draft = try PartnerDraft(
                kind: present.kind, url: nil, isPublic: present.secretHash == nil, settings: wanted,
                facts: try await facts(present.kind, metadata))
            settings = try draft.checked(allowsPlain: service.allowsPlainPartners)
            if let entity = settings.serviceProvider?.entityID { try await refuseTwice(entity, for: present.id) }
        }
        let change = AuditChange(
            from: AuditChange.of(present, enabled: present.isEnabled, present.settings),
            to: AuditChange.of(present, enabled: isEnabled, settings))
        try await store.update(present.id, settings, isEnabled: isEnabled) { [self] batch in
            AuditStore.add(
                entry("service.update", present, before: change.before, after: change.after, call), to: &batch)
        }
        try? await identity.singleSignOn.refresh()
    }

    private var remove: Route {
        .api(
            .delete, "/api/v1/services/{id}", access: AdminAPI.administrators, tag: "Single sign-on",
            summary: "Forgets a partner application; nobody enters it from here any more.",
            parameters: [.uuid("id", "Its number.")], answers: [.empty("Forgotten.")], errors: [.signInUnavailable]
        ) { call in
            try await forget(try await found(call), call)
            return .status(.noContent)
        }
    }

    func forget(_ present: PartnerService, _ call: Call) async throws {
        let before = AuditChange.of(present, enabled: present.isEnabled, present.settings)
        try await store.remove(present.id) { [self] batch in
            AuditStore.add(entry("service.remove", present, before: before, call), to: &batch)
        }
        try? await identity.singleSignOn.refresh()
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
            ], errors: [.signOnUnavailable, .signInUnavailable, .samlUnavailable]
        ) { call in
            let (released, text) = try await preview(
                try await found(call), of: call.query.text("login") ?? "", call)
            return ServiceAPI.answer(released, text)
        }
    }

    /// What a partner application would be told of a person; nil when it is not open to them.
    func preview(
        _ partner: PartnerService, of login: String, _ call: Call
    ) async throws -> (released: ReleasedIdentity?, answer: String) {
        let holder = try await identity.singleSignOn.holder(login: login)
        // Before anything else: what a service is closed to would tell that there is somebody.
        guard isTheirs(call, holder) else { throw Problem(.notFound) }
        do {
            let released = try await identity.singleSignOn.release(partner, of: holder)
            switch partner.kind {
            case .cas: return (released, CASAnswer.preview(released, partner, now: call.now / 1_000_000))
            case .saml: return (released, try await identity.samlPreview(partner, of: holder, released))
            case .oidc: return (released, "")
            }
        } catch IdentityError.partnerForbidden {
            return (nil, "")
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

    private static func answer(_ released: ReleasedIdentity?, _ text: String) -> Response {
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
                writer.field("answer", text)
            }
        }
    }
}
