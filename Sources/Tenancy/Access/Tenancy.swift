package import Postgres
package import Runtime

/// One loop's way to the tenants: which shard each is on, and the only connections to the shards.
///
/// What it knows of the platform is the process's copy of the directory, so that no request asks the directory anything.
/// A copy may be stale: every transaction begins with a check on the shard itself, and one that was led to the wrong place
/// is turned away there, the map is read anew, and it goes to the right one; its caller notices nothing.
package final class Tenancy: @unchecked Sendable {
    // Safety: confined to its loop, which `assertCurrent` checks where a call comes in.
    package let loop: EventLoop
    package let cache: DirectoryCache

    let log: Log
    let metrics: TenancyMetrics
    let poolMetrics: Metrics
    let directory: PostgresPool
    let template: PostgresConfiguration
    private let neededVersion: Int

    private var links: [ShardID: ShardLink] = [:]
    private var seenGeneration = 0
    private var currentMap = ShardMap.empty
    private var currentTerritories = Territories.empty

    private var isRefreshing = false
    private var waitingForRefresh: [UnsafeContinuation<Bool, Never>] = []

    /// How long work is held for an establishment on the move before it fails; a move freezes writes for milliseconds.
    var holdLimit = Duration.seconds(3)

    /// - Parameters:
    ///   - directory: this loop's pool for the directory's database.
    ///   - shards: how to connect to a shard; its name, host, port and database are put in from the map.
    ///   - neededVersion: the migration below which a shard is refused.
    package init(
        loop: EventLoop, cache: DirectoryCache, directory: PostgresPool, shards template: PostgresConfiguration,
        metrics: Metrics, log: Log = Log("tenancy"), neededVersion: Int = Migration.shard.count
    ) {
        self.loop = loop
        self.cache = cache
        self.directory = directory
        self.template = template
        self.metrics = TenancyMetrics(metrics)
        poolMetrics = metrics
        self.log = log
        self.neededVersion = neededVersion
    }

    // MARK: What is known

    /// Every establishment and shard, as last read.
    package var map: ShardMap {
        takeNewest()
        return currentMap
    }

    /// Every territory, as last read.
    package var territories: Territories {
        takeNewest()
        return currentTerritories
    }

    /// The key to an establishment's rows.
    /// - Throws: `.unknownEstablishment`, `.notOpen`, `.suspended`; `.directoryUnavailable` before the first load.
    package func context(for id: EstablishmentID) throws(TenancyError) -> TenantContext {
        let establishment = try establishment(id)
        switch establishment.state {
        case .active: return TenantContext(establishment: id)
        case .provisioning: throw .notOpen(id)
        case .suspended: throw .suspended(id)
        case .closed: throw .unknownEstablishment(id)
        }
    }

    /// The same for the control plane, which also works on an establishment that is being opened or is suspended.
    /// - Throws: `.unknownEstablishment`; `.notOpen` while it has no shard.
    package func administrativeContext(for id: EstablishmentID) throws(TenancyError) -> TenantContext {
        guard try establishment(id).placement != nil else { throw .notOpen(id) }
        return TenantContext(establishment: id)
    }

    /// The same for one that is closed and so in no map: what has to be erased there.
    /// - Returns: nil when it is not closed, or never had a shard.
    package func closedContext(for id: EstablishmentID) async throws(TenancyError) -> TenantContext? {
        do throws(PostgresError) {
            let rows = try await directory.run(PostgresBatch(DirectoryStore.closedPlacement, id))[0]
            guard let row = rows.first else { return nil }
            return TenantContext(
                establishment: id, placement: .init(shard: try row.value(0), epoch: try row.int64(1)))
        } catch {
            if case .unavailable = error { throw .directoryUnavailable }
            throw .database(error)
        }
    }

    private func establishment(_ id: EstablishmentID) throws(TenancyError) -> Establishment {
        let map = map
        if let establishment = map[id] { return establishment }
        // A process that was started while the directory was gone knows nobody, and must not say that nobody exists.
        throw map.version == 0 ? .directoryUnavailable : .unknownEstablishment(id)
    }

    private func takeNewest() {
        loop.assertCurrent()
        let generation = cache.generation
        guard generation != seenGeneration else { return }
        seenGeneration = generation
        currentMap = cache.map
        currentTerritories = cache.territories
        dropStaleLinks()
    }

    // MARK: Reading the directory

    /// Makes the process's copy at least as new as this call. Calls that come while one is under way share the next.
    /// - Throws: `.directoryUnavailable`; the copy stays as it is.
    package func refresh() async throws(TenancyError) {
        loop.assertCurrent()
        let succeeded = await withUnsafeContinuation { continuation in
            waitingForRefresh.append(continuation)
            startRefresh()
        }
        if !succeeded { throw .directoryUnavailable }
    }

    private func startRefresh() {
        guard !isRefreshing, !waitingForRefresh.isEmpty else { return }
        isRefreshing = true
        let waiting = waitingForRefresh
        waitingForRefresh = []
        loop.spawn { [self] in
            let succeeded = await load()
            isRefreshing = false
            for continuation in waiting { continuation.resume(returning: succeeded) }
            startRefresh()
        }
    }

    private func load() async -> Bool {
        do {
            let ticket = cache.takeTicket()
            let versions = try await directory.run(DirectoryStore.versionsBatch)[0]
            if try DirectoryStore.version(of: "map", in: versions) != map.version {
                let results = try await directory.run(DirectoryStore.mapBatch)
                cache.store(try DirectoryStore.map(from: results, log: log), ticket: ticket)
                metrics.reloads.add()
            }
            if try DirectoryStore.version(of: "territories", in: versions) != territories.version {
                let results = try await directory.run(DirectoryStore.territoriesBatch)
                cache.store(try DirectoryStore.territories(from: results, log: log), ticket: ticket)
                metrics.reloads.add()
            }
            return true
        } catch {
            metrics.failedReloads.add()
            log.warning("directory not readable", ("error", .text("\(error)")))
            return false
        }
    }

    // MARK: Shards

    /// - Throws: `.shardUnavailable` for one that the map does not know or that is retired.
    func link(to id: ShardID) throws(TenancyError) -> ShardLink {
        if let link = links[id] { return link }
        guard let shard = map.shards[id], shard.state != .retired else { throw .shardUnavailable(id) }
        var configuration = template
        configuration.name = "shard-\(id)"
        configuration.host = shard.address.host
        configuration.port = UInt16(clamping: shard.address.port)
        configuration.database = shard.address.database
        let pool = PostgresPool(loop: loop, configuration: configuration, metrics: poolMetrics, log: log)
        let link = ShardLink(shard: id, address: shard.address, pool: pool, neededVersion: neededVersion)
        links[id] = link
        return link
    }

    /// Work of this loop that waits for a server which takes over from another, directory included.
    package var waitingForSuccessor: Int {
        links.values.reduce(directory.waitingForSuccessor) { $0 + $1.pool.waitingForSuccessor }
    }

    /// A shard whose address changed or that is gone is not connected to any more; what is under way may end first.
    private func dropStaleLinks() {
        for (id, link) in links {
            if let shard = currentMap.shards[id], shard.state != .retired, shard.address == link.address { continue }
            links[id] = nil
            loop.schedule(after: .seconds(5)) { link.pool.close() }
        }
    }

    /// Ends every connection to the shards. The directory's pool is its owner's.
    package func close() {
        loop.assertCurrent()
        for link in links.values { link.pool.close() }
        links = [:]
    }
}
