package enum AccountState: String, Sendable, CaseIterable {
    /// Known, and has no password yet.
    case pending
    case active
    /// Closed for the time being by an administrator.
    case locked
    case closed
}
