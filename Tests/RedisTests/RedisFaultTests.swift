import Redis
import Runtime
import TestSupport
import Testing

/// A Redis that is killed, hung, flushed or cut off. Each case says how fast commands fail while it lasts, and how soon
/// they work again.
@Suite(.serialized) struct RedisFaultTests {
    let redis: TestRedis
    let fixture: RedisFixture

    init() async throws {
        redis = try TestRedis.start("--enable-debug-command", "yes")
        fixture = try RedisFixture(redis, isPatient: false)
        try await fixture.ready()
    }

    /// How long a failing command takes; nil when it succeeds.
    private static func failure(_ redis: RedisClient) async -> (RedisError, Duration)? {
        let start = Instant.now
        do throws(RedisError) {
            try await redis.send("PING")
            return nil
        } catch {
            return (error, Instant.now.since(start))
        }
    }

    private func expectFastFailures(_ kind: RedisError...) async throws {
        try await fixture.onLoop { [loop = fixture.thread.loop] redis async throws in
            var times: [Duration] = []
            for _ in 0..<20 {
                guard let (error, time) = await RedisFaultTests.failure(redis) else {
                    Issue.record("a command succeeded on a dead server")
                    return
                }
                #expect(kind.contains(error))
                times.append(time)
                try await loop.sleep(for: .milliseconds(20))
            }
            // The median: one of them may share its moment with another process of a busy machine.
            #expect(times.sorted()[times.count / 2] < .milliseconds(10), "took \(times)")
        }
    }

    private func expectRecovery(within limit: Duration = .seconds(2)) async throws {
        let time = try await fixture.wait(upTo: limit) { redis in (try? await redis.send("PING")) != nil }
        #expect(time != nil, "not back within \(limit)")
    }

    @Test func survivesSIGKILL() async throws {
        try await fixture.onLoop { redis async throws in _ = try await redis.send("SET", "a", "1") }
        redis.kill()
        // The end of the connection is seen at once, and so is the refusal of the next.
        _ = try await fixture.wait(upTo: .seconds(1)) { !$0.isAvailable }
        _ = try await fixture.onLoop { await RedisFaultTests.failure($0)?.1 }
        try await expectFastFailures(.unavailable)
        try redis.startAgain()
        try await expectRecovery()
    }

    @Test func survivesManyKillsUnderLoad() async throws {
        let stop = Flag()
        let load = Task {
            try await fixture.onLoop { [loop = fixture.thread.loop] redis async throws in
                var wrong = 0
                while !stop.isSet {
                    await withTaskGroup(of: Bool.self) { group in
                        for number in 0..<100 {
                            group.addTask {
                                guard let reply = try? await redis.send("ECHO", .integer(number)) else { return true }
                                return reply.integer == number
                            }
                        }
                        for await isRight in group where !isRight { wrong += 1 }
                    }
                    try await loop.sleep(for: .milliseconds(1))
                }
                return wrong
            }
        }
        for _ in 0..<5 {
            try await Task.sleep(for: .milliseconds(150))
            redis.kill()
            try redis.startAgain()
            try await expectRecovery()
        }
        stop.set()
        #expect(try await load.value == 0)
    }

    @Test func survivesSIGSTOP() async throws {
        try await fixture.onLoop { redis async throws in _ = try await redis.send("SET", "a", "1") }
        redis.pause()
        defer { redis.resume() }
        // The first command meets the silence: its own deadline, no more.
        let first = try await fixture.onLoop { await RedisFaultTests.failure($0) }
        let (error, time) = try #require(first)
        #expect(error == .timedOut)
        #expect(time < .milliseconds(500), "took \(time)")
        try await expectFastFailures(.unavailable)
        redis.resume()
        try await expectRecovery()
        try await fixture.onLoop { redis async throws in
            #expect(try await redis.send("GET", "a").string == "1")
        }
    }

    @Test func noticesAHungServerWithoutTraffic() async throws {
        try await fixture.onLoop { redis async throws in _ = try await redis.send("PING") }
        redis.pause()
        defer { redis.resume() }
        let noticed = try await fixture.wait(upTo: .seconds(2)) { !$0.isAvailable }
        #expect(noticed != nil)
        try await expectFastFailures(.unavailable)
    }

    @Test func survivesAServerHungFromTheStart() async throws {
        redis.pause()
        defer { redis.resume() }
        let late = try RedisFixture(redis, isPatient: false)
        let first = try await late.onLoop { await RedisFaultTests.failure($0) }
        let (_, time) = try #require(first)
        #expect(time < .milliseconds(500), "took \(time)")
        _ = try await late.wait(upTo: .milliseconds(600)) { _ in false }
        let second = try await late.onLoop { await RedisFaultTests.failure($0) }
        #expect(try #require(second).1 < .milliseconds(50))
        redis.resume()
        let back = try await late.wait(upTo: .seconds(2)) { (try? await $0.send("PING")) != nil }
        #expect(back != nil)
    }

    @Test func whatIsInsistedOnIsAnsweredOnceAHungServerGoesOn() async throws {
        try await fixture.onLoop { redis async throws in _ = try await redis.send("PING") }
        redis.pause()
        defer { redis.resume() }
        async let insisted = fixture.onLoop {
            try await $0.insist(on: [["SET", "a", "1"], ["GET", "a"]], patience: .seconds(20))
        }
        // Others, who are not so patient, have the connection given up meanwhile.
        let first = try await fixture.onLoop { await RedisFaultTests.failure($0) }
        #expect(try #require(first).0 == .timedOut)
        try await Task.sleep(for: .milliseconds(300))
        redis.resume()
        #expect(try await insisted.replies == [.ok, .text(Array("1".utf8))])
    }

