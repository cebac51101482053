internal import Redis
internal import Runtime

/// Slows one address down that tries many logins and hardly ever gets in: stolen lists of passwords being tried out.
///
/// A school leaves by one address, and a thousand people mistype on a Monday morning; but most of them get in. So successes
/// are counted against failures, and whoever got in from this address lately is never slowed by what others do there.
final class CrowdThrottle {
    /// Failures weigh one, successes take away three: what is left over when hardly anybody gets in.
    private static let pardon = 3
    /// Left over before anything happens.
    private static let free = 100
    /// Forgotten when nothing is counted for so long; seconds.
    private static let memory = 600
    /// How long somebody who got in from an address is known there; seconds.
    private static let acquaintanceLife = 7 * 86_400

    private static let library = RedisFunctionLibrary(
        name: "preau_crowd", version: 1,
        source: """
            -- KEYS: the address's count · ARGV: what to add, seconds that it is remembered
            redis.register_function('preau_crowd_count', function(keys, arguments)
                local count = tonumber(redis.call('GET', keys[1]) or '0') + tonumber(arguments[1])
                if count <= 0 then redis.call('DEL', keys[1]) return 0 end
                if count > 100000 then count = 100000 end
                redis.call('SET', keys[1], count, 'EX', arguments[2])
                return count
            end)
            """)
    private static let count = RedisFunction("preau_crowd_count", in: library)

    private let redis: RedisClient

    init(redis: RedisClient) { self.redis = redis }

    private static func counter(_ address: ThrottleKey) -> RedisWord { .text("c1:" + address.text) }
    private static func turn(_ address: ThrottleKey) -> RedisWord { .text("ct:" + address.text) }
    private static func acquaintance(_ pair: ThrottleKey) -> RedisWord { .text("k1:" + pair.text) }

    /// Lets one unknown login at a time through from an address that is trying them out. Redis gone: everybody passes; the
    /// limits of accounts hold by themselves.
    /// - Throws: `.throttled`.
    func check(address: ThrottleKey, pair: ThrottleKey) async throws(IdentityError) {
        let replies = try? await redis.pipeline([
            ["GET", CrowdThrottle.counter(address)], ["EXISTS", CrowdThrottle.acquaintance(pair)],
        ])
        guard let replies, let count = replies[0].integer, replies[1].integer == 0, count > CrowdThrottle.free else {
            return
        }
        let wait = CrowdThrottle.wait(after: count)
        let turn = try? await redis.send(
            "SET", CrowdThrottle.turn(address), "1", "NX", "PX", .integer(wait * 1000))
        if let turn, turn.isNull { throw .throttled(retryAfter: .seconds(wait)) }
    }

    /// Seconds between two tries of unknown logins.
    static func wait(after count: Int) -> Int {
        count <= free ? 0 : min(15, 1 + (count - free) / 50)
    }

    func failed(address: ThrottleKey) async { await add(1, address) }

    func succeeded(address: ThrottleKey, pair: ThrottleKey) async {
        await add(-CrowdThrottle.pardon, address)
        _ = try? await redis.send(
            "SET", CrowdThrottle.acquaintance(pair), "1", "EX", .integer(CrowdThrottle.acquaintanceLife))
    }

    private func add(_ amount: Int, _ address: ThrottleKey) async {
        _ = try? await redis.call(
            CrowdThrottle.count, keys: [CrowdThrottle.counter(address)],
            arguments: [.integer(amount), .integer(CrowdThrottle.memory)])
    }
}
