internal import Runtime

/// HAProxy's servers for nodes, through the runtime API of every front: several processes may share the port, and each has its own
/// list. The places are the front's 64, `node-1` to `node-64`; one without a node is in maintenance.
struct FrontServers: Sendable {
    struct Server: Sendable, Equatable {
        let name: NodeName
        /// `UP`, `DOWN`, `DRAIN`, `MAINT`, with what HAProxy adds behind.
        var state: String
        /// Requests that it is answering.
        var busy: Int
        /// Requests that wait for it, or for any node when it is the front's own line.
        var waiting: Int
        /// Requests at once that it says it does well; of one front.
        var places: Int

        var requests: Int { busy + waiting }

        /// Requests are sent to it.
        var serves: Bool { state.hasPrefix("UP") || state == "no check" }
        /// Nothing is behind this name as far as the front knows.
        var isFree: Bool { state.hasPrefix("MAINT") }
    }

    private static let backend = "nodes"
    private static let longestAnswer = 1 << 20

    private let sockets: [String]
    private let pool: BlockingPool

    init(_ sockets: [String], pool: BlockingPool) {
        self.sockets = sockets
        self.pool = pool
    }

    /// The servers, by name: the worst state that a front sees, the requests of all.
    func servers() async throws(NodeError) -> [Server] {
        var all: [NodeName: Server] = [:]
        for socket in sockets {
            for server in FrontServers.read(try await ask(socket, "show stat \(FrontServers.backend) 4 -1")) {
                guard var known = all[server.name] else {
                    all[server.name] = server
                    continue
                }
                if known.serves { known.state = server.state }
                known.busy += server.busy
                known.waiting += server.waiting
                known.places += server.places
                all[server.name] = known
            }
        }
        return all.values.sorted { $0.name < $1.name }
    }

    /// Requests that wait for any node.
    func waiting() async throws(NodeError) -> Int {
        var count = 0
        for socket in sockets {
            let text = try await ask(socket, "show stat \(FrontServers.backend) 2 -1")
            count += text.split(separator: "\n").dropFirst().compactMap { line in
                let fields = line.split(separator: ",", omittingEmptySubsequences: false)
                return fields.count > 2 ? Int(fields[2]) : nil
            }.reduce(0, +)
        }
        return count
    }

    /// What each front answered by itself since it started, by socket.
    func counts() async throws(NodeError) -> [String: FrontWatch.Counts] {
        var counts: [String: FrontWatch.Counts] = [:]
        for socket in sockets {
            let answer = try await ask(socket, "show stat \(FrontServers.backend) 6 -1")
            guard let count = FrontWatch.Counts(answer) else { throw .front(String(answer.prefix(200))) }
            counts[socket] = count
        }
        return counts
    }

    /// Sends requests to a node that is ready, slowly at first (`slowstart`).
    func admit(_ name: NodeName, _ place: NodePlace) async throws(NodeError) {
        let server = "\(FrontServers.backend)/\(name)"
        let address = { (place: NodePlace.Address) in "\(place.host) port \(place.port)" }
        for command in [
            "set server \(server) addr \(address(place.address))",
            "set server \(server) check-addr \(address(place.privateAddress))",
            // Nobody asks the agent of a place without a node, and an agent that is not asked takes no address.
            "enable agent \(server)", "set server \(server) agent-addr \(address(place.agent))",
            "enable health \(server)", "set server \(server) state ready",
        ] {
            try await tell(command)
        }
    }

    /// No new request; those under way are finished.
    func drain(_ name: NodeName) async throws(NodeError) {
        try await tell("set server \(FrontServers.backend)/\(name) state drain")
    }

    /// As if it were not there.
    func dismiss(_ name: NodeName) async throws(NodeError) {
        let server = "\(FrontServers.backend)/\(name)"
        try await tell("set server \(server) state maint")
        try await tell("disable agent \(server)")
    }

    /// `show stat` as HAProxy prints it: CSV, whose second field is the server's name.
    static func read(_ text: String) -> [Server] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count > 17, let name = NodeName(String(fields[1])) else { return nil }
            // Columns as in HAProxy's management guide, §9.1: qcur, scur, slim, status.
            return Server(
                name: name, state: String(fields[17]), busy: Int(fields[4]) ?? 0, waiting: Int(fields[2]) ?? 0,
                places: Int(fields[6]) ?? 0)
        }
    }

    /// The same to every front. What changes nothing, or succeeds, is answered with nothing or with a remark about a change.
    private func tell(_ command: String) async throws(NodeError) {
        for socket in sockets {
            let answer = try await ask(socket, command)
            let refusals = ["No such", "Unknown", "require", "unable", "Invalid", "can't", "not"]
            let isFine = answer.contains("changed") || answer.contains("no need")
            guard isFine || !refusals.contains(where: answer.contains) else {
                throw .front(String(answer.prefix(200)))
            }
        }
    }

    private func ask(_ socket: String, _ command: String) async throws(NodeError) -> String {
        do {
            return try await pool.run {
                try SocketExchange.ask(
                    .file(socket), command + "\n", limit: FrontServers.longestAnswer, patience: .seconds(5))
            }
        } catch {
            throw .front("it does not answer on its socket")
        }
    }
}
