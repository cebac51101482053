package import Postgres
internal import Runtime

extension Tenancy {
    /// Reads for a tenant: one trip, one more statement than the batch has. The transaction is read-only.
    ///
    /// Goes on while the establishment is about to move. A batch whose connection is lost is sent once more.
    /// - Returns: the rows of each statement, in order.
    /// - Throws: `.database` for what the server refused; otherwise what stands between us and the shard.
    package func read(
        _ batch: TenantBatch, lane: PostgresLane = .interactive, deadline: Duration? = nil
    ) async throws(TenancyError) -> [PostgresRows] {
        try await fenced(batch.context) { (link, epoch) throws(TenancyError) in
            var fenced = batch.statements.preceded(by: Fence.read, batch.context.establishment, epoch)
            fenced.isRepeatable = true
            do throws(PostgresError) {
                var results = try await link.pool.run(fenced, lane: lane, deadline: deadline)
                guard results[0].count == 1 else { return .moved }
                results.removeFirst()
                return .done(results)
            } catch {
                throw link.translated(error)
            }
        }
    }

    /// Writes for a tenant: one trip, all of it or nothing of it. Waits, up to 3 s, while the establishment is moving.
    /// - Returns: the rows of each statement, in order.
    /// - Throws: `.database` for what the server refused; otherwise what stands between us and the shard.
    package func write(
        _ batch: TenantBatch, lane: PostgresLane = .interactive, deadline: Duration? = nil
    ) async throws(TenancyError) -> [PostgresRows] {
        try await fenced(batch.context) { (link, epoch) throws(TenancyError) in
            let fenced = batch.statements.preceded(by: Fence.write, batch.context.establishment, epoch)
            do throws(PostgresError) {
                var results = try await link.pool.run(fenced, lane: lane, deadline: deadline)
                results.removeFirst()
                return .done(results)
            } catch {
                switch error.sqlState {
                case Fence.moved: return .moved
                case Fence.frozen: return .frozen
                default: throw link.translated(error)
                }
            }
        }
    }

    /// Runs `body` in one transaction of its own for a tenant, committed when it returns and undone when it throws.
    ///
    /// `body` runs once, unless `repetition` allows more: what has to wait or go elsewhere does so before it begins.
    /// - Throws: what `body` throws, or `TenancyError`.
    package func transaction<Value>(
        _ context: TenantContext, lane: PostgresLane = .interactive, deadline: Duration? = nil,
        repetition: TransactionRepetition = .never, _ body: (TenantTransaction) async throws -> Value
    ) async throws -> Value {
        try await fenced(context) { (link, epoch) throws(TenancyError) -> FencedOutcome<Result<Value, any Error>> in
            var attempts = 0
            while true {
                attempts += 1
                var (began, ended) = (false, false)
                do {
                    let value = try await link.pool.transaction(lane: lane, deadline: deadline) { transaction in
                        _ = try await transaction.run(PostgresBatch(Fence.write, context.establishment, epoch))
                        began = true
                        let value = try await body(TenantTransaction(context, transaction))
                        ended = true
                        return value
                    }
                    return .done(.success(value))
                } catch let error as PostgresError {
                    if !began, error.sqlState == Fence.moved { return .moved }
                    if !began, error.sqlState == Fence.frozen { return .frozen }
                    // The session ended under it: another one, with the server that takes over if there is one.
                    if error == .unavailable(.connectionLost), attempts < 3,
                        !began || repetition.allows(afterItsEnd: ended)
                    {
                        continue
                    }
                    return .done(.failure(link.translated(error)))
                } catch {
                    return .done(.failure(error))
                }
            }
        }.get()
    }

    /// Tries on the shard that the map says until the shard agrees; past `holdLimit` it fails.
    private func fenced<Value>(
        _ context: TenantContext, _ body: (ShardLink, Int64) async throws(TenancyError) -> FencedOutcome<Value>
    ) async throws(TenancyError) -> Value {
        loop.assertCurrent()
        let id = context.establishment
        guard let placement = context.placement ?? map[id]?.placement else { throw .unknownEstablishment(id) }
        let link = try link(to: placement.shard)
        do {
            try await link.admit()
        } catch {
            if case .shardBehind = error { metrics.refusals.add() }
            throw error
        }
        let outcome = try await body(link, placement.epoch)
        if case .done(let value) = outcome { return value }
        return try await held(context, placement, outcome, body)
    }

    private func held<Value>(
        _ context: TenantContext, _ first: Establishment.Placement, _ outcome: FencedOutcome<Value>,
        _ body: (ShardLink, Int64) async throws(TenancyError) -> FencedOutcome<Value>
    ) async throws(TenancyError) -> Value {
        let id = context.establishment
        let start = Instant.now
        defer { metrics.held.record(Instant.now.since(start)) }
        var outcome = outcome
        var placement = first
        var pause = Duration.milliseconds(2)
        while true {
            var directoryFailed = false
            switch outcome {
            case .done(let value): return value
            case .moved: metrics.moves.add()
            case .frozen: metrics.holds.add()
            }
            do { try await refresh() } catch { directoryFailed = true }
            guard let now = map[id]?.placement else { throw .unknownEstablishment(id) }
            if now == placement {
                // The move is not finished, or the map could not be read: the same again, a little later.
                guard Instant.now.since(start) + pause < holdLimit else {
                    if case .frozen = outcome { throw .moving(id) }
                    throw directoryFailed ? .directoryUnavailable : .misplaced(id, placement.shard)
                }
                do { try await loop.sleep(for: pause) } catch { throw .database(.cancelled) }
                pause = min(pause * 2, .milliseconds(50))
            } else if Instant.now.since(start) > holdLimit {
                throw .moving(id)
            }
            guard let newest = map[id]?.placement else { throw .unknownEstablishment(id) }
            placement = newest
            let link = try link(to: placement.shard)
            try await link.admit()
            outcome = try await body(link, placement.epoch)
        }
    }
}
