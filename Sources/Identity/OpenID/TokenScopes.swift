internal import HTTP
internal import Web

/// What a token opens.
enum TokenScopes {
    static let openID = "openid"
    static let offline = "offline_access"
    /// The attributes that the service is registered for.
    static let ent = "ent"

    /// What clients may ask for; besides these, `timetable.read` and the like for one school service alone.
    static let all = [
        openID, "profile", "email", "address", "phone", ent, offline, "api.read", "api.write",
    ]

    /// Of what was asked, what the client may have; what is unknown is left out (RFC 6749 §3.3).
    static func granted(_ asked: String, to service: PartnerService) -> [String] {
        var seen: Set<String> = []
        let allowed = Set(service.settings.scopes)
        return asked.split(separator: " ").prefix(50).map(String.init).filter { scope in
            guard allowed.contains(scope) || isNarrower(scope, than: allowed) else { return false }
            return seen.insert(scope).inserted
        }
    }

    private static func isNarrower(_ scope: String, than allowed: Set<String>) -> Bool {
        let parts = scope.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 30,
            parts[0].utf8.allSatisfy({ (97...122).contains($0) || $0 == 95 || $0 == 45 })
        else { return false }
        switch parts[1] {
        case "read": return allowed.contains("api.read") || allowed.contains("api.write")
        case "write": return allowed.contains("api.write")
        default: return false
        }
    }

    /// Whether a token with these scopes opens a route: reading or writing, in general or for the route's own service.
    static func open(_ route: Route, with scopes: Set<String>) -> Bool {
        let service = service(of: route)
        if scopes.contains("api.write") || scopes.contains(service + ".write") {
            return true
        }
        return route.method.isSafe && (scopes.contains("api.read") || scopes.contains(service + ".read"))
    }

    /// What would open it.
    static func needed(for route: Route) -> String { route.method.isSafe ? "api.read" : "api.write" }

    private static func service(of route: Route) -> String {
        route.tag.lowercased().split(separator: " ").joined(separator: "_")
    }
}
