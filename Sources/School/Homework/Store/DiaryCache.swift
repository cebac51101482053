package import Runtime
internal import Synchronization
package import Tenancy

/// The diaries this process has read, by groups and days, shared by its loops.
///
/// Never asked without the version that the shard just told, so it cannot serve what is no longer true
/// (docs/decisions/0003). Bounded by weight: two generations, of which the older is forgotten when the younger is full; what
/// is asked for moves to the younger.
package final class DiaryCache: Sendable {
    package struct Key: Hashable, Sendable {
        package let establishment: EstablishmentID
        /// In order.
        package let groups: [GroupID]
        package let days: ClosedRange<CivilDate>

        package init(establishment: EstablishmentID, groups: [GroupID], days: ClosedRange<CivilDate>) {
            self.establishment = establishment
            self.groups = groups
            self.days = days
        }
    }

    private struct State {
        var young: [Key: DiarySpan] = [:]
        var old: [Key: DiarySpan] = [:]
        var weight = 0
    }

    /// What a reader's groups are asked of before their span is.
    package let versions = DiaryVersions()

    private let state = Mutex(State())
    private let capacity: Int
    private let hits: Counter
    private let misses: Counter

    /// - Parameter capacity: bytes of text in one generation. Two hundred schools in a week are some 260 MB of it: each set of
    ///   groups has its own. Renderings kept with a span take about five times its weight.
    package init(capacity: Int, metrics: Metrics) {
        self.capacity = capacity
        let help = "Diaries asked of the cache."
        hits = metrics.counter("preau_diary_cache_total", help: help, labels: [("result", "hit")])
        misses = metrics.counter("preau_diary_cache_total", help: help, labels: [("result", "miss")])
    }

    /// The span of that very version, or nil.
    package func find(_ key: Key, version: Int64) -> DiarySpan? {
        let found = state.withLock { state -> DiarySpan? in
            if let span = state.young[key] { return span.version == version ? span : nil }
            guard let span = state.old.removeValue(forKey: key), span.version == version else { return nil }
            add(span, key, &state)
            return span
        }
        (found == nil ? misses : hits).add()
        return found
    }

    /// Keeps a span, unless a newer one is there already.
    package func keep(_ span: DiarySpan, _ key: Key) {
        state.withLock { state in
            if let known = state.young[key], known.version > span.version { return }
            state.old[key] = nil
            add(span, key, &state)
        }
    }

    private func add(_ span: DiarySpan, _ key: Key, _ state: inout State) {
        if let replaced = state.young.updateValue(span, forKey: key) { state.weight -= replaced.weight }
        state.weight += span.weight
        guard state.weight > capacity else { return }
        state.old = state.young
        state.young = [:]
        state.weight = 0
    }
}
