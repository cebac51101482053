internal import Redis
internal import Runtime
internal import Tenancy

/// What a node does before it says that it is ready, so that the first people who are sent to it wait no longer than the others: the
/// map read, connections to every shard and to Redis open, and its own pages asked for over the network.
enum WarmUp {
    private static let patience: Duration = .seconds(5)
    private static let probes = 20

    /// One loop's connections. A part that is missing is not waited for: the node can do without it as well as the others can.
    static func connect(_ parts: LoopParts) async {
        let deadline = Instant.now + patience
        while parts.tenancy.map.version == 0, Instant.now < deadline {
            try? await parts.loop.sleep(for: .milliseconds(5))
        }
        // Twice at once, since a shard is reached by two connections for people's requests.
        async let first = parts.tenancy.onEveryShard { try await $0.schemaVersion() }
        async let second = parts.tenancy.onEveryShard { try await $0.schemaVersion() }
        _ = await (first, second)
        _ = try? await parts.redis.send("PING")
    }

    /// Requests as people send them, to this very node: they end on all of its loops in turn.
    static func probe(_ parts: LoopParts, _ shared: SharedParts) async {
        guard let host = parts.tenancy.territories.all.lazy.compactMap(\.hosts.first).first else { return }
        let endpoint = shared.configuration.listen
        let address = endpoint.host == "0.0.0.0" ? "127.0.0.1" : endpoint.host
        for _ in 0..<probes {
            _ = try? await shared.blockingPool.run {
                try SocketExchange.ask(
                    .network(address: address, port: endpoint.port),
                    "GET /login HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n", limit: 1 << 20,
                    patience: .seconds(2))
            }
        }
    }
}
