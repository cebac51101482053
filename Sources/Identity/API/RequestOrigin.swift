internal import HTTP

/// Whether a request that has no session yet may come from another site's page: what browsers say about it.
enum RequestOrigin {
    /// True for this site's own pages and for what is no browser.
    static func isOwn(_ request: Request) -> Bool {
        if let site = request.header("sec-fetch-site") { return site == "same-origin" || site == "none" }
        guard let origin = request.header("origin") else { return true }
        guard let host = request.header("host")?.lowercased() else { return false }
        let own = origin.lowercased()
        return own == "http://" + host || own == "https://" + host
    }
}
