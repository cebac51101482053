internal import Redis
internal import Runtime
internal import Synchronization

/// What the platform's nodes can do together, as they say of themselves and everybody hears. One a process.
package final class PlatformCapacity: Sendable {
    /// A node is counted for this long after it was last heard; milliseconds.
    private static let memory = 15_000
    /// Passwords a second of a node, however slow its hashing was measured: a measure made on a stalled machine must not close
    /// the door.
    private static let leastPasswords = 20

    private let passwords = Atomic(0)
    private let people = Atomic(0)

    /// Decisions that each of the gate's logs keeps, about.
    let decisionsKept: Int

    /// - Parameter decisionsKept: about 150 bytes each in Redis.
    package init(decisionsKept: Int = PlatformCapacity.usualDecisions) { self.decisionsKept = decisionsKept }

    /// A morning of 51,000 people: each let in, most of them kept waiting before, some who gave their place back.
    package static let usualDecisions = 200_000

    /// Passwords a second on the whole platform; 0 before anything is known: no bound.
    var perSecond: Int { passwords.load(ordering: .relaxed) }

    /// People that the nodes can carry at the load that those who are in cause now; nil while there is too little to tell.
    var carried: Int? {
        let people = people.load(ordering: .relaxed)
        return people > 0 ? people : nil
    }

    /// What one node says of itself.
    package struct Node: Sendable {
        let name: String
        let passwords: Int
        let load: Int
        let least: Int

        /// - Parameters:
        ///   - threads: that hash passwords.
        ///   - hashes: how many were made since the last time.
        ///   - busy: how long they took, added up.
        ///   - load: how busy its loops are, in thousandths of what they can do well; more than 1000 when people notice.
        ///   - least: people that it carries whatever is measured.
        package init(name: String, threads: Int, hashes: Int, busy: Duration, load: Int, least: Int) {
            self.name = name
            // Four fifths of what the threads do; before the first hash, what argon2id takes on a middling core.
            let each = hashes > 0 ? max(0.002, busy.seconds / Double(hashes)) : 0.03
            passwords = max(PlatformCapacity.leastPasswords, Int(0.8 * Double(threads) / each))
            self.load = load
            self.least = least
        }
    }

    /// Tells what this node can do and hears what all can. With Redis gone the last numbers stay.
    package func exchange(_ node: Node, _ service: AdmissionService) async {
        guard
            let reply = try? await service.redis.call(
                PlaceFunctions.capacity, keys: [],
                arguments: [
                    .text(node.name), .integer(node.passwords), .integer(Self.memory), .integer(node.load),
                    .integer(node.least), .integer(service.gate.placeLife),
                ]
            ).array, reply.count >= 4, let sum = reply[1].integer, let carried = reply[2].integer
        else { return }
        passwords.store(sum, ordering: .relaxed)
        people.store(carried, ordering: .relaxed)
    }

    /// How the platform stands, for those who administer.
    package struct Standing: Sendable, Equatable {
        package let nodes: Int
        package let passwordsPerSecond: Int
        /// Nil while there is too little to tell.
        package let carried: Int?
        /// In thousandths of what the loops can do well.
        package let load: Int
    }

    /// What the nodes said last. - Throws: `RedisError`.
    static func standing(_ redis: RedisClient) async throws(RedisError) -> Standing {
        let reply = try await redis.call(PlaceFunctions.measured, keys: [], arguments: [.integer(memory)]).array ?? []
        guard reply.count >= 4, let nodes = reply[0].integer, let passwords = reply[1].integer,
            let carried = reply[2].integer, let load = reply[3].integer
        else { throw .server(code: "ERR") }
        return Standing(
            nodes: nodes, passwordsPerSecond: passwords, carried: carried > 0 ? carried : nil, load: load)
    }
}
