internal import Runtime

/// Finds the server, connects, and makes the connection ready: password, database, role, functions.
final class RedisConnector: @unchecked Sendable {
    // Safety: confined to its loop.
    let loop: EventLoop
    let configuration: RedisConfiguration
    let instruments: RedisInstruments
    private let log: Log

    private(set) var libraries: [String: RedisFunctionLibrary] = [:]
    /// The Sentinel that answered last is asked first.
    private var preferredSentinel = 0
    /// What a name resolved to last, for when the name servers are gone.
    private var resolved: [String: String] = [:]

    init(_ loop: EventLoop, _ configuration: RedisConfiguration, _ instruments: RedisInstruments, _ log: Log) {
        self.loop = loop
        self.configuration = configuration
        self.instruments = instruments
        self.log = log
    }

    /// Connects to the server, or to the master that the Sentinels name, and checks that it is one.
    /// - Throws: `.unavailable` when there is none; `.server` when it refuses the handshake (a wrong password, still loading).
    func openMaster() async throws(RedisError) -> RedisConnection {
        switch configuration.server {
        case .direct(let address):
            return try await open(address, requiringMaster: false)
        case .sentinel(let name, let sentinels, let password):
            var failure = RedisError.unavailable
            for offset in sentinels.indices {
                let index = (preferredSentinel + offset) % sentinels.count
                do throws(RedisError) {
                    let address = try await master(named: name, sentinels[index], password)
                    let connection = try await open(address, requiringMaster: true)
                    preferredSentinel = index
                    return connection
                } catch {
                    failure = error
                }
            }
            throw failure
        }
    }

    /// The master's address as one Sentinel knows it.
    private func master(
        named name: String, _ sentinel: RedisConfiguration.Address, _ password: String?
    ) async throws(RedisError) -> RedisConfiguration.Address {
        let connection = try await openSentinel(sentinel, password)
        defer { connection.close(.closedByOwner) }
        return try await master(named: name, on: connection)
    }

    private func master(named name: String, on connection: RedisConnection) async throws(RedisError)
        -> RedisConfiguration.Address
    {
        let reply = try await connection.send(
            ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", .text(name)], patience: configuration.connectDeadline
        ).orThrow()
        guard let parts = reply.array, parts.count == 2, let host = parts[0].string,
            let port = parts[1].integer.flatMap({ UInt16(exactly: $0) })
        else { throw .unavailable }
        return RedisConfiguration.Address(host: host, port: port)
    }

    /// The master as the first Sentinel that answers knows it.
    func currentMaster() async throws(RedisError) -> RedisConfiguration.Address {
        guard case .sentinel(let name, _, _) = configuration.server else { throw .unavailable }
        let sentinel = try await openAnySentinel()
        defer { sentinel.close(.closedByOwner) }
        return try await master(named: name, on: sentinel)
    }

    /// Whether the server at this address says that it is a master.
    func isMaster(_ address: RedisConfiguration.Address) async -> Bool {
        guard let connection = try? await connect(address) else { return false }
        defer { connection.close(.closedByOwner) }
        do throws(RedisError) {
            try await greet(connection, requiringMaster: true)
            return true
        } catch {
            return false
        }
    }

