/// An account as sign-in reads it from the directory.
struct AccountRecord: Sendable {
    let holder: Holder
    /// Nil until activated, or for someone who signs in elsewhere only.
    let passwordHash: String?
    let isOpen: Bool
    let isFirstSignIn: Bool
    let hasSecondFactor: Bool
    /// All that the person is here is for a provider to let in.
    let isPasswordOff: Bool
}
