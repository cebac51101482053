/// How somebody has to show who they are, as service providers ask for it (SAML 2.0 Core §3.3.2.2.1) and as it is kept here.
enum SAMLContext {
    static let password = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
    static let unspecified = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"

    /// What is asked for.
    enum Wish: Equatable {
        /// Answered with this class, or with what it was when nil.
        case any(String?)
        /// A second factor.
        case strong(String?)
        /// Nothing here is that.
        case impossible
    }

    private static let levels: [String: Int] = {
        let classes = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
        return [
            classes + "unspecified": 0, classes + "Password": 1, classes + "PasswordProtectedTransport": 1,
            classes + "PreviousSession": 1, AuthorizationRequest.weak: 1,
            classes + "MobileTwoFactorContract": 2, classes + "MobileTwoFactorUnregistered": 2,
            classes + "TimeSyncToken": 2, "https://refeds.org/profile/mfa": 2, AuthorizationRequest.strong: 2,
        ]
    }()

    /// - Parameters:
    ///   - classes: in the order in which the service provider prefers them; empty when it asks for nothing.
    ///   - isStrong: whether the person has shown a second factor.
    static func wish(_ classes: [String], _ comparison: String?, isStrong: Bool) -> Wish {
        guard !classes.isEmpty else { return .any(nil) }
        let known = classes.compactMap { name in levels[name].map { (name: name, level: $0) } }
        guard let lowest = known.map(\.level).min(), let highest = known.map(\.level).max() else { return .impossible }
        switch comparison ?? "exact" {
        case "exact":
            if let first = known.first(where: { $0.level < 2 || isStrong }) { return .any(first.name) }
            return .strong(known.first?.name)
        case "minimum": return lowest >= 2 ? .strong(nil) : .any(nil)
        case "better": return highest >= 2 ? .impossible : highest == 1 ? .strong(nil) : .any(nil)
        case "maximum": return .any(highest >= 2 ? nil : highest == 1 ? password : unspecified)
        default: return .impossible
        }
    }

    /// What an answer says of a session, when it was not asked for one class.
    static func name(of proof: SessionProof) -> String {
        if proof.strongAt != nil { return AuthorizationRequest.strong }
        return proof.methods.contains(.password) ? password : unspecified
    }
}
