internal import Web

extension SingleSignOn {
    /// The origin of the registered service that a page of ours leads on to, given the page to go to after signing in; nil
    /// when it leads to no other site.
    func origin(leadingTo next: String?) -> String? {
        guard let next, let mark = next.firstIndex(of: "?"),
            let form = try? Form(urlEncoded: Array(next[next.index(after: mark)...].utf8))
        else { return nil }
        switch next[..<mark] {
        case "/cas/login":
            guard let url = form["service"].flatMap({ PartnerURL($0) }), service(at: url, for: nil) != nil else {
                return nil
            }
            return url.origin
        case "/oidc/authorize":
            guard let client = form["client_id"].flatMap({ partners.client($0) }), let address = form["redirect_uri"],
                client.settings.redirectURIs.contains(address)
            else { return nil }
            return PartnerURL(address)?.origin
        default: return nil
        }
    }
}
