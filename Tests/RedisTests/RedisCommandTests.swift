import Redis
import Runtime
import TestSupport
import Testing

@Suite struct RedisCommandTests {
    let redis: TestRedis
    let fixture: RedisFixture

    init() throws {
        redis = try TestRedis.start()
        fixture = try RedisFixture(redis)
    }

    @Test func keepsBytesAndNumbersAsTheyAre() async throws {
        let binary: [UInt8] = [0, 13, 10, 255, 36, 42]
        try await fixture.onLoop { redis async throws in
            #expect(try await redis.send("SET", "k", .bytes(binary)) == .ok)
            #expect(try await redis.send("GET", "k").bytes == binary)
            #expect(try await redis.send("SET", "n", .integer(.min)) == .ok)
            #expect(try await redis.send("GET", "n").integer == .min)
            #expect(try await redis.send("SET", "e", "é\u{1F600}") == .ok)
            #expect(try await redis.send("GET", "e").string == "é\u{1F600}")
            #expect(try await redis.send("SET", "", "") == .ok)
            #expect(try await redis.send("GET", "").bytes == [])
            #expect(try await redis.send("GET", "absent") == .null)
            #expect(try await redis.send("INCRBY", "c", -12_345) == .integer(-12_345))
            #expect(try await redis.send("RPUSH", "l", "a", "b") == .integer(2))
            #expect(try await redis.send("LRANGE", "l", 0, -1).array?.map(\.string) == ["a", "b"])
        }
    }
}
