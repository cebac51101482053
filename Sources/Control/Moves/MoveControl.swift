internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// Orders of moves as the API and the console take them: whose they may be, and each in the audit log.
package struct MoveControl: Sendable {
    let service: AdminService
    private let store: MoveStore
    private let desk: MoveDesk
    /// Whether this platform has a mover: orders would wait for ever otherwise.
    let isConfigured: Bool

    package init(_ service: AdminService, isConfigured: Bool) {
        self.service = service
        self.isConfigured = isConfigured
        store = MoveStore(service.directory)
        desk = MoveDesk(store, service.tenancy)
    }

    /// Where establishments lie is the platform's affair: nobody's territory.
    func mayOrder(_ call: Call) -> Bool { service.charge(call).coversPlatform(.establishments) }

    // MARK: Reading

    /// The moves of what is in somebody's charge, newest first.
    func page(before: Int64?, limit: Int, _ call: Call) async throws -> [Move] {
        try await store.page(before: before, limit: limit, of: service.charge(call).rows())
    }

    /// - Throws: `MoveError.unknownMove`, also for a move of an establishment that is not in their charge.
    func move(_ id: Int64, _ call: Call) async throws -> Move {
        guard let move = try await store.move(id), isInCharge(move, call) else { throw MoveError.unknownMove }
        return move
    }

    private func isInCharge(_ move: Move, _ call: Call) -> Bool {
        let charge = service.charge(call)
        if case .everything = charge.rows() { return true }
        return service.tenancy.map[move.establishment].map(charge.contains) ?? false
    }

    // MARK: Orders

    /// - Throws: `MoveError.refused`, `.notConfigured`; `ControlError.noRight`.
    func order(
        _ establishment: Establishment, to target: ShardID, _ order: MoveDesk.Order, _ call: Call
    ) async throws -> Move {
        let order = try accepted(order, call)
        let (move, isNew) = try await desk.request(establishment.id, to: target, order, now: call.now)
        if isNew { try await note("establishment.move", move, call) }
        return move
    }

    func reverse(_ id: Int64, _ order: MoveDesk.Order, _ call: Call) async throws -> Move {
        let move = try await desk.reverse(id, try accepted(order, call))
        try await note("establishment.move", move, call)
        return move
    }

    func cancel(_ id: Int64, _ call: Call) async throws -> Move {
        try service.charge(call).requirePlatform(.establishments)
        let move = try await desk.cancel(id)
        try await note("move.cancel", move, call)
        return move
    }

    func complete(_ id: Int64, _ call: Call) async throws -> Move {
        try service.charge(call).requirePlatform(.establishments)
        let move = try await desk.complete(id)
        try await note("move.complete", move, call)
        return move
    }

    private func accepted(_ order: MoveDesk.Order, _ call: Call) throws -> MoveDesk.Order {
        try service.charge(call).requirePlatform(.establishments)
        guard isConfigured else { throw MoveError.notConfigured }
        let actor = service.actor(call)
        var order = order
        order.requester = "\(actor.kind.rawValue) \(actor.name)"
        return order
    }

    private func note(_ action: String, _ move: Move, _ call: Call) async throws {
        let establishment = service.tenancy.map[move.establishment]
        try await service.audit.write(
            AuditEntry(
                action, by: service.actor(call), territory: establishment?.territory, establishment: move.establishment,
                target: establishment?.uai.rawValue ?? move.establishment.description,
                before: ["shard": .integer(Int(move.source.rawValue))],
                after: ["shard": .integer(Int(move.target.rawValue)), "move": .integer(Int(move.id))]))
    }
}
