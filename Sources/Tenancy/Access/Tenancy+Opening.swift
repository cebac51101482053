internal import Postgres
internal import Runtime

extension Tenancy {
    private static let place = PostgresStatement(
        """
        insert into placement (establishment_id, epoch, state)
        select id, epoch, 'active' from unnest($1::integer[], $2::bigint[]) as p (id, epoch)
        on conflict (establishment_id) do nothing
        """)

    private static let placed = PostgresStatement(
        """
        select establishment_id from placement join unnest($1::integer[], $2::bigint[]) as p (id, epoch)
            on establishment_id = p.id and placement.epoch = p.epoch
        where state = 'active'
        """)

    private static let open = PostgresStatement(
        "update establishment set state = 'active', updated_at = now() where id = any ($1) and state = 'provisioning' and provisioning_job is null"
    )

    /// Opens every establishment that the directory has placed and that its shard does not know yet: the shard first, then
    /// the directory, so that what is open is there. Stopped half-way, the next call goes on. For the control plane's role.
    /// - Returns: by shard, the establishments opened, or why none was; a shard that fails does not stop the others.
    /// - Throws: `.directoryUnavailable`.
    package func openProvisioned() async throws(TenancyError) -> [(
        shard: ShardID, result: Result<[EstablishmentID], any Error>
    )] {
        try await refresh()
        var waiting: [ShardID: [Establishment]] = [:]
        for establishment in map.establishments.values where establishment.state == .provisioning {
            if let shard = establishment.placement?.shard { waiting[shard, default: []].append(establishment) }
        }
        let outcomes = await onEveryShard { [self, waiting] shard in
            try await openAll(waiting[shard.id] ?? [], on: shard.id)
        }
        try await refresh()
        return outcomes.filter { waiting[$0.shard] != nil }
    }

    private func openAll(_ establishments: [Establishment], on shard: ShardID) async throws -> [EstablishmentID] {
        guard !establishments.isEmpty else { return [] }
        let link = try link(to: shard)
        try await link.admit()
        let ids = establishments.map(\.id)
        let epochs = establishments.map { $0.placement?.epoch ?? 1 }
        var batch = PostgresBatch(Tenancy.place, ids, epochs)
        batch.add(Tenancy.placed, ids, epochs)
        batch.isRepeatable = true
        var opened: [EstablishmentID] = []
        do {
            for row in try await link.pool.run(batch)[1] { opened.append(try row.value(0)) }
        } catch {
            throw link.translated(error)
        }
        do {
            _ = try await directory.run(PostgresBatch(Tenancy.open, opened))
        } catch {
            throw TenancyError.directoryUnavailable
        }
        if let other = Set(ids).subtracting(opened).min() { throw TenancyError.misplaced(other, shard) }
        return opened.sorted()
    }
}

extension Tenancy {
    /// Makes the shards of these establishments know them, under the epoch that the directory says; opens none. Safe to
    /// repeat. For the control plane's role.
    /// - Throws: `.misplaced` when a shard knows one of them otherwise.
    package func place(_ establishments: [EstablishmentID]) async throws {
        var byShard: [ShardID: [Establishment]] = [:]
        for id in establishments {
            guard let establishment = map[id], let shard = establishment.placement?.shard else {
                throw TenancyError.notOpen(id)
            }
            byShard[shard, default: []].append(establishment)
        }
        for (shard, own) in byShard.sorted(by: { $0.key < $1.key }) { _ = try await place(own, on: shard) }
    }

    /// - Returns: the link, and those that are there.
    private func place(_ establishments: [Establishment], on shard: ShardID) async throws -> [EstablishmentID] {
        let link = try link(to: shard)
        try await link.admit()
        let ids = establishments.map(\.id)
        let epochs = establishments.map { $0.placement?.epoch ?? 1 }
        var batch = PostgresBatch(Tenancy.place, ids, epochs)
        batch.add(Tenancy.placed, ids, epochs)
        batch.isRepeatable = true
        var placed: [EstablishmentID] = []
        do {
            for row in try await link.pool.run(batch)[1] { placed.append(try row.value(0)) }
        } catch {
            throw link.translated(error)
        }
        if let other = Set(ids).subtracting(placed).min() { throw TenancyError.misplaced(other, shard) }
        return placed
    }
}
