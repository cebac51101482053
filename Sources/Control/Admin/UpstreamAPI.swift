internal import HTTP
package import Identity
internal import Runtime
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

    private func actor(_ call: Call) -> (kind: String, name: String) {
        let actor = service.actor(call)
        return (actor.kind.rawValue, actor.name)
    }

    private static let schema = Schema.object([
        .required("id", .text()), .required("name", .text()), .required("issuer", .text()),
        .required("territory", .nullable(.text())), .required("match", .enumeration(UpstreamProvider.Match.self)),
        .required("claim", .text()),
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
                        }
                    }
                }
            }
        }
    }

    private var add: Route {
        .api(
            .post, "/api/v1/upstreams", access: .operatorToken, tag: "Single sign-on",
            summary: "Lets people sign in through an identity provider of OpenID Connect.",
            body: .json(
                .object([
                    .required("id", .text(2...31, format: .slug)), .required("name", .text(1...60)),
                    .required("issuer", .text(1...500)), .required("client_id", .text(1...200)),
                    .required("client_secret", .text(1...500)),
                    .optional("territory", .nullable(.text(0...63)), "On whose sign-in page only."),
                    .optional("scopes", .text(1...200)),
                    .optional(
                        "match", .enumeration(UpstreamProvider.Match.self),
                        "How somebody is found the first time; never people who administer or head anything."),
                    .optional("claim", .text(1...100), "What the match looks at."),
                ])),
            answers: [.json(.object([.required("id", .text())]), "Registered.", status: 201)],
            errors: [.unacceptablePartner, .partnerNameTaken, .signInUnavailable]
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
            let settings = try await identity.discovery(allowsPlain: service.allowsPlainPartners).settings(
                issuer: text("issuer") ?? "", scopes: text("scopes") ?? "openid profile",
                match: text("match") ?? "none",
                claim: text("claim") ?? "sub")
            try await store.add(
                id: id, name: text("name") ?? id, territory: territory, clientID: text("client_id") ?? "",
                secret: text("client_secret") ?? "", settings: settings, identity.keyring, by: actor(call),
                requestID: call.request.id)
            try? await identity.singleSignOn.refresh()
            return .json(status: .created) { writer in writer.object { $0.field("id", id) } }
        }
    }

    private var remove: Route {
        .api(
            .delete, "/api/v1/upstreams/{provider}", access: .operatorToken, tag: "Single sign-on",
            summary: "Forgets an identity provider, and every link to it.",
            parameters: [.slug("provider", "The provider.")], answers: [.empty("Forgotten.")],
            errors: [.signInUnavailable]
        ) { call in
            try await store.remove(try call.path.text("provider"), by: actor(call), requestID: call.request.id)
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
        try await store.setPasswords(
            off: isOff, for: role, in: establishment.id, by: actor(call), requestID: call.request.id)
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
