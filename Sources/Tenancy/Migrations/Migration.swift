/// One step of a schema's history.
///
/// Append-only: a migration that has left this repository is never edited, renumbered or removed (the migrator compares what
/// was applied with what is here and refuses a difference); a mistake is put right by the next one.
package struct Migration: Sendable {
    /// 1, 2, 3 … without a gap, separately for the directory and the shards.
    package let number: Int
    /// `CamelCase`, as in the file's name.
    package let name: String
    /// Any number of statements, run in one transaction as the schema's owner.
    package let sql: String

    init(_ number: Int, _ name: String, _ sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// The directory's history, oldest first.
    package static let directory: [Migration] = [
        .territories, .shards, .accounts, .control, .sessions, .jobs, .administration, .feeds,
        .directoryMoves, .policy, .attendance, .lives, .partners, .secondFactors,
        .upstream, .tokens, .accessibilityContact, .scim, .keyPurposes, .pupilCodes, .mergers, .feedSpeed,
        .closedSchools, .feedDrafts, .mailCampaigns, .nameFolding, .keysThatOpen, .consents,
        .establishmentLooks, .feedUnits, .feedQuiet,
    ]

    /// A shard's history, oldest first; the same for all shards.
    package static let shard: [Migration] = [
        .isolation, .school, .timetable, .files, .homework, .schoolFeeds, .moves, .sequenceFiles, .nodesSeeWhoIsHere,
        .diaryEditions,
    ]
}
