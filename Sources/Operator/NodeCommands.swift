internal import Foundation

/// Nodes that come and go.
enum NodeCommands: CommandSet {
    static let all = [
        Command(
            words: ["node", "list"], usage: "",
            summary: "Lists the nodes: what they say themselves, and what the front sends them."
        ) { words, client in
            try words.end()
            let data = try await client.send("GET", "/api/v1/nodes")
            let nodes = try decoder.decode(Nodes.self, from: data).nodes
            // An admin service that starts no nodes knows no front.
            let front = try? decoder.decode(
                Members.self, from: try await client.send("GET", "/api/v1/front/nodes"))
            let states = Dictionary(
                (front?.nodes ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            return Output(
                text: columns(
                    nodes.map { node in
                        let member = states[node.name]
                        return [
                            node.name, node.state, node.address, "since \(node.startedAt)",
                            member.map { "front: \($0.state), \($0.requests) requests" } ?? "",
                        ]
                    }), json: data)
        },
        Command(
            words: ["node", "add"], usage: "[NAME]",
            summary: "Starts a node, warms it, and has the front send it requests."
        ) { words, client in
            let name = words.first == nil ? nil : try words.word("the name")
            try words.end()
            let data = try await client.send("POST", "/api/v1/front/nodes", body: encoder.encode(["name": name]))
            let added = try decoder.decode(Added.self, from: data)
            return Output(
                text: "\(added.name) serves on \(added.address), after \(added.milliseconds) ms",
                json: data)
        },
        Command(
            words: ["node", "drain"], usage: "NAME",
            summary: "Sends a node nothing new, and waits for what it is doing."
        ) { words, client in
            let name = try words.word("the name")
            try words.end()
            let data = try await client.send("POST", "/api/v1/front/nodes/\(escaped(name))/drain")
            let left = try decoder.decode(Left.self, from: data).left
            return Output(
                text: left == 0 ? "\(name) has nothing left to do" : "\(left) requests still run", json: data,
                hasFailed: left > 0)
        },
        Command(
            words: ["node", "remove"], usage: "NAME", summary: "Drains a node, takes it from the front, and ends it."
        ) { words, client in
            let name = try words.word("the name")
            try words.end()
            _ = try await client.send("DELETE", "/api/v1/front/nodes/\(escaped(name))")
            return Output(text: "\(name) is gone", json: Data(#"{"removed":true}"#.utf8))
        },
    ]

    private struct Nodes: Decodable {
        struct Node: Decodable {
            let name: String
            let state: String
            let address: String
            let startedAt: String
        }

        let nodes: [Node]
    }

    private struct Members: Decodable {
        struct Member: Decodable {
            let name: String
            let state: String
            let requests: Int
        }

        let nodes: [Member]
    }

    private struct Added: Decodable {
        let name: String
        let address: String
        let milliseconds: Int
    }

    private struct Left: Decodable {
        let left: Int
    }
}
