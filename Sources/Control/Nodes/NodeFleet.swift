package import Runtime

/// Adds nodes to the front and takes them away, while people use it.
///
/// One change at a time: the fronts' sockets are on this machine, so one admin service has them, and this is its only way to them.
package final class NodeFleet: @unchecked Sendable {
    // Safety: confined to its loop.
    /// How long each step may take.
    package struct Patience: Sendable {
        /// From being started to being ready: connections, the map, its own test requests.
        package var warmUp: Duration = .seconds(20)
        /// For requests under way, once no new ones come.
        package var drain: Duration = .seconds(30)

        package init() {}
    }

    package struct Member: Sendable {
        package let name: NodeName
        /// As the front has it: `up`, `down`, `drain`.
        package let state: String
        package let requests: Int
    }

    private let loop: EventLoop
    private let fronts: FrontServers
    private let driver: any NodeDriver
    private let pool: BlockingPool
    private let patience: Patience
    private let log: Log
    private var isChanging = false
    private var waiting: [UnsafeContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - fronts: the sockets of HAProxy's runtime API, one a process of the front.
    ///   - pool: threads for what blocks: sockets and the driver.
    package init(
        loop: EventLoop, fronts: [String], driver: any NodeDriver, pool: BlockingPool, patience: Patience = Patience(),
        log: Log
    ) {
        self.loop = loop
        self.fronts = FrontServers(fronts, pool: pool)
        self.driver = driver
        self.pool = pool
        self.patience = patience
        self.log = log
    }

    /// Those that the front knows something behind.
    package func members() async throws(NodeError) -> [Member] {
        try await fronts.servers().filter { !$0.isFree }.map { server in
            Member(
                name: server.name,
                state: server.serves ? "up" : server.state.hasPrefix("DRAIN") ? "drain" : "down",
                requests: server.requests)
        }
    }

    /// What the front measures now.
    package func load() async throws(NodeError) -> ScalingRules.Load {
        let serving = try await fronts.servers().filter(\.serves)
        let waiting = try await fronts.waiting()
        return ScalingRules.Load(
            serving: serving.count, busy: serving.reduce(0) { $0 + $1.busy },
            waiting: serving.reduce(waiting) { $0 + $1.waiting }, places: serving.reduce(0) { $0 + $1.places })
    }

    /// Starts a node, waits until it is warm, and has the front send it requests.
    /// - Parameter wanted: its name; nil for the first that is free. One that is there already is put right and given again.
    package func add(_ wanted: NodeName?) async throws(NodeError) -> (name: NodeName, place: NodePlace) {
        try await changing { () throws(NodeError) in
            let servers = try await fronts.servers()
            guard let name = wanted ?? servers.first(where: \.isFree)?.name else { throw .full }
            guard servers.contains(where: { $0.name == name }) else { throw .unknown }
            let place = try await driver.start(name)
            try await awaitReady(place.privateAddress)
            try await fronts.admit(name, place)
            try await until(.seconds(5), .front("it does not see the node")) { () throws(NodeError) in
                try await self.fronts.servers().contains { $0.name == name && $0.serves }
            }
            log.notice("a node was added", ("node", .text(name.description)))
            return (name, place)
        }
    }

    /// Sends a node nothing new, and waits for what it is doing.
    /// - Returns: requests that still ran when patience ended: long downloads.
    package func drain(_ name: NodeName) async throws(NodeError) -> Int {
        try await changing { () throws(NodeError) in try await quiet(name) }
    }

    /// Drains a node, takes it from the front, and ends it. - Throws: `.last` for the only one that serves.
    package func remove(_ name: NodeName) async throws(NodeError) {
        try await changing { () throws(NodeError) in
            let servers = try await fronts.servers()
            guard let server = servers.first(where: { $0.name == name }) else { throw .unknown }
            if !server.isFree {
                guard servers.contains(where: { $0.name != name && $0.serves }) else { throw .last }
                _ = try await quiet(name)
                try await fronts.dismiss(name)
            }
            try await driver.stop(name)
            log.notice("a node was removed", ("node", .text(name.description)))
        }
    }

    private func quiet(_ name: NodeName) async throws(NodeError) -> Int {
        let servers = try await fronts.servers()
        guard let server = servers.first(where: { $0.name == name }), !server.isFree else { throw .unknown }
        guard servers.contains(where: { $0.name != name && $0.serves }) else { throw .last }
        try await fronts.drain(name)
        let deadline = Instant.now + patience.drain
        var left = 0
        repeat {
            left = try await fronts.servers().first { $0.name == name }?.requests ?? 0
            if left > 0 { await pause() }
        } while left > 0 && Instant.now < deadline
        return left
    }

    private func awaitReady(_ address: NodePlace.Address) async throws(NodeError) {
        let place = SocketExchange.Place.network(address: address.host, port: address.port)
        try await until(patience.warmUp, .notReady) { () throws(NodeError) in
            let answer = try? await self.pool.run {
                try SocketExchange.ask(
                    place, "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", limit: 4096,
                    patience: .seconds(2))
            }
            return answer?.hasPrefix("HTTP/1.1 200 ") == true
        }
    }

    private func until(
        _ patience: Duration, _ error: NodeError, _ isTrue: () async throws(NodeError) -> Bool
    ) async throws(NodeError) {
        let deadline = Instant.now + patience
        while try await !isTrue() {
            guard Instant.now < deadline else { throw error }
            await pause()
        }
    }

    private func pause() async { try? await loop.sleep(for: .milliseconds(20)) }

    /// One change after the other, in the order in which they were asked for.
    private func changing<Value>(_ body: () async throws(NodeError) -> Value) async throws(NodeError) -> Value {
        loop.assertCurrent()
        if isChanging { await withUnsafeContinuation { waiting.append($0) } }
        isChanging = true
        defer {
            // The next one finds `isChanging` as it is: nobody comes in between.
            if waiting.isEmpty { isChanging = false } else { waiting.removeFirst().resume() }
        }
        return try await body()
    }
}
