package import Postgres
package import Tenancy

/// What an import can be refused for or fail with. Nothing was applied, unless it says so.
package enum FeedError: Error, Sendable {
    /// A file or the archive cannot be read to its end, or is none of a feed: one line a reason.
    case unreadable(String)
    /// Larger than any honest feed.
    case tooLarge(String)
    /// The academy is written nowhere in the feed.
    case unknownAcademy
    case unknownTerritory(TerritoryID)
    /// The keys are another academy's, or another territory is fed with them: whose.
    case foreignAcademy(String)
    case unknownImport
    /// The import is not where the step needs it to be.
    case wrongState(String)
    /// It would remove more than anybody expects: one line a reason.
    case guarded(String)
    /// A column that has to be there is not: its name.
    case missingColumn(String)
    /// No shard takes new establishments.
    case noShard
    /// The other side of a pipe is gone.
    case interrupted
    case directory(PostgresError)
    case tenancy(TenancyError)
}