    /// A connection to any one of the Sentinels, for their events.
    func openAnySentinel() async throws(RedisError) -> RedisConnection {
        guard case .sentinel(_, let sentinels, let password) = configuration.server else { throw .unavailable }
        var failure = RedisError.unavailable
        for offset in sentinels.indices {
            do throws(RedisError) {
                return try await openSentinel(sentinels[(preferredSentinel + offset) % sentinels.count], password)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private func openSentinel(
        _ address: RedisConfiguration.Address, _ password: String?
    ) async throws(RedisError) -> RedisConnection {
        let connection = try await connect(address)
        return try await preparing(connection) { () throws(RedisError) in
            var commands: [[RedisWord]] = [["PING"]]
            if let password { commands.insert(["AUTH", .text(password)], at: 0) }
            for reply in try await connection.send(commands, patience: self.configuration.connectDeadline) {
                _ = try reply.orThrow()
            }
        }
    }

    private func open(
        _ address: RedisConfiguration.Address, requiringMaster: Bool
    ) async throws(RedisError) -> RedisConnection {
        let connection = try await connect(address)
        return try await preparing(connection) { () throws(RedisError) in
            try await self.greet(connection, requiringMaster: requiringMaster)
            for library in self.libraries.values { try await self.loadIfPossible(library, on: connection) }
        }
    }

    private func preparing(
        _ connection: RedisConnection, _ steps: () async throws(RedisError) -> Void
    ) async throws(RedisError) -> RedisConnection {
        do throws(RedisError) {
            try await steps()
        } catch {
            connection.close(.unreachable)
            throw error
        }
        return connection
    }

    private func greet(_ connection: RedisConnection, requiringMaster: Bool) async throws(RedisError) {
        // PING is answered with an error while the data set is still being loaded.
        var commands: [[RedisWord]] = [["CLIENT", "SETNAME", .text(configuration.clientName)], ["PING"]]
        if requiringMaster { commands.append(["ROLE"]) }
        if configuration.database != 0 { commands.insert(["SELECT", .integer(configuration.database)], at: 0) }
        if let password = configuration.password {
            let user: [RedisWord] = configuration.user.map { [.text($0)] } ?? []
            commands.insert(["AUTH"] + user + [.text(password)], at: 0)
        }
        let replies = try await connection.send(commands, patience: configuration.connectDeadline)
        for reply in replies { _ = try reply.orThrow() }
        if requiringMaster, replies.last?.array?.first?.string != "master" { throw .unavailable }
    }

    // MARK: Functions

    /// Remembers a library, to be loaded on every new connection; false when it was known.
    func register(_ library: RedisFunctionLibrary) -> Bool {
        if let known = libraries[library.name], known.version >= library.version { return false }
        libraries[library.name] = library
        return true
    }

    /// A library that Redis refuses fails its own calls, not every session's.
    private func loadIfPossible(
        _ library: RedisFunctionLibrary, on connection: RedisConnection
    ) async throws(RedisError) {
        do throws(RedisError) {
            try await load(library, on: connection)
        } catch {
            guard case .server(let code) = error, connection.end == nil else { throw error }
            log.error("Redis refused a function library", ("library", .text(library.name)), ("code", .text(code)))
        }
    }

    /// Loads a library unless Redis has it, in this version or a higher one. Other nodes, perhaps of another version, may
    /// be loading theirs at the same moment: a watched key makes looking and loading one step.
    func load(_ library: RedisFunctionLibrary, on connection: RedisConnection) async throws(RedisError) {
        let turn: RedisWord = "preau:functions:\(library.name)"
        let patience = configuration.connectDeadline
        for _ in 0..<32 {
            let found = try await connection.send(
                [["WATCH", turn], ["FUNCTION", "LIST", "LIBRARYNAME", .text(library.name), "WITHCODE"]],
                patience: patience)
            for reply in found { _ = try reply.orThrow() }
            guard library.replaces(RedisConnector.code(in: found[1])) else {
                _ = try await connection.send(["UNWATCH"], patience: patience).orThrow()
                return
            }
            let loaded = try await connection.send(
                [
                    ["MULTI"], ["SET", turn, .integer(library.version)],
                    ["FUNCTION", "LOAD", "REPLACE", .text(library.code)], ["EXEC"],
                ], patience: patience)
            for reply in loaded { _ = try reply.orThrow() }
            // Null: another node was faster, and has to be looked at again.
            guard let results = loaded[3].array else { continue }
            for result in results { _ = try result.orThrow() }
            return
        }
        throw .unavailable
    }

    /// The code in what `FUNCTION LIST … WITHCODE` answers: a list of libraries, each a flat list of names and values.
    private static func code(in list: RedisValue) -> String? {
        guard let fields = list.array?.first?.array else { return nil }
        let name = RedisValue.text(Array("library_code".utf8))
        guard let index = fields.firstIndex(of: name), index + 1 < fields.count else { return nil }
        return fields[index + 1].string
    }

    // MARK: Addresses

    private func connect(_ address: RedisConfiguration.Address) async throws(RedisError) -> RedisConnection {
        let numeric: String
        do {
            numeric = try await HostName.resolve(address.host).first ?? address.host
            resolved[address.host] = numeric
        } catch {
            guard let last = resolved[address.host] else { throw .unavailable }
            numeric = last
        }
        return try await RedisConnection.open(address, at: numeric, self)
    }
}
