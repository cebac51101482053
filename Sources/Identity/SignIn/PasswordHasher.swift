package import Cryptography
package import Runtime

/// Checks and makes password hashes on a bounded pool of threads, never on a loop.
///
/// Every check costs exactly one argon2id, also when there is nothing to check against: neither the time nor the count of
/// hashes tells whether a login exists.
package final class PasswordHasher: Sendable {
    package enum Verdict: Equatable, Sendable {
        case wrong
        /// `isOutdated`: the stored hash was made at another cost than today's.
        case right(isOutdated: Bool)
    }

    /// In bytes; a longer password is wrong.
    package static let longestPassword = 1024

    private let pool: BlockingPool
    private let cost: Argon2id.Cost
    private let decoy: String
    private let hashes: Counter
    private let busy: Counter
    private let refusals: Counter

    /// Makes one hash at once, to check against when there is none: takes some tens of milliseconds.
    package init(
        pool: BlockingPool, cost: Argon2id.Cost = .standard, metrics: Metrics
    ) throws(CryptographyError) {
        self.pool = pool
        self.cost = cost
        decoy = try Argon2id.hash(SecureRandom.bytes(32), cost: cost)
        hashes = metrics.counter("preau_identity_password_hashes_total", help: "Argon2id computations.")
        busy = metrics.counter(
            "preau_identity_password_microseconds_total", help: "Time that argon2id took, added up over threads.")
        refusals = metrics.counter(
            "preau_identity_password_refusals_total", help: "Passwords not looked at because the queue was full.")
    }

    /// How many argon2id computations were made.
    package var computed: Int { hashes.value }

    /// How long they took, added up.
    package var busyTime: Duration { .microseconds(busy.value) }

    /// - Parameter hash: nil when there is no such account or it has no password; takes as long, and is always wrong.
    /// - Throws: `.busy` when the pool's queue is full.
    package func verify(_ password: String, against hash: String?) async throws(IdentityError) -> Verdict {
        // One that is too long is checked as none against nothing.
        let isPlausible = password.utf8.count <= PasswordHasher.longestPassword
        let candidate = isPlausible ? Array(password.utf8) : []
        let hash = isPlausible ? hash : nil
        let (cost, decoy) = (cost, decoy)
        return try await run {
            guard try Self.check(candidate, hash, decoy), let hash else { return .wrong }
            return .right(isOutdated: Argon2id.needsRehash(hash, cost: cost))
        }
    }

    /// A new hash at today's cost.
    package func hash(_ password: String) async throws(IdentityError) -> String {
        let cost = cost
        let password = Array(password.utf8)
        return try await run { try Argon2id.hash(password, cost: cost) }
    }

    /// A stored text that is no acceptable hash is answered as a wrong password, after the decoy's time.
    private static func check(_ password: [UInt8], _ hash: String?, _ decoy: String) throws -> Bool {
        guard let hash else {
            _ = try Argon2id.verify(password, against: decoy)
            return false
        }
        do {
            return try Argon2id.verify(password, against: hash)
        } catch CryptographyError.malformedHash {
            _ = try Argon2id.verify(password, against: decoy)
            return false
        }
    }

    private func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws(IdentityError)
        -> Value
    {
        do {
            let busy = busy
            let value = try await pool.run {
                let start = Instant.now
                defer { busy.add(Int(Instant.now.since(start).wholeNanoseconds / 1000)) }
                return try body()
            }
            hashes.add()
            return value
        } catch {
            // Overloaded, stopping, or no memory for one more hash: in each case later is better than now.
            refusals.add()
            throw .busy
        }
    }
}
