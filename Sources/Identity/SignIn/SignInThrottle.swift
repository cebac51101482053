internal import Redis
internal import Runtime

/// Counts failed sign-ins per account and per pair of account and address, in Redis; and beside it in this process, which
/// is what counts while Redis cannot be asked.
///
/// Attempts refused here are not counted: someone who waits as told gets through.
final class SignInThrottle {
    private struct Count {
        var failures = 0
        var waitUntil: Int64 = 0
        var forgottenAt: Int64 = 0
    }

    private let redis: RedisClient
    private let clock: @Sendable () -> Int64
    private var local = BoundedCache<ThrottleKey, Count>(generation: 10_000)

    init(redis: RedisClient, clock: @escaping @Sendable () -> Int64) {
        self.redis = redis
        self.clock = clock
    }

    /// - Throws: `.throttled` with the time left to wait.
    func check(account: ThrottleKey, pair: ThrottleKey) async throws(IdentityError) {
        let seconds: Double
        do {
            let replies = try await redis.pipeline([["PTTL", .text(account.wait)], ["PTTL", .text(pair.wait)]])
            // -2: no such key; an error in the place of a number is no reason to let nobody in.
            seconds = Double(replies.compactMap(\.integer).max() ?? 0) / 1000
        } catch {
            let now = clock()
            seconds = Double(max(local[account]?.waitUntil ?? 0, local[pair]?.waitUntil ?? 0) - now)
        }
        if seconds > 0 { throw .throttled(retryAfter: .milliseconds(Int64(seconds * 1000))) }
    }

    func failed(account: ThrottleKey, pair: ThrottleKey) async {
        let counted: [(key: ThrottleKey, policy: ThrottlePolicy)] = [(account, .account), (pair, .pair)]
        for (key, policy) in counted { countHere(key, policy) }
        let memory = RedisWord.integer(ThrottlePolicy.memory)
        let commands: [[RedisWord]] = counted.flatMap { key, _ in
            [["INCR", .text(key.failures)], ["EXPIRE", .text(key.failures), memory]] as [[RedisWord]]
        }
        guard let replies = try? await redis.pipeline(commands) else { return }
        let waits: [[RedisWord]] = counted.enumerated().compactMap { index, counted in
            let delay = counted.policy.delay(after: replies[2 * index].integer ?? 0)
            return delay > 0 ? ["SET", .text(counted.key.wait), "1", "EX", .integer(delay)] : nil
        }
        if !waits.isEmpty { _ = try? await redis.pipeline(waits) }
    }

    /// Forgets the failures of someone who got in.
    func succeeded(account: ThrottleKey, pair: ThrottleKey) async {
        local[account] = nil
        local[pair] = nil
        _ = try? await redis.send(
            "UNLINK", .text(account.failures), .text(account.wait), .text(pair.failures), .text(pair.wait))
    }

    private func countHere(_ key: ThrottleKey, _ policy: ThrottlePolicy) {
        let now = clock()
        var count = local[key] ?? Count()
        if count.forgottenAt <= now { count = Count() }
        count.failures += 1
        count.waitUntil = now + Int64(policy.delay(after: count.failures))
        count.forgottenAt = now + Int64(ThrottlePolicy.memory)
        local[key] = count
    }
}
