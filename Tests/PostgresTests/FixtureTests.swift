import TestSupport
import Testing

@Suite struct FixtureTests {
    @Test func startsStopsAndAnswers() throws {
        let server = try TestPostgres.start()
        #expect(try server.sql("select 1 + 1") == "2")
        server.kill()
        #expect(throws: TestSupportError.self) { try server.sql("select 1") }
        try server.startAgain()
        #expect(try server.sql("select 1 + 1") == "2")
        let redis = try TestRedis.start()
        try redis.command("set", "a", "1")
        redis.kill()
        try redis.startAgain()
        #expect(try redis.command("get", "a") == "")
    }
}
