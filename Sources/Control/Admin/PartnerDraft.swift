internal import Identity
internal import SAMLExchange
internal import Web

/// A partner application as somebody wants it registered, before it is checked.
struct PartnerDraft {
    let kind: PartnerService.Kind
    private let settings: PartnerSettings

    /// Fills in what was left out: the address given alone is the pattern, and the place to come back to.
    /// - Throws: `.unacceptablePartner`.
    /// - Parameter facts: of a service provider's metadata, in the place of those in `settings`.
    init(
        kind: PartnerService.Kind, url: String?, isPublic: Bool, settings json: JSON?,
        facts: ServiceProviderFacts? = nil
    ) throws(IdentityError) {
        self.kind = kind
        let given = json ?? .object([])
        var members = given.members ?? []
        if given["template"] == nil { members.insert(JSON.Member("template", "generic"), at: 0) }
        guard var settings = PartnerSettings(.object(members)) else {
            throw .unacceptablePartner(field: "settings")
        }
        if let url, settings.patterns.isEmpty {
            guard let pattern = PartnerPattern(PartnerDraft.withoutQuery(url)) else {
                throw .unacceptablePartner(field: "url")
            }
            settings.patterns = [pattern]
        }
        if kind == .oidc {
            if let url, settings.redirectURIs.isEmpty { settings.redirectURIs = [url] }
            for address in [url, settings.logoutURL?.text].compactMap({ $0 })
            where !settings.postLogoutRedirectURIs.contains(address) {
                settings.postLogoutRedirectURIs.append(address)
            }
            if given["scopes"] == nil { settings.scopes = PartnerDraft.usualScopes }
            if isPublic {
                settings.authentication = .none
                settings.requiresPKCE = true
            }
        }
        if kind == .saml {
            settings.serviceProvider = facts ?? settings.serviceProvider
            // What it says that it takes, unless somebody knows better.
            if given["name_id"] == nil, let facts {
                settings.nameID =
                    facts.nameIDFormats.lazy.compactMap { PartnerSettings.NameID(format: $0) }.first ?? .persistent
            }
        } else {
            settings.serviceProvider = nil
        }
        self.settings = settings
    }

    private static let usualScopes = [
        "openid", "profile", "email", "address", "phone", "ent", "offline_access", "api.read", "api.write",
    ]

    private static func withoutQuery(_ url: String) -> String { String(url.prefix { $0 != "?" && $0 != "#" }) }

    /// - Parameter allowsPlain: whether plain HTTP and addresses of this machine are acceptable.
    /// - Throws: `.unacceptablePartner` naming the field.
    func checked(allowsPlain: Bool) throws(IdentityError) -> PartnerSettings {
        guard (settings.serviceProvider != nil) == (kind == .saml) else {
            throw .unacceptablePartner(field: "metadata")
        }
        guard !settings.patterns.isEmpty || kind != .cas else { throw .unacceptablePartner(field: "url") }
        guard kind != .oidc || !settings.redirectURIs.isEmpty else {
            throw .unacceptablePartner(field: "settings/redirect_uris")
        }
        guard !allowsPlain else { return settings }
        func isPublic(_ url: PartnerURL?) -> Bool { url.map { $0.isSecure && !$0.isLoopback } ?? true }
        guard settings.patterns.allSatisfy({ isPublic($0.url) }) else { throw .unacceptablePartner(field: "url") }
        guard (settings.redirectURIs + settings.postLogoutRedirectURIs).allSatisfy({ isPublic(PartnerURL($0)) }) else {
            throw .unacceptablePartner(field: "settings/redirect_uris")
        }
        guard (settings.serviceProvider?.urls ?? []).allSatisfy({ isPublic(PartnerURL($0)) }) else {
            throw .unacceptablePartner(field: "metadata")
        }
        guard settings.proxyCallbacks.allSatisfy({ isPublic($0.url) }) else {
            throw .unacceptablePartner(field: "settings/proxy_callbacks")
        }
        guard isPublic(settings.logoutURL) else { throw .unacceptablePartner(field: "settings/logout_uri") }
        return settings
    }
}
