package import Web

extension Access {
    /// What the gate answers to those who may not pass, for the document of the API.
    package var problems: [ProblemCode] {
        switch self {
        case .everyone, .secretAddress, .privatePort: []
        case .signedIn: [.signedOut, .sessionUnconfirmed]
        case .roles, .operatorTokenOrRoles: [.signedOut, .forbidden, .sessionUnconfirmed]
        case .operatorToken: [.signedOut]
        }
    }
}
