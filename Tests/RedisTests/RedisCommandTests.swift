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
            #expect(try await redis.send("LRANGE", "absent", 0, -1) == .array([]))
            let nested = try await redis.send("EVAL", "return {1, {'a', {}}, false}", 0)
            #expect(nested == .array([.integer(1), .array([.text([97]), .array([])]), .null]))
        }
    }

    @Test func carriesLargeValues() async throws {
        let value = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await fixture.onLoop { redis async throws in
            #expect(try await redis.send("SET", "big", .bytes(value), deadline: .seconds(5)) == .ok)
            #expect(try await redis.send("GET", "big", deadline: .seconds(5)).bytes == value)
        }
    }

    @Test func throwsTheCodeOfAServerErrorAndNothingElse() async throws {
        try await fixture.onLoop { redis async throws in
            try await redis.send("SET", "secret-key", "secret-value")
            await #expect(throws: RedisError.server(code: "WRONGTYPE")) {
                try await redis.send("LPUSH", "secret-key", "x")
            }
            await #expect(throws: RedisError.server(code: "ERR")) { try await redis.send("NO-SUCH-COMMAND", "secret") }
            #expect(try await redis.send("GET", "secret-key").string == "secret-value")
        }
    }

    @Test func pipelinesWithEachErrorInItsPlace() async throws {
        try await fixture.onLoop { redis async throws in
            let replies = try await redis.pipeline([
                ["SET", "a", "text"], ["INCR", "a"], ["GET", "a"], ["INCR", "n"],
            ])
            #expect(replies.count == 4)
            #expect(replies[0] == .ok)
            guard case .error(let message) = replies[1] else {
                Issue.record("INCR of a text succeeded")
                return
            }
            #expect(message.hasPrefix("ERR"))
            #expect(replies[2].string == "text")
            #expect(replies[3] == .integer(1))
            #expect(try await redis.pipeline([]).isEmpty)
        }
    }

    @Test func runsTransactionsUndisturbedByOtherTasks() async throws {
        try await fixture.onLoop { redis async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let replies = try await redis.pipeline([["MULTI"], ["INCR", "x"], ["INCR", "x"], ["EXEC"]])
                        let pair = (replies[3].array ?? []).compactMap(\.integer)
                        #expect(pair.count == 2 && pair[1] == pair[0] + 1)
                    }
                    group.addTask { _ = try await redis.send("INCR", "y") }
                }
                try await group.waitForAll()
            }
            #expect(try await redis.send("GET", "x").integer == 100)
            #expect(try await redis.send("GET", "y").integer == 50)
        }
    }

    @Test func givesEachOfManyConcurrentCommandsItsOwnReplyOnOneConnection() async throws {
        try await fixture.onLoop { redis async throws in
            try await redis.send("CONFIG", "RESETSTAT")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<5000 {
                    group.addTask {
                        let reply = try await redis.send("ECHO", .integer(number), deadline: .seconds(5))
                        #expect(reply.integer == number)
                    }
                }
                try await group.waitForAll()
            }
            let stats = try await redis.send("INFO", "stats").string ?? ""
            let reads = try #require(stats.split(separator: "\r\n").first { $0.hasPrefix("total_reads_processed:") })
            let count = try #require(Int(reads.split(separator: ":")[1]))
            // Sent as they came, each would be a read of its own.
            #expect(count < 1000, "5000 commands reached Redis in \(count) reads")
        }
        #expect(fixture.metrics.text.contains("preau_redis_connections_total 1\n"))
    }

    @Test func reachesAServerByName() async throws {
        let byName = try RedisFixture(.direct(host: "localhost", port: redis.port))
        try await byName.onLoop { redis async throws in
            #expect(try await redis.send("PING").string == "PONG")
        }
    }

    @Test func refusesPastItsBounds() async throws {
        let bounded = try RedisFixture(redis) { $0.mostPending = 10 }
        let overloaded = try await bounded.onLoop { redis async throws in
            try await redis.send("PING")
            return await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<30 {
                    group.addTask {
                        do throws(RedisError) {
                            try await redis.send("PING")
                            return false
                        } catch {
                            return error == .overloaded
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
        }
        #expect(overloaded == 20)
    }

    @Test func signsInAndChoosesItsDatabase() async throws {
        let locked = try TestRedis.start()
        try locked.command("config", "set", "requirepass", "open sesame")
        let accepted = try RedisFixture(.direct(host: locked.host, port: locked.port)) {
            $0.password = "open sesame"
            $0.database = 3
            $0.clientName = "preau-test"
        }
        try await accepted.onLoop { redis async throws in
            let info = try await redis.send("CLIENT", "INFO").string ?? ""
            #expect(info.contains(" db=3 "))
            #expect(info.contains(" name=preau-test "))
        }
        let refused = try RedisFixture(.direct(host: locked.host, port: locked.port)) { $0.password = "wrong" }
        try await refused.onLoop { redis async throws in
            await #expect(throws: RedisError.unavailable) { try await redis.send("PING") }
        }
    }

    @Test func failsWithClosedOnceClosed() async throws {
        try await fixture.onLoop { redis async throws in
            try await redis.send("PING")
            async let late = redis.send("ECHO", "late")
            redis.close()
            redis.close()
            await #expect(throws: RedisError.closed) { try await redis.send("PING") }
            #expect(!redis.isAvailable)
            _ = try? await late
        }
    }
}
