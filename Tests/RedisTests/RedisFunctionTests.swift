import Redis
import Runtime
import TestSupport
import Testing

@Suite struct RedisFunctionTests {
    let redis: TestRedis

    init() throws { redis = try TestRedis.start() }

    private static func library(_ version: Int, answering answer: Int) -> RedisFunctionLibrary {
        RedisFunctionLibrary(
            name: "preau_test", version: version,
            source: """
                redis.register_function('answer', function(keys, arguments) return \(answer) end)
                redis.register_function('join', function(keys, arguments)
                  return { keys[1], keys[2], arguments[1] }
                end)
                redis.register_function('fail', function() return redis.error_reply('NOPLACE the cap is reached') end)
                """)
    }

    private static func answer(_ fixture: RedisFixture, _ library: RedisFunctionLibrary) async throws -> Int? {
        try await fixture.onLoop { redis async throws in
            try await redis.call(RedisFunction("answer", in: library), keys: []).integer
        }
    }

    @Test func passesKeysAndArguments() async throws {
        let fixture = try RedisFixture(redis)
        let library = RedisFunctionTests.library(1, answering: 42)
        try await fixture.onLoop { redis async throws in
            let joined = try await redis.call(
                RedisFunction("join", in: library), keys: ["{a}1", "{a}2"], arguments: [.integer(3)])
            #expect(joined.array?.map(\.string) == ["{a}1", "{a}2", "3"])
            await #expect(throws: RedisError.server(code: "NOPLACE")) {
                try await redis.call(RedisFunction("fail", in: library), keys: [])
            }
            await #expect(throws: RedisError.server(code: "ERR")) {
                try await redis.call(RedisFunction("absent", in: library), keys: [])
            }
        }
    }

    @Test func loadsBeforeTheFirstCallWhenDeclared() async throws {
        let fixture = try RedisFixture(redis, libraries: [RedisFunctionTests.library(1, answering: 42)])
        _ = try await fixture.wait(upTo: .seconds(2)) { $0.isAvailable }
        #expect(try redis.command("fcall", "answer", "0") == "42")
    }

    @Test func loadsAgainWhenRedisLostIt() async throws {
        let fixture = try RedisFixture(redis)
        let library = RedisFunctionTests.library(1, answering: 42)
        #expect(try await RedisFunctionTests.answer(fixture, library) == 42)
        try redis.command("function", "flush")
        #expect(try await RedisFunctionTests.answer(fixture, library) == 42)
        redis.kill()
        try redis.startAgain()
        let back = try await fixture.wait(upTo: .seconds(2)) { redis in
            (try? await redis.call(RedisFunction("answer", in: library), keys: []).integer) == 42
        }
        #expect(back != nil)
    }

    @Test func replacesALowerVersionAndKeepsAHigherOne() async throws {
        let old = RedisFunctionTests.library(1, answering: 1)
        let new = RedisFunctionTests.library(2, answering: 2)
        let oldNode = try RedisFixture(redis, libraries: [old])
        #expect(try await RedisFunctionTests.answer(oldNode, old) == 1)
        let newNode = try RedisFixture(redis, libraries: [new])
        #expect(try await RedisFunctionTests.answer(newNode, new) == 2)
        // A node of the old version that starts, or comes back, must not undo it.
        let another = try RedisFixture(redis, libraries: [old])
        #expect(try await RedisFunctionTests.answer(another, old) == 2)
        try redis.command("client", "kill", "type", "normal")
        let back = try await oldNode.wait(upTo: .seconds(2)) { redis in
            (try? await redis.call(RedisFunction("answer", in: old), keys: []).integer) == 2
        }
        #expect(back != nil)
    }

    @Test func endsWithTheHighestVersionHoweverManyNodesStartAtOnce() async throws {
        for _ in 0..<5 {
            try redis.command("function", "flush")
            let fixtures = try (1...8).shuffled().map { version in
                try RedisFixture(redis, libraries: [RedisFunctionTests.library(version, answering: version)])
            }
            for fixture in fixtures { try await fixture.ready() }
            #expect(try redis.command("fcall", "answer", "0") == "8")
        }
    }

    @Test func staysUsableWhenALibraryDoesNotCompile() async throws {
        let broken = RedisFunctionLibrary(name: "broken", version: 1, source: "this is not Lua")
        let fixture = try RedisFixture(redis)
        try await fixture.onLoop { redis async throws in
            await #expect(throws: RedisError.server(code: "ERR")) {
                try await redis.call(RedisFunction("f", in: broken), keys: [])
            }
            #expect(try await redis.send("PING").string == "PONG")
        }
    }
}
