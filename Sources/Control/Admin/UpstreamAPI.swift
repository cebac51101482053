internal import HTTP
package import Identity
internal import Runtime
internal import SAMLExchange
internal import Tenancy
package import Web

/// The admin service's calls about identity providers that people sign in through.
package struct UpstreamAPI: Sendable {
    private let service: AdminService
    private let identity: IdentityService

    package init(_ service: AdminService, _ identity: IdentityService) {
        self.service = service
        self.identity = identity
    }

    package var routes: [Route] { [list, add, remove, passwordsOff, passwordsOn] }

    private var store: UpstreamStore { UpstreamStore(service.directory) }

    /// What the log keeps of a provider: never its secret.
    private static func described(_ name: String, _ settings: JSON) -> JSON {
        let kept = ["protocol", "issuer", "match", "claim", "scopes", "subject"]
        return .object(
            [JSON.Member("name", .string(name))] + (settings.members ?? []).filter { kept.contains($0.name) })
    }

    private static let schema = Schema.object([
        .required("id", .text()), .required("name", .text()), .required("issuer", .text()),
        .required("territory", .nullable(.text())), .required("match", .enumeration(UpstreamProvider.Match.self)),
        .required("claim", .text()), .required("protocol", .enumeration(["oidc", "saml"])),
    ])

    private var list: Route {
        .api(
            .get, "/api/v1/upstreams", access: .operatorToken, tag: "Single sign-on",
            summary: "The identity providers that people may sign in through.",
            answers: [.json(.object([.required("upstreams", .array(of: UpstreamAPI.schema))]), "By name.")]
        ) { _ in
            let all = identity.singleSignOn.upstreams
            return .json { writer in
                writer.object { writer in
                    writer.array("upstreams", all) { writer, provider in
                        writer.object { writer in
                            writer.field("id", provider.id)
                            writer.field("name", provider.name)
                            writer.field("issuer", provider.issuer)
                            writer.field("territory", provider.territory?.rawValue)
                            writer.field("match", provider.match.rawValue)
                            writer.field("claim", provider.claim)
                            writer.field("protocol", provider.protocolName)
                        }
                    }
                }
            }
        }
    }

    private var add: Route {
        .api(
            .post, "/api/v1/upstreams", access: .operatorToken, tag: "Single sign-on",
            summary: "Lets people sign in through an identity provider of OpenID Connect, or of SAML by its metadata.",
            body: .json(
                .object([
                    .required("id", .text(2...31, format: .slug)), .required("name", .text(1...60)),
                    .optional("issuer", .text(1...500), "Of OpenID Connect."),
                    .optional("client_id", .text(1...200)), .optional("client_secret", .text(1...500)),
                    .optional("metadata", .text(1...200_000), "Of SAML: in the place of the three above."),
                    .optional(
                        "subject", .nullable(.text(0...200)),
                        "Of SAML: the attribute that says, lastingly, who somebody is; else the name of the assertion."),
                    .optional("territory", .nullable(.text(0...63)), "On whose sign-in page only."),
                    .optional("scopes", .text(1...200)),
                    .optional(
                        "match", .enumeration(UpstreamProvider.Match.self),
                        "How somebody is found the first time; never people who administer or head anything."),
                    .optional("claim", .text(1...100), "What the match looks at."),
                ])),
            answers: [.json(.object([.required("id", .text())]), "Registered.", status: 201)],
            errors: [.unacceptablePartner, .partnerNameTaken, .signInUnavailable, .samlUnavailable]
        ) { call in
            let body = try await call.json()
            func text(_ name: String) -> String? { body[name]?.text }
            let id = text("id") ?? ""
            var territory: TerritoryID?
            if let name = text("territory"), !name.isEmpty {
                territory = TerritoryID(rawValue: name)
                guard let territory, service.tenancy.territories[territory] != nil else {
                    throw IdentityError.unacceptablePartner(field: "territory")
                }
            }
            let settings: JSON
            if let metadata = text("metadata") {
                settings = try await saml(metadata, body)
            } else {
                for name in ["issuer", "client_id", "client_secret"] where text(name) == nil {
                    throw IdentityError.unacceptablePartner(field: name)
                }
                settings = try await identity.discovery(allowsPlain: service.allowsPlainPartners).settings(
                    issuer: text("issuer") ?? "", scopes: text("scopes") ?? "openid profile",
                    match: text("match") ?? "none", claim: text("claim") ?? "sub")
            }
            let entry = AuditEntry(
                "upstream.add", by: service.actor(call), territory: territory, target: id,
                after: UpstreamAPI.described(text("name") ?? id, settings))
            try await store.add(
                id: id, name: text("name") ?? id, territory: territory, clientID: text("client_id") ?? "",
                secret: text("client_secret") ?? "", settings: settings, identity.keyring
            ) { AuditStore.add(entry, to: &$0) }
            try? await identity.singleSignOn.refresh()
            return .json(status: .created) { writer in writer.object { $0.field("id", id) } }
        }
    }

    /// What is kept of a provider of SAML.
    private func saml(_ metadata: String, _ body: JSON) async throws -> JSON {
        let facts = try await identity.identityProvider(metadata)
        let isOpen = facts.urls.allSatisfy { url in
            PartnerURL(url).map { service.allowsPlainPartners || ($0.isSecure && !$0.isLoopback) } ?? false
        }
        guard isOpen else { throw IdentityError.unacceptablePartner(field: "metadata") }
        // A claim that is not named finds nobody: only OpenID Connect has a usual one.
        guard body["match"]?.text ?? "none" == "none" || body["claim"]?.text != nil else {
            throw IdentityError.unacceptablePartner(field: "claim")
        }
        var members = [
            JSON.Member("protocol", "saml"), JSON.Member("match", .string(body["match"]?.text ?? "none")),
            JSON.Member("claim", .string(body["claim"]?.text ?? "")), JSON.Member("identity_provider", facts.json),
        ]
        if let subject = body["subject"]?.text, !subject.isEmpty {
            members.append(JSON.Member("subject", .string(subject)))
        }
        return .object(members)
    }

    private var remove: Route {
        .api(
            .delete, "/api/v1/upstreams/{provider}", access: .operatorToken, tag: "Single sign-on",
            summary: "Forgets an identity provider, and every link to it.",
            parameters: [.slug("provider", "The provider.")], answers: [.empty("Forgotten.")],
            errors: [.signInUnavailable]
        ) { call in
            let id = try call.path.text("provider")
            guard let known = try await store.describe(id) else { throw IdentityError.unknownPartner }
            let entry = AuditEntry(
                "upstream.remove", by: service.actor(call), territory: known.territory, target: id,
                before: UpstreamAPI.described(known.name, known.settings))
            try await store.remove(id) { AuditStore.add(entry, to: &$0) }
            try? await identity.singleSignOn.refresh()
            return .status(.noContent)
        }
    }

    private static let whose: [Parameter] = [
        .uai("establishment", "Its UAI."),
        .enumeration("role", Role.allCases.filter(\.isHeldInEstablishment).map(\.rawValue), "Whose passwords."),
    ]

    private func set(_ call: Call, off isOff: Bool) async throws -> Response {
        let establishment = try service.establishment(call, for: .accounts)
        guard let role = Role(rawValue: try call.path.text("role")) else { throw Problem(.notFound) }
        let passwords: (JSON, JSON) = isOff ? ("on", "off") : ("off", "on")
        let entry = AuditEntry(
            isOff ? "passwords.off" : "passwords.on", by: service.actor(call), territory: establishment.territory,
            establishment: establishment.id, target: "\(establishment.uai) \(role.rawValue)",
            before: ["passwords": passwords.0], after: ["passwords": passwords.1])
        try await store.setPasswords(off: isOff, for: role, in: establishment.id) { AuditStore.add(entry, to: &$0) }
        return .status(.noContent)
    }

    private var passwordsOff: Route {
        .api(
            .put, "/api/v1/establishments/{establishment}/passwords-off/{role}", access: AdminAPI.administrators,
            tag: "Single sign-on",
            summary:
                "Closes the passwords of this site for a profile of an establishment: such people come in by a provider.",
            parameters: UpstreamAPI.whose, answers: [.empty("Closed.")], errors: [.signInUnavailable]
        ) { call in try await set(call, off: true) }
    }

    private var passwordsOn: Route {
        .api(
            .delete, "/api/v1/establishments/{establishment}/passwords-off/{role}", access: AdminAPI.administrators,
            tag: "Single sign-on", summary: "Opens them again.", parameters: UpstreamAPI.whose,
            answers: [.empty("Open.")], errors: [.signInUnavailable]
        ) { call in try await set(call, off: false) }
    }
}
