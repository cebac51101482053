internal import HTTP
internal import Identity
internal import Tenancy
package import Web

/// Spreading establishments over the shards, and taking a shard out of use.
package struct ShardAPI: Sendable {
    private let control: ShardControl

    package init(_ control: ShardControl) { self.control = control }

    package var routes: [Route] { [rebalance, drain, retire] }

    private struct Wish: Decodable {
        let dryRun: Bool?
        let limit: Int?
        let force: Bool?
        let bytesPerSecond: Int64?

        private enum CodingKeys: String, CodingKey {
            case limit, force
            case dryRun = "dry_run"
            case bytesPerSecond = "bytes_per_second"
        }
    }

    private static let wish = Schema.object([
        .optional("dry_run", .nullable(.boolean), "Shows the plan, orders nothing."),
        .optional("limit", .nullable(.integer(1...500)), "At most so many moves; 20 when absent."),
        .optional("force", .nullable(.boolean), "Also between 7:30 and 9:00."),
        .optional(
            "bytes_per_second", .nullable(.integer(10_000...10_000_000_000)),
            "At most, for each move; 10,000,000 when absent."),
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
            try await control.retire(try ShardAPI.id(call), call)
            return .status(.noContent)
        }
    }

    private func carryOut(_ wish: Wish, draining: ShardID?, _ call: Call) async throws -> Response {
        let order = ShardControl.Wish(
            draining: draining, limit: wish.limit, isForced: wish.force ?? false,
            bytesPerSecond: wish.bytesPerSecond ?? ShardControl.usualRate)
        let isDry = wish.dryRun ?? false
        let (plan, refused) =
            isDry ? (try await control.plan(order), []) : try await control.carryOut(order, call)
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
}
