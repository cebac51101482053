package import Runtime
package import Tenancy
package import Web

/// A job's number; those made later are greater.
package struct JobID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: UUID

    package init(rawValue: UUID) { self.rawValue = rawValue }

    package static func new() -> JobID { JobID(rawValue: .v7()) }

    package static func < (left: JobID, right: JobID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { rawValue.description }
}

/// Work that outlives the request that asked for it, as the directory keeps it.
package struct Job: Sendable {
    package enum State: String, Sendable, CaseIterable {
        case queued
        case running
        case succeeded
        case failed
        case cancelled

        package var isFinished: Bool { self != .queued && self != .running }
    }

    package let id: JobID
    /// `establishment.provision`: names the ``JobKind`` that does it.
    package let kind: String
    package let state: State
    /// Whose it is: who may see it. Both nil: the platform's.
    package let territory: TerritoryID?
    package let establishment: EstablishmentID?
    package let title: String
    package let parameters: JSON
    /// What the last attempt wrote down.
    package let checkpoint: JSON
    /// What it is at, in a few words.
    package let step: String
    package let done: Int
    /// Nil while nobody knows.
    package let total: Int?
    package let attempts: Int
    /// The instance that has it, or had it last.
    package let holder: String
    package let isAskedToStop: Bool
    package let result: JSON?
    /// Why it failed, or why the last attempt did.
    package let failure: String?
    package let actor: AuditActor
    /// Microseconds since 1970.
    package let createdAt: Int64
    package let startedAt: Int64?
    package let finishedAt: Int64?
    package let mostAttempts: Int
}

/// A job to be put into the queue.
package struct NewJob: Sendable {
    package let id: JobID
    package let kind: String
    package let title: String
    package var territory: TerritoryID?
    package var establishment: EstablishmentID?
    package var parameters: JSON
    /// While an unfinished job has it, another with the same is not made.
    package var uniqueKey: String?
    /// Greater goes first.
    package var priority: Int16
    package var mostAttempts: Int16
    /// Seconds from now.
    package var delay: Int

    package init(
        id: JobID = .new(), _ kind: String, title: String, territory: TerritoryID? = nil,
        establishment: EstablishmentID? = nil, parameters: JSON = [:], uniqueKey: String? = nil, priority: Int16 = 0,
        mostAttempts: Int16 = 5, delay: Int = 0
    ) {
        self.id = id
        self.kind = kind
        self.title = title
        self.territory = territory
        self.establishment = establishment
        self.parameters = parameters
        self.uniqueKey = uniqueKey
        self.priority = priority
        self.mostAttempts = mostAttempts
        self.delay = delay
    }
}

/// One line of what a job says about itself. No names, no passwords: administrators of several establishments read it.
package struct JobLine: Sendable {
    package enum Level: String, Sendable, CaseIterable {
        case info
        case warning
        case error
    }

    package let number: Int64
    package let at: Int64
    package let level: Level
    package let message: String
}
