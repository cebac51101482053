package import SAMLExchange
package import Tenancy
package import Web

/// Everything about a service that is not its name: where it is, who may use it, what it learns of them.
package struct PartnerSettings: Sendable {
    package enum Algorithm: String, Sendable, CaseIterable, Codable {
        case rs256 = "RS256"
        case es256 = "ES256"
        case edDSA = "EdDSA"
    }

    package enum Authentication: String, Sendable, CaseIterable, Codable {
        case basic = "client_secret_basic"
        case post = "client_secret_post"
        case none
    }

    /// The template that the attributes came from; they may have been changed since.
    package var template = PartnerTemplate.generic
    package var patterns: [PartnerPattern] = []
    /// Who may use it; everybody when empty.
    package var roles: Set<Role> = []
    /// Who the person is for the service: the CAS user.
    package var user = AttributeRule("user", .login)
    package var attributes: [AttributeRule] = []
    /// For clients older than CAS 3: attributes also beside `cas:user`, which the official schema does not allow.
    package var repeatsAttributes = false
    /// Whether the service is told of sign-outs.
    package var isToldOfSignOut = true
    /// Where it is told; a CAS service at the address it was entered by when nil.
    package var logoutURL: PartnerURL?

    // CAS
    /// Where a service may have its tickets for asking in people's names sent; none: it gets none.
    package var proxyCallbacks: [PartnerPattern] = []

    // OpenID Connect
    /// Compared character by character.
    package var redirectURIs: [String] = []
    package var postLogoutRedirectURIs: [String] = []
    package var scopes: [String] = []
    package var algorithm = Algorithm.rs256
    package var authentication = Authentication.basic
    package var requiresPKCE = false
    package var isPairwise = false
    package var sector: String?
    /// Whether people are asked before it knows them; nil: as it is for who registered it.
    package var asksConsent: Bool?

    // SAML
    package enum NameID: String, Sendable, CaseIterable {
        /// A number of the person for this sector of services.
        case persistent
        /// Another for each session.
        case transient
        /// The `user`, which has to be an address.
        case email
        /// The `user`, as it is.
        case unspecified

        /// Nil for a format that nobody has a name in here.
        package init?(format: String) {
            guard let found = NameID.allCases.first(where: { $0.format == format }) else { return nil }
            self = found
        }

        var format: String {
            switch self {
            case .persistent: SAMLMetadata.persistent
            case .transient: SAMLMetadata.transient
            case .email: SAMLMetadata.email
            case .unspecified: SAMLMetadata.unspecified
            }
        }
    }

    /// What is used of the metadata.
    package var serviceProvider: ServiceProviderFacts?
    package var nameID = NameID.persistent
    /// Also when the metadata do not say so.
    package var needsSignedRequests = false
    /// Encrypts assertions when there is a key for it.
    package var encrypts = true

    package init() {}

    /// The fronts whose pages may call the API and the token endpoint from a browser.
    package var origins: Set<String> {
        Set(redirectURIs.compactMap { PartnerURL($0)?.origin } + patterns.map(\.url.origin))
    }
}