    @Test func whatIsInsistedOnIsAnsweredByTheServerThatComesBack() async throws {
        try await fixture.onLoop { redis async throws in _ = try await redis.send("PING") }
        redis.kill()
        async let insisted = fixture.onLoop { try await $0.insist(on: [["SET", "a", "1"]], patience: .seconds(20)) }
        try await Task.sleep(for: .milliseconds(300))
        try redis.startAgain()
        let answer = try await insisted
        #expect(answer.replies == [.ok])
        #expect(answer.tries > 1)
    }

    @Test func nobodyInsistsOnAServerThatHasBeenAwayForLonger() async throws {
        redis.kill()
        _ = try await fixture.wait(upTo: .seconds(1)) { !$0.isAvailable }
        // The first to come waits out what is left of their patience, whoever comes later none of it.
        for _ in 0..<2 {
            try await fixture.onLoop { redis async throws in
                await #expect(throws: RedisError.unavailable) {
                    try await redis.insist(on: [["PING"]], patience: .milliseconds(400))
                }
            }
        }
        let start = Instant.now
        try await fixture.onLoop { redis async throws in
            await #expect(throws: RedisError.unavailable) {
                try await redis.insist(on: [["PING"]], patience: .milliseconds(400))
            }
        }
        #expect(Instant.now.since(start) < .milliseconds(300))
    }

    @Test func survivesFLUSHALL() async throws {
        let library = RedisFunctionLibrary(
            name: "flushed", version: 1, source: "redis.register_function('seven', function() return 7 end)")
        try await fixture.onLoop { redis async throws in
            try await redis.send("SET", "a", "1")
            #expect(try await redis.call(RedisFunction("seven", in: library), keys: []) == .integer(7))
            try await redis.send("FLUSHALL")
            #expect(try await redis.send("GET", "a") == .null)
            #expect(try await redis.call(RedisFunction("seven", in: library), keys: []) == .integer(7))
        }
        #expect(fixture.metrics.text.contains("preau_redis_lost_total 0\n"))
    }

    @Test func waitsForTheNewConnectionAfterACut() async throws {
        for _ in 0..<10 {
            try await fixture.onLoop { redis async throws in _ = try await redis.send("PING") }
            try redis.command("client", "kill", "type", "normal")
            // The cut is seen, or meets the command on its way: either way the next one gets through by itself.
            _ = try await fixture.wait(upTo: .seconds(1)) { !$0.isAvailable }
            try await expectRecovery(within: .seconds(1))
        }
    }

    @Test func keepsTheConnectionWhenOnlyOneCommandIsImpatient() async throws {
        try await fixture.onLoop { redis async throws in
            async let slow = redis.send("DEBUG", "SLEEP", "0.05", deadline: .seconds(2))
            async let impatient = redis.send("ECHO", "impatient", deadline: .milliseconds(10))
            async let patient = redis.send("ECHO", "patient", deadline: .seconds(2))
            #expect(try await slow == .ok)
            do {
                _ = try await impatient
                Issue.record("a command outlived its deadline")
            } catch {
                #expect(error as? RedisError == .timedOut)
            }
            #expect(try await patient.string == "patient")
            #expect(try await redis.send("ECHO", "next").string == "next")
        }
        #expect(fixture.metrics.text.contains("preau_redis_connections_total 1\n"))
        #expect(fixture.metrics.text.contains("preau_redis_timeouts_total 1\n"))
    }

    @Test func waitsOutACommandThatIsKnownToBeSlow() async throws {
        try await fixture.onLoop { redis async throws in
            #expect(try await redis.send("DEBUG", "SLEEP", "0.4", deadline: .seconds(3)) == .ok)
        }
        #expect(fixture.metrics.text.contains("preau_redis_connections_total 1\n"))
    }

    @Test func failsAPipelineOnceAndWhole() async throws {
        redis.pause()
        defer { redis.resume() }
        try await fixture.onLoop { redis async throws in
            await #expect(throws: RedisError.self) { try await redis.pipeline([["PING"], ["PING"], ["PING"]]) }
        }
    }

    @Test(arguments: [Duration.zero, .milliseconds(2)])
    func doesNotBlameTheServerForALoopThatWasHeldUp(_ head: Duration) async throws {
        try await fixture.onLoop { [loop = fixture.thread.loop] redis async throws in
            try await redis.send("PING")
            async let reply = redis.send("ECHO", "there in time")
            // Held before the command is written, or after.
            if head == .zero { await Task.yield() } else { try await loop.sleep(for: head) }
            hold(for: 0.3)
            #expect(try await reply.string == "there in time")
        }
        #expect(fixture.metrics.text.contains("preau_redis_timeouts_total 0\n"))
        #expect(fixture.metrics.text.contains("preau_redis_connections_total 1\n"))
    }

    @Test func refusesAnAddressWhereNobodyListens() async throws {
        let nobody = try RedisFixture(.direct(host: "127.0.0.1", port: TestShell.freePort()))
        try await nobody.onLoop { redis async throws in
            await #expect(throws: RedisError.unavailable) { try await redis.send("PING") }
        }
        let nowhere = try RedisFixture(.direct(host: "no-such-host.invalid", port: 6379))
        try await nowhere.onLoop { redis async throws in
            await #expect(throws: RedisError.unavailable) { try await redis.send("PING") }
        }
    }
}
