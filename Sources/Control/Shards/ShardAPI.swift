internal import HTTP
internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
package import Web

/// Spreading establishments over the shards, and taking a shard out of use.
package struct ShardAPI: Sendable {
    private let service: AdminService
    private let desk: MoveDesk
    private let loads: ShardLoadStore
    private let isConfigured: Bool

    /// - Parameter isConfigured: whether this platform has a mover.
    package init(_ service: AdminService, isConfigured: Bool) {
        self.service = service
        self.isConfigured = isConfigured
        desk = MoveDesk(MoveStore(service.directory), service.tenancy)
        loads = ShardLoadStore(service.directory)
    }

    package var routes: [Route] { [rebalance, drain, retire] }

    private struct Wish: Decodable {
        let dryRun: Bool?
        let limit: Int?
        let force: Bool?

        private enum CodingKeys: String, CodingKey {
            case limit, force
            case dryRun = "dry_run"
        }
    }

    private static let wish = Schema.object([
        .optional("dry_run", .nullable(.boolean), "Shows the plan, orders nothing."),
        .optional("limit", .nullable(.integer(1...500)), "At most so many moves; 20 when absent."),
        .optional("force", .nullable(.boolean), "Also between 7:30 and 9:00."),
    ])

    private static let plan = Schema.object([
        .required("ordered", .boolean),
        .required(
            "moves",
            .array(
                of: .object([
                    .required("establishment", .uai), .required("from", .integer()), .required("to", .integer()),
                    .required("people", .integer()),
                ]))),
        .required("stranded", .array(of: .uai), "No shard takes them."),
        .required("refused", .array(of: .text()), "Moves that could not be ordered, and why."),
    ])

    private var rebalance: Route {
        .api(
            .post, "/api/v1/shards/rebalance", access: .operatorToken, tag: "Platform",
            summary: "Moves establishments so that each shard has its share of the people, by weight.",
            body: .json(ShardAPI.wish), answers: [.json(ShardAPI.plan, "The plan.")], errors: [.moverNotConfigured]
        ) { call in
            let wish = try await call.jsonBody(as: Wish.self)
            return try await carryOut(wish, draining: nil, call)
        }
    }

    private static let number = Parameter.integer("shard", 1...32_767, "Its number.")

    private static func id(_ call: Call) throws -> ShardID {
        ShardID(rawValue: Int16(clamping: try call.path.integer("shard")))
    }

    private var drain: Route {
        .api(
            .post, "/api/v1/shards/{shard}/drain", access: .operatorToken, tag: "Platform",
            summary: "Gives a shard no more establishments, and moves those it has to the others.",
            parameters: [ShardAPI.number], body: .json(ShardAPI.wish), answers: [.json(ShardAPI.plan, "The plan.")],
            errors: [.moveRefused, .moverNotConfigured]
        ) { call in
            let wish = try await call.jsonBody(as: Wish.self)
            return try await carryOut(wish, draining: try ShardAPI.id(call), call)
        }
    }

    private var retire: Route {
        .api(
            .post, "/api/v1/shards/{shard}/retire", access: .operatorToken, tag: "Platform",
            summary: "Ends the use of a shard that is drained and that no move needs any more.",
            parameters: [ShardAPI.number], answers: [.empty("Nobody connects to it any more.")], errors: [.moveRefused]
        ) { call in
            let id = try ShardAPI.id(call)
            guard service.tenancy.map.shards[id] != nil else { throw Problem(.notFound) }
            guard try await loads.retire(id) else {
                throw MoveError.refused(
                    "shard \(id) is not draining, not empty, or a move or an open way back needs it")
            }
            try await service.tenancy.refresh()
            return .status(.noContent)
        }
    }

    private func carryOut(_ wish: Wish, draining: ShardID?, _ call: Call) async throws -> Response {
        let isDry = wish.dryRun ?? false
        guard isDry || isConfigured else { throw MoveError.notConfigured }
        try await service.tenancy.refresh()
        if let draining {
            guard let shard = service.tenancy.map.shards[draining] else { throw Problem(.notFound) }
            guard shard.state == .active || shard.state == .draining else {
                throw MoveError.refused("shard \(draining) is \(shard.state.rawValue)")
            }
            if !isDry, shard.state == .active {
                _ = try await ShardStore.setState(of: draining, .draining, in: service.directory)
                try await service.tenancy.refresh()
            }
        }
        let plan = try await plan(draining: draining, limit: wish.limit ?? (draining == nil ? 20 : 500))
        var refused: [String] = []
        if !isDry {
            for step in plan.steps {
                var order = MoveDesk.Order()
                order.keepSeconds = draining == nil ? 3600 : 0
                order.isForced = wish.force ?? false
                order.requester = draining == nil ? "rebalance" : "drain"
                do {
                    _ = try await desk.request(step.establishment, to: step.to, order, now: call.now)
                } catch let error as MoveError {
                    refused.append("\(step.uai): \(error.summary)")
                }
            }
        }
        return .json { writer in
            writer.object { writer in
                writer.field("ordered", !isDry)
                writer.array("moves", plan.steps) { writer, step in
                    writer.object { writer in
                        writer.field("establishment", step.uai.rawValue)
                        writer.field("from", Int(step.from.rawValue))
                        writer.field("to", Int(step.to.rawValue))
                        writer.field("people", step.people)
                    }
                }
                writer.field("stranded", plan.stranded.map(\.rawValue))
                writer.field("refused", refused)
            }
        }
    }

    /// - Parameter draining: as if this one were draining, and only its own moves.
    private func plan(draining: ShardID?, limit: Int) async throws -> ShardPlan {
        let map = service.tenancy.map
        let people = try await loads.people()
        let places = map.shards.values.map {
            ShardPlan.Place(id: $0.id, state: $0.id == draining ? .draining : $0.state, weight: $0.weight)
        }
        let schools = map.establishments.values.compactMap { establishment -> ShardPlan.School? in
            guard let placement = establishment.placement,
                establishment.state == .active || establishment.state == .suspended
            else { return nil }
            return ShardPlan.School(
                id: establishment.id, uai: establishment.uai, shard: placement.shard,
                people: people[establishment.id] ?? 0)
        }
        let plan = ShardPlan.make(places, schools, limit: limit)
        guard let draining else { return plan }
        return ShardPlan(steps: plan.steps.filter { $0.from == draining }, stranded: plan.stranded)
    }
}