extension PartnerSettings: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("template", template.rawValue)
            writer.field("urls", patterns.map(\.text))
            writer.field("profiles", roles.map(\.rawValue).sorted())
            writer.field("user", user)
            writer.field("attributes", attributes)
            writer.field("repeats_attributes", repeatsAttributes)
            writer.field("told_of_sign_out", isToldOfSignOut)
            writer.field("logout_uri", logoutURL?.text)
            writer.field("proxy_callbacks", proxyCallbacks.map(\.text))
            writer.field("redirect_uris", redirectURIs)
            writer.field("post_logout_redirect_uris", postLogoutRedirectURIs)
            writer.field("scopes", scopes)
            writer.field("signing_algorithm", algorithm.rawValue)
            writer.field("token_authentication", authentication.rawValue)
            writer.field("pkce_required", requiresPKCE)
            writer.field("subject", isPairwise ? "pairwise" : "public")
            writer.field("sector", sector)
            if let asksConsent { writer.field("consent_asked", asksConsent) }
            writer.field("service_provider", serviceProvider)
            writer.field("name_id", nameID.rawValue)
            writer.field("signed_requests_needed", needsSignedRequests)
            writer.field("encrypted", encrypts)
        }
    }

    package static let schema = Schema.named(
        "ServiceSettings",
        .object([
            .optional("template", .enumeration(PartnerTemplate.self)),
            .optional("urls", .array(of: .text(1...2000), 0...50), "https://host/path/, or https://*.host/path/."),
            .optional("profiles", .array(of: .enumeration(Role.self), 0...20), "Who may use it; everybody when empty."),
            .optional("user", AttributeRule.schema, "Who the person is for the service."),
            .optional("attributes", .array(of: AttributeRule.schema, 0...60)),
            .optional("repeats_attributes", .boolean, "Also beside cas:user, for old clients."),
            .optional("told_of_sign_out", .boolean),
            .optional("logout_uri", .nullable(.text(0...2000)), "Where it is told of sign-outs."),
            .optional(
                "proxy_callbacks", .array(of: .text(1...2000), 0...10),
                "Of CAS: below which addresses the service may have tickets sent that ask other services in people's names."
            ),
            .optional("redirect_uris", .array(of: .text(1...2000), 0...20), "Compared character by character."),
            .optional("post_logout_redirect_uris", .array(of: .text(1...2000), 0...20)),
            .optional("scopes", .array(of: .text(1...100), 0...60)),
            .optional("signing_algorithm", .enumeration(Algorithm.self)),
            .optional("token_authentication", .enumeration(Authentication.self)),
            .optional("pkce_required", .boolean),
            .optional("subject", .enumeration(["public", "pairwise"])),
            .optional("sector", .nullable(.text(1...200)), "Services of one sector share pairwise subjects."),
            .optional(
                "consent_asked", .boolean,
                "Whether people are asked before it knows them; unless said, those of one establishment are."),
            .optional("service_provider", .nullable(ServiceProviderFacts.schema), "What is used of its metadata."),
            .optional("name_id", .enumeration(NameID.self), "How a service provider of SAML knows people."),
            .optional("signed_requests_needed", .boolean, "Also when its metadata do not say so."),
            .optional("encrypted", .boolean, "Assertions, when its metadata have a key for that."),
        ]))

    /// What a document that fits the schema says; a part that cannot be read is nil for all of it.
    package init?(_ json: JSON) {
        self.init()
        func texts(_ name: String) -> [String]? { json[name]?.elements?.compactMap(\.text) }
        func text(_ name: String) -> String? { json[name]?.text }
        if let name = text("template") {
            guard let template = PartnerTemplate(rawValue: name) else { return nil }
            self.template = template
            template.fill(&self)
        }
        if let urls = texts("urls") {
            patterns = urls.compactMap { PartnerPattern($0) }
            guard patterns.count == urls.count else { return nil }
        }
        if let names = texts("profiles") {
            roles = Set(names.compactMap { Role(rawValue: $0) })
            guard roles.count == Set(names).count else { return nil }
        }
        if let rule = json["user"] {
            guard let rule = AttributeRule(rule) else { return nil }
            user = rule
        }
        if let rules = json["attributes"]?.elements {
            attributes = rules.compactMap { AttributeRule($0) }
            guard attributes.count == rules.count else { return nil }
        }
        repeatsAttributes = json["repeats_attributes"]?.bool ?? false
        isToldOfSignOut = json["told_of_sign_out"]?.bool ?? true
        if let address = text("logout_uri"), !address.isEmpty {
            guard let url = PartnerURL(address) else { return nil }
            logoutURL = url
        }
        let callbacks = texts("proxy_callbacks") ?? []
        proxyCallbacks = callbacks.compactMap { PartnerPattern($0) }
        guard proxyCallbacks.count == callbacks.count else { return nil }
        redirectURIs = texts("redirect_uris") ?? []
        postLogoutRedirectURIs = texts("post_logout_redirect_uris") ?? []
        guard (redirectURIs + postLogoutRedirectURIs).allSatisfy({ PartnerURL($0) != nil && !$0.contains("#") }) else {
            return nil
        }
        scopes = texts("scopes") ?? []
        algorithm = text("signing_algorithm").flatMap(Algorithm.init) ?? .rs256
        authentication = text("token_authentication").flatMap(Authentication.init) ?? .basic
        requiresPKCE = json["pkce_required"]?.bool ?? false
        isPairwise = text("subject") == "pairwise"
        sector = text("sector")
        asksConsent = json["consent_asked"]?.bool
        if let facts = json["service_provider"], facts.members != nil {
            guard let facts = ServiceProviderFacts(facts) else { return nil }
            serviceProvider = facts
        }
        nameID = text("name_id").flatMap { NameID(rawValue: $0) } ?? .persistent
        needsSignedRequests = json["signed_requests_needed"]?.bool ?? false
        encrypts = json["encrypted"]?.bool ?? true
    }
}
