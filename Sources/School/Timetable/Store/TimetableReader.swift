package import Runtime
package import Tenancy

/// Timetables by version: from the cache, or read once for all the requests of a loop that wait for the same one.
package final class TimetableReader: @unchecked Sendable {
    // Safety: confined to its loop.
    private struct Key: Hashable {
        let establishment: EstablishmentID
        let year: SchoolYear
    }

    private let loop: EventLoop
    private let store: TimetableStore
    private let cache: TimetableCache
    private var waiting: [Key: [UnsafeContinuation<Void, Never>]] = [:]

    package init(loop: EventLoop, store: TimetableStore, cache: TimetableCache) {
        self.loop = loop
        self.store = store
        self.cache = cache
    }

    /// The timetable at `version`, or a later one: a write may come between the version and the reading.
    /// - Throws: what `TimetableStore.timetable` throws.
    package func timetable(_ context: TenantContext, year: SchoolYear, version: Int64) async throws -> Timetable {
        loop.assertCurrent()
        let key = Key(establishment: context.establishment, year: year)
        while true {
            if let timetable = cache.find(context.establishment, year, version: version) { return timetable }
            guard waiting[key] != nil else { break }
            await withUnsafeContinuation { waiting[key, default: []].append($0) }
            if let newer = cache.newest(context.establishment, year), newer.version > version { return newer }
        }
        waiting[key] = []
        defer { for waiter in waiting.removeValue(forKey: key) ?? [] { waiter.resume() } }
        let timetable = try await store.timetable(context, year: year)
        cache.keep(timetable, of: context.establishment)
        return timetable
    }
}
