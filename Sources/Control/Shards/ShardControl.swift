internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// Spreading establishments over the shards, as the API and the console order it: a plan that is shown first is what is done then.
package struct ShardControl: Sendable {
    let service: AdminService
    private let desk: MoveDesk
    private let loads: ShardLoadStore
    /// Whether this platform has a mover.
    private let isConfigured: Bool

    package init(_ service: AdminService, isConfigured: Bool) {
        self.service = service
        self.isConfigured = isConfigured
        desk = MoveDesk(MoveStore(service.directory), service.tenancy)
        loads = ShardLoadStore(service.directory)
    }

    /// What is to be done with a plan.
    struct Wish {
        /// The shard that gives up all it has; nil: every shard gets its share.
        var draining: ShardID?
        /// At most so many moves.
        var limit: Int?
        /// Also at the bell.
        var isForced = false
        /// Of each move. Nobody waits for a plan as a whole, and people work on the shards meanwhile.
        var bytesPerSecond = ShardControl.usualRate
    }

    /// Bytes a second of each move of a plan: a school of 20 GB, files included, takes half an hour, and two at a time leave a disk of
    /// 100 MB/s four fifths of itself.
    static let usualRate: Int64 = 10_000_000

    /// What would be done now. - Throws: `notFound` for a shard that is not known, `MoveError.refused`.
    func plan(_ wish: Wish) async throws -> ShardPlan {
        try await service.tenancy.refresh()
        let map = service.tenancy.map
        if let draining = wish.draining {
            guard let shard = map.shards[draining] else { throw Problem(.notFound) }
            guard shard.state == .active || shard.state == .draining else {
                throw MoveError.refused("shard \(draining) is \(shard.state.rawValue)")
            }
        }
        let people = try await loads.people()
        let traffic = try await loads.traffic()
        // As if this one were draining, and only its own moves.
        let places = map.shards.values.map {
            ShardPlan.Place(id: $0.id, state: $0.id == wish.draining ? .draining : $0.state, weight: $0.weight)
        }
        let schools = map.establishments.values.compactMap { establishment -> ShardPlan.School? in
            guard let placement = establishment.placement,
                establishment.state == .active || establishment.state == .suspended
            else { return nil }
            return ShardPlan.School(
                id: establishment.id, uai: establishment.uai, shard: placement.shard,
                people: people[establishment.id] ?? 0, traffic: traffic[establishment.id] ?? 0)
        }
        let plan = ShardPlan.make(places, schools, limit: wish.limit ?? (wish.draining == nil ? 20 : 500))
        guard let draining = wish.draining else { return plan }
        return ShardPlan(steps: plan.steps.filter { $0.from == draining }, stranded: plan.stranded)
    }

    /// Orders the moves of the plan of now; a shard that is drained gets nothing new from here on.
    /// - Returns: the plan, and the moves that could not be ordered, each with why.
    func carryOut(_ wish: Wish, _ call: Call) async throws -> (plan: ShardPlan, refused: [String]) {
        try service.charge(call).requirePlatform(.establishments)
        guard isConfigured else { throw MoveError.notConfigured }
        if let draining = wish.draining {
            // Refuses what cannot be drained before anything is written.
            _ = try await plan(wish)
            if service.tenancy.map.shards[draining]?.state == .active {
                _ = try await ShardStore.setState(of: draining, .draining, in: service.directory)
            }
        }
        let plan = try await plan(wish)
        var refused: [String] = []
        for step in plan.steps {
            var order = MoveDesk.Order()
            order.keepSeconds = wish.draining == nil ? 3600 : 0
            order.isForced = wish.isForced
            order.bytesPerSecond = wish.bytesPerSecond
            order.requester = wish.draining == nil ? "rebalance" : "drain"
            do {
                _ = try await desk.request(step.establishment, to: step.to, order, now: call.now)
            } catch let error as MoveError {
                refused.append("\(step.uai): \(error.summary)")
            }
        }
        try await service.audit.write(
            AuditEntry(
                wish.draining == nil ? "shard.rebalance" : "shard.drain", by: service.actor(call),
                target: wish.draining?.description ?? "all",
                after: ["moves": .integer(plan.steps.count - refused.count), "refused": .integer(refused.count)]))
        return (plan, refused)
    }

    /// - Throws: `notFound`; `MoveError.refused` unless it is drained and no move needs it any more.
    func retire(_ shard: ShardID, _ call: Call) async throws {
        try service.charge(call).requirePlatform(.establishments)
        guard service.tenancy.map.shards[shard] != nil else { throw Problem(.notFound) }
        let entry = AuditEntry(
            "shard.retire", by: service.actor(call), target: shard.description, before: ["state": "draining"],
            after: ["state": "retired"])
        guard try await loads.retire(shard, with: entry) else {
            throw MoveError.refused(
                "shard \(shard) is not draining, not empty, or a move or an open way back needs it")
        }
        try await service.tenancy.refresh()
    }
}
