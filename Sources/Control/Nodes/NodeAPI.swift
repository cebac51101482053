internal import HTTP
internal import Identity
internal import Runtime
package import Web

/// Adding, draining and removing nodes, for operators.
package struct NodeAPI: Sendable {
    private let service: AdminService
    private let fleet: NodeFleet?

    /// - Parameter fleet: nil where this admin service starts no nodes.
    package init(_ service: AdminService, _ fleet: NodeFleet?) {
        self.service = service
        self.fleet = fleet
    }

    package var routes: [Route] { [members, add, drain, remove] }

    private func configured() throws(NodeError) -> NodeFleet {
        guard let fleet else { throw .notConfigured }
        return fleet
    }

    private static let name = Parameter.slug("node", "`node-1` to `node-64`.")

    private func name(_ call: Call) throws -> NodeName {
        guard let name = NodeName(try call.path.text("node")) else { throw NodeError.unknown }
        return name
    }

    private func note(_ action: String, _ target: String, _ call: Call) async throws {
        try await service.audit.write(AuditEntry(action, by: service.actor(call), target: target))
    }

    private var members: Route {
        .api(
            .get, "/api/v1/front/nodes", access: .operatorToken, tag: "Platform",
            summary: "The nodes that the front sends requests to, or used to.",
            answers: [
                .json(
                    .object([
                        .required(
                            "nodes",
                            .array(
                                of: .object([
                                    .required("name", .text()),
                                    .required("state", .enumeration(["up", "down", "drain"])),
                                    .required("requests", .integer(), "Being answered, or waiting for it."),
                                ])))
                    ]), "By number.")
            ], errors: [.nodesNotConfigured, .frontRefused]
        ) { call in
            let members = try await configured().members()
            return .json { writer in
                writer.object { writer in
                    writer.array("nodes", members) { writer, member in
                        writer.object { writer in
                            writer.field("name", member.name.description)
                            writer.field("state", member.state)
                            writer.field("requests", member.requests)
                        }
                    }
                }
            }
        }
    }

    private struct Wanted: Decodable {
        let name: String?
    }

    private var add: Route {
        .api(
            .post, "/api/v1/front/nodes", access: .operatorToken, tag: "Platform",
            summary:
                "Starts a node, waits until it is warm, and has the front send it requests; safe to repeat with a name.",
            body: .json(.object([.optional("name", .nullable(.text(1...64)))])),
            answers: [
                .json(
                    .object([
                        .required("name", .text()), .required("address", .text()),
                        .required("milliseconds", .integer(), "From the request to serving."),
                    ]), "The node.", status: 201)
            ], errors: [.nodesNotConfigured, .nodesFull, .nodeUnknown, .nodeNotStarted, .frontRefused]
        ) { call in
            let wanted = try await call.jsonBody(as: Wanted.self).name
            let name = wanted.flatMap { NodeName($0) }
            guard wanted == nil || name != nil else { throw NodeError.unknown }
            try await note("node.add", wanted ?? "next", call)
            let start = Instant.now
            let added = try await configured().add(name)
            return .json(status: .created) { writer in
                writer.object { writer in
                    writer.field("name", added.name.description)
                    writer.field("address", added.place.address.description)
                    writer.field("milliseconds", Int(Instant.now.since(start).wholeNanoseconds / 1_000_000))
                }
            }
        }
    }

    private var drain: Route {
        .api(
            .post, "/api/v1/front/nodes/{node}/drain", access: .operatorToken, tag: "Platform",
            summary: "Sends a node nothing new, and waits up to 30 s for what it is doing.", parameters: [NodeAPI.name],
            answers: [.json(.object([.required("left", .integer(), "Requests that still run.")]), "What is left.")],
            errors: [.nodesNotConfigured, .nodeUnknown, .lastNode, .frontRefused]
        ) { call in
            let name = try name(call)
            try await note("node.drain", name.description, call)
            let left = try await configured().drain(name)
            return .json { writer in writer.object { $0.field("left", left) } }
        }
    }

    private var remove: Route {
        .api(
            .delete, "/api/v1/front/nodes/{node}", access: .operatorToken, tag: "Platform",
            summary: "Drains a node, takes it from the front and ends it; safe to repeat.", parameters: [NodeAPI.name],
            answers: [.empty("It is gone.")],
            errors: [.nodesNotConfigured, .nodeUnknown, .lastNode, .nodeNotStarted, .frontRefused]
        ) { call in
            let name = try name(call)
            try await note("node.remove", name.description, call)
            try await configured().remove(name)
            return .status(.noContent)
        }
    }
}
