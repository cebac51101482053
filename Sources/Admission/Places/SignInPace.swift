internal import Redis
internal import Runtime
internal import Synchronization

/// How many passwords the platform can check each second: what its nodes say of themselves, added up. One a process.
package final class SignInPace: Sendable {
    /// A node is counted for this long after it was last heard; milliseconds.
    private static let memory = 15_000
    /// Of a node, however slow its hashing was measured: a measure made on a stalled machine must not close the door.
    private static let least = 20

    private let known = Atomic(0)

    package init() {}

    /// For the whole platform; 0 before anything is known: no bound.
    var perSecond: Int { known.load(ordering: .relaxed) }

    /// Tells what this node can do and hears what all can. With Redis gone the last number stays.
    /// - Parameters:
    ///   - threads: that hash passwords.
    ///   - hashes: how many were made since the last call.
    ///   - busy: how long they took, added up.
    package func exchange(
        node: String, threads: Int, hashes: Int, busy: Duration, _ service: AdmissionService
    ) async {
        // Four fifths of what the threads do; before the first hash, what argon2id takes on a middling core.
        let each = hashes > 0 ? max(0.002, busy.seconds / Double(hashes)) : 0.03
        let own = max(Self.least, Int(0.8 * Double(threads) / each))
        guard
            let reply = try? await service.redis.call(
                PlaceFunctions.capacity, keys: [],
                arguments: [.text(node), .integer(own), .integer(Self.memory)]
            ).array, reply.count == 2, let sum = reply[1].integer
        else { return }
        known.store(sum, ordering: .relaxed)
    }
}
