package import Runtime
internal import Synchronization
package import Tenancy

/// The timetables this process has read, by establishment and year, shared by its loops.
///
/// Never asked without the version that the shard just told, so it cannot serve what is no longer true
/// (docs/decisions/0003). Bounded by lessons held: the least recently used timetables go first.
package final class TimetableCache: Sendable {
    private struct Key: Hashable {
        let establishment: EstablishmentID
        let year: SchoolYear
    }

    private struct Entry {
        let timetable: Timetable
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var clock: UInt64 = 0
        var weight = 0
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let hits: Counter
    private let misses: Counter

    /// - Parameter capacity: lessons and changes held in all, about 400 bytes each; 500,000 are some 400 establishments.
    package init(capacity: Int = 500_000, metrics: Metrics) {
        self.capacity = capacity
        let help = "Timetables asked of the cache."
        hits = metrics.counter("preau_timetable_cache_total", help: help, labels: [("result", "hit")])
        misses = metrics.counter("preau_timetable_cache_total", help: help, labels: [("result", "miss")])
    }

    /// The timetable of that very version, or nil.
    package func find(_ establishment: EstablishmentID, _ year: SchoolYear, version: Int64) -> Timetable? {
        let found = state.withLock { state -> Timetable? in
            let key = Key(establishment: establishment, year: year)
            guard let timetable = state.entries[key]?.timetable, timetable.version == version else { return nil }
            state.clock += 1
            state.entries[key]?.lastUse = state.clock
            return timetable
        }
        (found == nil ? misses : hits).add()
        return found
    }

    /// The last version kept; newer than the one asked for when a write came between, and then as good as true.
    package func newest(_ establishment: EstablishmentID, _ year: SchoolYear) -> Timetable? {
        state.withLock { $0.entries[Key(establishment: establishment, year: year)]?.timetable }
    }

    /// Keeps a timetable, unless a newer one is there already.
    package func keep(_ timetable: Timetable, of establishment: EstablishmentID) {
        state.withLock { state in
            let key = Key(establishment: establishment, year: timetable.year)
            if let known = state.entries[key] {
                guard known.timetable.version <= timetable.version else { return }
                state.weight -= TimetableCache.weight(of: known.timetable)
            }
            state.clock += 1
            state.entries[key] = Entry(timetable: timetable, lastUse: state.clock)
            state.weight += TimetableCache.weight(of: timetable)
            while state.weight > capacity, state.entries.count > 1,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.entries[oldest.key] = nil
                state.weight -= TimetableCache.weight(of: oldest.value.timetable)
            }
        }
    }

    private static func weight(of timetable: Timetable) -> Int {
        timetable.lessons.count + timetable.changes.count + 50
    }
}
