internal import Runtime

extension Tenancy {
    /// Runs `body` for every shard in use, at most `parallel` at a time; one that fails neither stops nor hides the others.
    /// - Returns: what came of each, in the order of their identifiers.
    package func onEveryShard<Value: Sendable>(
        parallel: Int = 8, _ body: @Sendable @escaping (ShardScope) async throws -> Value
    ) async -> [(shard: ShardID, result: Result<Value, any Error>)] {
        let shards = map.shards.values.filter { $0.state != .retired }.map(\.id).sorted()
        return await fanOut(over: shards, parallel: parallel) { [self] id in
            try await body(ShardScope(id: id, tenancy: self))
        }.map { (shard: $0, result: $1) }
    }

    /// Runs `body` for each tenant, at most `parallel` at a time: the children of a family in schools on several shards. One
    /// that fails neither stops nor hides the others.
    /// - Returns: what came of each, in the order given.
    package func onEach<Value: Sendable>(
        _ contexts: [TenantContext], parallel: Int = 8,
        _ body: @Sendable @escaping (TenantContext) async throws -> Value
    ) async -> [(context: TenantContext, result: Result<Value, any Error>)] {
        await fanOut(over: contexts, parallel: parallel, body).map { (context: $0, result: $1) }
    }

    private func fanOut<Item: Sendable, Value: Sendable>(
        over items: [Item], parallel: Int, _ body: @Sendable @escaping (Item) async throws -> Value
    ) async -> [(Item, Result<Value, any Error>)] {
        loop.assertCurrent()
        var results: [Result<Value, any Error>?] = Array(repeating: nil, count: items.count)
        await withTaskGroup(of: (Int, Result<Value, any Error>).self) { group in
            var next = 0
            while next < items.count, next < max(1, parallel) {
                start(next, items[next], in: &group, body)
                next += 1
            }
            for await (index, result) in group {
                results[index] = result
                guard next < items.count else { continue }
                start(next, items[next], in: &group, body)
                next += 1
            }
        }
        return zip(items, results).compactMap { item, result in result.map { (item, $0) } }
    }

    private func start<Item: Sendable, Value: Sendable>(
        _ index: Int, _ item: Item, in group: inout TaskGroup<(Int, Result<Value, any Error>)>,
        _ body: @Sendable @escaping (Item) async throws -> Value
    ) {
        group.addTask(executorPreference: loop) {
            do {
                return (index, .success(try await body(item)))
            } catch {
                return (index, .failure(error))
            }
        }
    }
}

/// One shard, as `onEveryShard` hands it out: no connection, but the tenants that are on it.
package struct ShardScope: Sendable {
    package let id: ShardID
    private let tenancy: Tenancy

    init(id: ShardID, tenancy: Tenancy) {
        self.id = id
        self.tenancy = tenancy
    }

    /// In the order of their UAI.
    package var establishments: [EstablishmentID] { tenancy.map.establishments(on: id) }

    /// The newest migration the shard has had, asked for now; 0 when it has had none.
    package func schemaVersion() async throws(TenancyError) -> Int { try await tenancy.link(to: id).schemaVersion() }

    /// How its server is, asked for now.
    package func serverState() async throws(TenancyError) -> ShardServerState {
        let link = try tenancy.link(to: id)
        do {
            return try await ShardStateStore.state(link.pool)
        } catch {
            throw link.translated(error)
        }
    }
}
