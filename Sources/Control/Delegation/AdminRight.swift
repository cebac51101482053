/// A class of administrative acts; a mandate gives some of them or all.
package enum AdminRight: String, Sendable, CaseIterable {
    /// Finding, activating, locking, merging accounts; letters.
    case accounts
    /// Opening, suspending, renaming, closing establishments; their modules.
    case establishments
    case imports
    case quotas
    /// Admission rules and windows.
    case rules
    /// Partner applications that sign on through the platform.
    case services
    /// Establishments from one shard to another.
    case moves
    /// Everything of an establishment as a file, and back.
    case backups
    case news
    case audit
    /// Giving others a part of one's own mandate.
    case delegation
}
