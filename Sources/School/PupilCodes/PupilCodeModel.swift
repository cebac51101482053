internal import Identity
internal import Runtime
internal import Tenancy

/// A class or a group whose pupils somebody may give codes to.
struct PupilCodeGroup: Sendable, Hashable {
    let id: GroupID
    let name: String
    let isClass: Bool
}

/// A pupil of one of them, with what the directory says of their account.
struct PupilCodeHolder: Sendable {
    let person: PersonID
    let name: String
    /// Nil for a pupil who has no account yet, or a locked one.
    var account: AccountID?
    var login = ""
    /// Waits for its first password.
    var isPending = false
    /// Has said that the password is lost.
    var hasAsked = false
}

/// A code as it is told, once.
struct IssuedPupilCode: Sendable {
    let person: PersonID
    let name: String
    let login: String
    let code: AccessCode
}

/// What was given out, and who got nothing.
struct IssuedPupilCodes: Sendable {
    var codes: [IssuedPupilCode] = []
    /// Pupils without an account, or whose account is more than a pupil's.
    var refused: [PupilCodeHolder] = []
    let seconds: Int
}
