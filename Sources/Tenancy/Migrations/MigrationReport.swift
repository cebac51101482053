package import Postgres

/// What came of bringing one database up to date.
package enum MigrationOutcome: Sendable, Equatable {
    /// From one version to another, or nothing to do when they are equal.
    case migrated(from: Int, to: Int)
    /// Stopped at `version`; what was applied before stays, and the next run goes on from there.
    case failed(version: Int, MigrationError)

    package var error: MigrationError? {
        if case .failed(_, let error) = self { error } else { nil }
    }

    package var version: Int {
        switch self {
        case .migrated(_, let to): to
        case .failed(let version, _): version
        }
    }
}

/// Why a database could not be brought up to date.
package enum MigrationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The database could not be asked what it has.
    case unreachable(PostgresError)
    /// A migration failed; nothing of it was kept.
    case failed(number: Int, name: String, PostgresError)
    /// What was applied under that number is not what this program holds under it.
    case edited(number: Int, name: String)
    /// The numbers applied have a gap: the table of migrations was changed by hand.
    case gap(after: Int)

    package var description: String {
        switch self {
        case .unreachable(let error): "not reachable: \(error)"
        case .failed(let number, let name, let error): "migration \(number) (\(name)) failed: \(error)"
        case .edited(let number, let name):
            "migration \(number) (\(name)) was applied with another text: migrations are append-only"
        case .gap(let number): "migration \(number + 1) is missing between those applied"
        }
    }
}

/// What came of bringing the platform's databases up to date; one that failed hides none of the others.
package struct MigrationReport: Sendable {
    package let directory: MigrationOutcome
    /// By identifier; empty when the directory failed, since it is what knows the shards.
    package let shards: [(shard: Shard, outcome: MigrationOutcome)]

    package var succeeded: Bool { directory.error == nil && shards.allSatisfy { $0.outcome.error == nil } }
}
