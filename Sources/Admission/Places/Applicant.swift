package import Tenancy

/// Somebody who asks to be let in, before their password is looked at.
package struct Applicant: Sendable {
    /// 16 bytes that stand for the person: their account, or for a login that nobody has, an equally random number.
    package let account: AccountID
    /// The role that gives them the best place.
    package let role: Role
    /// Scopes whose places they take, the widest first.
    package let scopes: [RuleScope]
    /// By a rule with the effect `queue`: behind everybody else, with no more than this share of the places.
    package let queuedShare: Int?
    package let isQueued: Bool
    /// How they will prove who they are.
    package let proof: Proof

    package enum Proof: Sendable {
        /// Argon2id on a thread of the pool: 28 ms of a core.
        case password
        /// Proved elsewhere, or a token that is looked up: a signature and some statements, about a twentieth of it.
        case elsewhere

        /// In thousandths of a password.
        var cost: Int { self == .password ? 1000 : 50 }
    }

    package init(
        account: AccountID, role: Role, scopes: [RuleScope], isQueued: Bool = false, queuedShare: Int? = nil,
        proof: Proof = .password
    ) {
        self.proof = proof
        self.account = account
        self.role = role
        self.scopes = scopes
        self.isQueued = isQueued
        self.queuedShare = queuedShare
    }

    /// 0 pupils and teachers, 1 the other staff, 2 guardians, 3 who a rule puts last.
    package var placeClass: Int {
        if isQueued { return 3 }
        return switch role {
        case .pupil, .teacher: 0
        case .guardian: 2
        case .schoolLife, .head, .staff, .territoryAdmin, .regionAdmin, .platformAdmin, .establishmentAdmin: 1
        }
    }

    /// Caps of so many scopes are looked at.
    static let mostScopes = 24
}

/// What the gate said.
package enum Admittance: Sendable, Equatable {
    /// `isKept`: a place was taken for them, which `release` gives back when they turn out not to be who they say.
    case admitted(isKept: Bool)
    case waiting(Wait)
}

/// The state of somebody who waits.
package struct Wait: Sendable, Equatable {
    /// Milliseconds since 1970 at which they came; their place among those of their class.
    package let firstSeen: Int64
    /// Nil while Redis does not say.
    package let ahead: Int?
    package let seconds: Int?
    package let waiting: Int
    /// When to ask again.
    package let pollAfter: Int
}
