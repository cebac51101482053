internal import HTTP
internal import Tenancy
internal import Web

/// One of our sites as identity providers of SAML know it. Never what a `Host` header says alone: an assertion for somebody else
/// would be for us if only it were sent with their name.
struct SAMLSite: Equatable {
    /// The site that was asked.
    let origin: String
    /// Of the service provider: the territory's, at its first host name, or the platform's.
    let territorial: String?
    /// Every site where the territory's people sign in.
    let origins: [String]

    /// Nil for a host that is none of ours.
    init?(_ call: Call, _ territories: Territories, front: String) {
        let host = (call.request.header("host") ?? "").lowercased()
        let scheme = call.request.isSecure ? "https://" : "http://"
        origin = scheme + host
        guard let territory = territories.territory(host: call.request.host) else {
            guard origin == front else { return nil }
            territorial = nil
            origins = [front]
            return
        }
        let port = host.lastIndex(of: ":").map { String(host[$0...]) } ?? ""
        origins = territory.hosts.map { scheme + $0 + port }
        guard let first = origins.first, origins.contains(origin) else { return nil }
        territorial = first
    }

    /// Who we are for a provider: one name for all sites that the provider is offered on, so that it calls one person one name.
    func entity(for provider: UpstreamProvider, front: String) -> String {
        SAMLSite.entity(at: provider.territory == nil ? front : territorial ?? front)
    }

    static func entity(at origin: String) -> String { origin + "/saml/sp/metadata" }
    static func consumer(at origin: String) -> String { origin + "/saml/sp/acs" }
    static func logout(at origin: String) -> String { origin + "/saml/sp/logout" }
}
