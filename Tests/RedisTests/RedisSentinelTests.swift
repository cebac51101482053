import Redis
import Runtime
import TestSupport
import Testing

/// A master, its replica and Sentinels, with failovers that happen and failovers that are asked for.
@Suite(.serialized) struct RedisSentinelTests {
    let master: TestRedis
    let replica: TestRedis

    init() throws {
        master = try TestRedis.start("--repl-diskless-sync-delay", "0")
        replica = try TestRedis.start("--replicaof", "127.0.0.1", String(master.port), "--replica-priority", "1")
    }

    private func client(_ sentinels: [TestSentinel], isReady: Bool = true) async throws -> RedisFixture {
        let addresses = sentinels.map { RedisConfiguration.Address(host: $0.host, port: $0.port) }
        let fixture = try RedisFixture(.sentinel(master: "preau", sentinels: addresses), isPatient: false)
        if isReady { try await fixture.ready() }
        return fixture
    }

    private func sentinel() throws -> TestSentinel {
        let sentinel = try TestSentinel.start(watching: master, as: "preau")
        try sentinel.waitUntilItSees(replicas: 1, sentinels: 0, of: "preau")
        return sentinel
    }

    /// The port of the server that this client's commands reach.
    private func port(_ fixture: RedisFixture) async throws -> Int? {
        try await fixture.onLoop { redis async throws in
            try await redis.send("CONFIG", "GET", "port").array?.last?.integer
        }
    }

    private func waitForWrites(_ fixture: RedisFixture, upTo limit: Duration) async throws -> Duration? {
        try await fixture.wait(upTo: limit) { redis in (try? await redis.send("SET", "written", "again")) != nil }
    }

    @Test func findsTheMasterByName() async throws {
        let fixture = try await client([try sentinel()])
        #expect(try await port(fixture) == Int(master.port))
        let unknown = try RedisFixture(.sentinel(master: "other", sentinels: []))
        try await unknown.onLoop { redis async throws in
            await #expect(throws: RedisError.unavailable) { try await redis.send("PING") }
        }
    }

    @Test func followsAFailoverAfterAKill() async throws {
        let sentinel = try sentinel()
        let fixture = try await client([sentinel])
        #expect(try await port(fixture) == Int(master.port))
        master.kill()
        let back = try await waitForWrites(fixture, upTo: .seconds(8))
        #expect(back != nil)
        #expect(try await port(fixture) == Int(replica.port))
        #expect(try replica.command("get", "written") == "again")
    }

    @Test func followsAFailoverOfAHungMasterAndStaysWithTheNewOne() async throws {
        let sentinel = try sentinel()
        let fixture = try await client([sentinel])
        #expect(try await port(fixture) == Int(master.port))
        master.pause()
        let back = try await waitForWrites(fixture, upTo: .seconds(8))
        #expect(back != nil)
        master.resume()
        for _ in 0..<10 {
            #expect(try await port(fixture) == Int(replica.port))
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    @Test func followsAFailoverThatIsAskedFor() async throws {
        let sentinel = try sentinel()
        let fixture = try await client([sentinel])
        #expect(try await port(fixture) == Int(master.port))
        // The subscription to the Sentinel's events is made beside the first command.
        let listens = try await fixture.wait(upTo: .seconds(2)) { _ in
            (try? sentinel.command("client", "list", "type", "pubsub").contains("sub=1")) == true
        }
        #expect(listens != nil)
        // Refused as long as the Sentinel has not heard enough of the replica, and given up when a step of it takes longer
        // than the two seconds that it has here: then asked for again.
        var switched: Duration?
        for _ in 0..<5 where switched == nil {
            try sentinel.command("sentinel", "failover", "preau")
            switched = try await fixture.wait(upTo: .seconds(4)) { _ in
                (try? sentinel.masterPort("preau")) == replica.port
            }
        }
        #expect(switched != nil)
        let followed = try await fixture.wait(upTo: .seconds(2)) { redis in
            (try? await redis.send("CONFIG", "GET", "port").array?.last?.integer) == Int(replica.port)
        }
        #expect(followed != nil, "the old master still answers, and only the event tells")
    }

    @Test func asksTheNextSentinelWhenOneHangsOrIsDead() async throws {
        let (hung, dead, alive) = (try sentinel(), try sentinel(), try sentinel())
        hung.pause()
        defer { hung.resume() }
        dead.kill()
        let fixture = try await client([hung, dead, alive], isReady: false)
        let found = try await waitForWrites(fixture, upTo: .seconds(4))
        #expect(found != nil)
    }

    @Test func refusesAReplicaThatASentinelTakesForTheMaster() async throws {
        let mistaken = try TestSentinel.start(watching: replica, as: "preau", quorum: 9)
        #expect(try mistaken.masterPort("preau") == replica.port)
        let alone = try await client([mistaken], isReady: false)
        try await alone.onLoop { redis async throws in
            await #expect(throws: RedisError.unavailable) { try await redis.send("GET", "a") }
        }
        let corrected = try await client([mistaken, sentinel()])
        // Also when the events come from the mistaken one.
        for _ in 0..<10 {
            #expect(try await port(corrected) == Int(master.port))
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(corrected.metrics.text.contains("preau_redis_lost_total 0\n"))
    }

    @Test func leavesAMasterThatWasDemoted() async throws {
        let direct = try RedisFixture(replica, isPatient: false)
        try await direct.ready()
        try await direct.onLoop { redis async throws in
            await #expect(throws: RedisError.server(code: "READONLY")) { try await redis.send("SET", "a", "1") }
        }
        try replica.command("replicaof", "no", "one")
        let back = try await waitForWrites(direct, upTo: .seconds(2))
        #expect(back != nil)
        #expect(!direct.metrics.text.contains("preau_redis_lost_total 0\n"))
    }
}
