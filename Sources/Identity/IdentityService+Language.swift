internal import Web

extension IdentityService {
    /// Keeps a person's language in their account and session.
    /// - Returns: the new value of the session's cookie.
    /// - Throws: `.directoryUnavailable`.
    func setLanguage(_ language: Language, of session: Session) async throws(IdentityError) -> String {
        try await accounts.setLanguage(language, of: session.holder.account)
        return await sessions.setLanguage(language, of: session).cookie
    }
}
