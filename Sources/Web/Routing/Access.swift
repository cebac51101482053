/// Who may use a route. Said on every route, for there is no default; enforced by the gate of Identity or Control before the
/// handler runs, and walked by tests through ``RouteTable/describe()``.
///
/// It is the outer gate only: whether this person may see this very thing (relation, establishment) is the service's to check.
package enum Access: Sendable, Hashable {
    /// Anybody, without a session.
    case everyone
    /// Any person with a session.
    case signedIn
    /// A person whose present profile has one of these roles (raw values of Tenancy's `Role`).
    case roles(Set<String>)
    /// The operators' bearer token.
    case operatorToken
    /// The operators' bearer token, or a signed-in person with one of these roles.
    case operatorTokenOrRoles(Set<String>)
    /// Whoever has the address: it holds a secret that the handler checks, such as a calendar feed's.
    case secretAddress
    /// Only on the private port.
    case privatePort

    package static func roles(_ roles: String...) -> Access { .roles(Set(roles)) }

    /// Whether a request needs a session to pass.
    package var needsSession: Bool {
        switch self {
        case .signedIn, .roles: true
        case .everyone, .operatorToken, .operatorTokenOrRoles, .secretAddress, .privatePort: false
        }
    }

    /// The word for it in `describe()`, and the roles in order.
    package var description: (kind: String, roles: [String]) {
        switch self {
        case .everyone: ("everyone", [])
        case .signedIn: ("signed_in", [])
        case .roles(let roles): ("roles", roles.sorted())
        case .operatorToken: ("operator_token", [])
        case .operatorTokenOrRoles(let roles): ("operator_token_or_roles", roles.sorted())
        case .secretAddress: ("secret_address", [])
        case .privatePort: ("private_port", [])
        }
    }
}
