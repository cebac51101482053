/// A school service that an establishment can switch off, by the word that its addresses have: `/homework`,
/// `/api/v1/me/homework`, `/api/v1/establishments/{establishment}/homework`.
package struct SchoolModule: Hashable, Sendable {
    /// `timetable`; stored in the directory.
    package let name: String

    /// What nobody can do without, and what is no service.
    private static let fixed: Set<String> = [
        "home", "login", "logout", "account", "activate", "forgot", "errors", "session", "sessions", "me",
        "openapi.json",
        "language", "", "cas", "oidc", "saml", "assets", "establishments", "establishment",
    ]

    package init(name: String) { self.name = name }

    /// The module that a route belongs to; nil for what cannot be switched off.
    /// - Parameter pattern: as declared: `/api/v1/me/homework/{task}`.
    package init?(route pattern: String) {
        var words = pattern.split(separator: "/").map(String.init)[...]
        if words.starts(with: ["api", "v1"]) { words = words.dropFirst(2) }
        if words.first == "me" { words = words.dropFirst() }
        if words.first == "establishments" { words = words.dropFirst(2) }
        guard let word = words.first, !word.hasPrefix("{"), !SchoolModule.fixed.contains(word) else { return nil }
        name = String(word.map { $0 == "-" ? "_" : $0 })
    }
}
