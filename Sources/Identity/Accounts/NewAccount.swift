package import Tenancy
package import Web

/// An account to be made, with all it starts with.
package struct NewAccount: Sendable {
    package let id: AccountID
    package let login: Login
    package let givenName: String
    package let familyName: String
    package let language: Language
    /// A PHC string of `PasswordHasher.hash`; nil for an account that has to be activated first.
    package let passwordHash: String?
    package var profiles: [Profile]
    package var mandates: [Mandate]

    package init(
        id: AccountID = .new(), login: Login, givenName: String, familyName: String, language: Language = .fr,
        passwordHash: String? = nil, profiles: [Profile] = [], mandates: [Mandate] = []
    ) {
        self.id = id
        self.login = login
        self.givenName = givenName
        self.familyName = familyName
        self.language = language
        self.passwordHash = passwordHash
        self.profiles = profiles
        self.mandates = mandates
    }
}
