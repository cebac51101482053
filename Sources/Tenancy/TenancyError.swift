package import Postgres

/// What can come between a caller and an establishment's data.
package enum TenancyError: Error, Equatable, Sendable {
    /// No such establishment, or closed for good.
    case unknownEstablishment(EstablishmentID)
    /// Registered, not opened yet.
    case notOpen(EstablishmentID)
    /// Closed for a while by an administrator.
    case suspended(EstablishmentID)
    /// Still on the move when the time for holding a request was over; trying again helps.
    case moving(EstablishmentID)
    /// The shard that the directory names does not hold it under that epoch, and the directory did not change its mind:
    /// the two disagree, which an operator has to settle.
    case misplaced(EstablishmentID, ShardID)
    /// The shard's server does not answer; other shards do.
    case shardUnavailable(ShardID)
    /// The shard has not had every migration that this program needs.
    case shardBehind(ShardID, version: Int, needed: Int)
    /// More work than the shard's queue holds; trying again helps.
    case overloaded(ShardID)
    /// The caller's deadline passed before the shard answered.
    case timedOut(ShardID)
    /// The directory does not answer, and what is cached was not enough.
    case directoryUnavailable
    /// The statement failed on the server: a constraint, a bug.
    case database(PostgresError)
    /// Not a name of the IANA time zone database.
    case unknownTimeZone(String)
}
