internal import Synchronization
package import Tenancy

/// The versions of a school's diaries as one edition of them has them, shared by the loops of a process.
///
/// A reader is told the school's edition, which every write to any diary raises (`timetable.diary_version`), and finds here
/// which of the diaries are not as they were: one number from the shard instead of a join over the reader's groups.
package final class DiaryVersions: Sendable {
    package struct Key: Hashable, Sendable {
        package let establishment: EstablishmentID
        package let year: SchoolYear

        package init(establishment: EstablishmentID, year: SchoolYear) {
            self.establishment = establishment
            self.year = year
        }
    }

    private let state = Mutex([Key: (edition: Int64, versions: [GroupID: Int64])]())
    private let capacity: Int

    /// - Parameter capacity: schools and years held, some 5 kB each. Past it all are forgotten and read again, one statement
    ///   each.
    package init(capacity: Int = 4_096) { self.capacity = capacity }

    /// The versions of these groups' diaries, summed: each write raises one of them, so the sum only ever grows. Nil when
    /// they are not known as of that very edition.
    package func sum(of groups: [GroupID], _ key: Key, edition: Int64) -> Int64? {
        state.withLock { known in
            guard let entry = known[key], entry.edition == edition else { return nil }
            return DiaryVersions.sum(of: groups, entry.versions)
        }
    }

    /// A group without a diary has nothing written in it.
    package static func sum(of groups: [GroupID], _ versions: [GroupID: Int64]) -> Int64 {
        groups.reduce(0) { $0 + (versions[$1] ?? 0) }
    }

    package func keep(_ versions: [GroupID: Int64], _ key: Key, edition: Int64) {
        state.withLock { known in
            if known[key] == nil, known.count >= capacity { known.removeAll() }
            known[key] = (edition, versions)
        }
    }
}
