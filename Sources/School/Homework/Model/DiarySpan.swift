package import Runtime
internal import Tenancy

/// The diary of a set of groups over a span of days, as read at one version: lesson records of these days, and work due or
/// given on them. A value that never changes, shared by everybody who is in the same groups.
package final class DiarySpan: Sendable {
    /// Of the diaries of all the groups: each write raises one of them, so the sum only ever grows.
    package let version: Int64
    package let groups: [GroupID]
    package let days: ClosedRange<CivilDate>
    package let records: [LessonRecord]
    /// By day and hour they are due.
    package let assignments: [Assignment]
    /// Of records and assignments, by their identifiers.
    package let files: [UUID: [StoredFile]]
    /// What was made of this very span.
    package let rendered = RenderedDiaries()

    private let publications: [Int64]

    package init(
        version: Int64, groups: [GroupID], days: ClosedRange<CivilDate>, records: [LessonRecord],
        assignments: [Assignment], files: [UUID: [StoredFile]] = [:]
    ) {
        self.version = version
        self.groups = groups
        self.days = days
        self.records = records
        self.assignments = assignments
        self.files = files
        publications = (records.map(\.publishedAt) + assignments.map(\.publishedAt)).sorted()
    }

    /// When the next entry appears after `now`; `Int64.max` when none is waiting.
    package func nextPublication(after now: Int64) -> Int64 {
        guard let last = publications.last, last > now else { return .max }
        return publications.first { $0 > now } ?? .max
    }

    /// About the bytes it takes in memory.
    package var weight: Int {
        records.reduce(400) { $0 + $1.title.utf8.count + $1.content.utf8.count + 300 }
            + assignments.reduce(0) { $0 + $1.title.utf8.count + $1.content.utf8.count + 300 }
            + files.values.reduce(0) { $0 + $1.count * 300 }
    }
}
