package import Runtime
package import Tenancy
internal import Web

/// One delivery's way through the service.
package struct FeedImport: Sendable {
    package enum State: String, Sendable, CaseIterable {
        case receiving, received, planned, waiting, applying, done, refused, superseded

        /// Nothing more will happen to it.
        package var isOver: Bool { self == .done || self == .refused || self == .superseded }
    }

    /// As a list shows it.
    package struct Line: Sendable {
        package let id: UUID
        package let kind: String
        package let territory: String?
        package let state: String
        package let isDryRun: Bool
        package let received: Int
        /// Microseconds since 1970.
        package let createdAt: Int64
        package let changedAt: Int64
    }

    package let id: UUID
    package let number: Int
    package let kind: String
    package let territory: TerritoryID?
    /// Of a school's own table.
    package let establishment: EstablishmentID?
    package let state: State
    package let received: Int
    /// The answer as JSON.
    package let result: String
    /// The plan as people read it.
    package let plan: (french: String, english: String)
    package let isDryRun: Bool
    package let steps: Int
    package let stepsDone: Int
    package let people: Int
    package let peopleDone: Int
}

/// One academy and degree within an import.
struct FeedScope: Sendable {
    let number: Int
    let domain: String
    let source: String
    var isComplete: Bool
    /// The academy's number where it is one.
    let academy: String?
}
