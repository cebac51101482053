import Redis
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Identity

extension OnServers {
    /// Redis and the directory killed, hung, emptied, one by one and together: nobody is logged out, and nobody who signed out
    /// comes back.
    @Suite struct SessionFaultTests {
        @Test func nobodyNoticesRedisBeingEmptied() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.guardian, .guardian)
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                try fixture.redis.command("FLUSHALL")
                // Many requests of one page at once.
                let sessions = try await withThrowingTaskGroup(of: Session?.self) { group in
                    for _ in 0..<20 { group.addTask { try await node.load(started.cookie).session } }
                    var sessions: [Session?] = []
                    for try await session in group { sessions.append(session) }
                    return sessions
                }
                #expect(sessions.allSatisfy { $0 == started.session })
                // It is back in Redis, with its time to live.
                let key = StoredSession.key(started.session.id)
                let lifetime = try #require(Int(try fixture.redis.command("TTL", key)))
                #expect(lifetime > 3600 && lifetime < 4200)
            }
        }

        @Test func nobodyNoticesRedisBeingKilled() async throws {
            try await IdentityFixture.with { fixture in
                let people = [try await fixture.person(.pupil), try await fixture.person(.teacher)]
                let node = try await fixture.node()
                let other = try await fixture.node()
                var started: [(session: Session, cookie: String)] = []
                for person in people { started.append(try await node.signIn(person.login, person.password)) }
                fixture.redis.kill()
                for node in [node, other] {
                    for (session, cookie) in started { #expect(try await node.load(cookie).session == session) }
                }
                // People can sign in, and out, while it is gone.
                let late = try await node.signIn(people[0].login, people[0].password)
                #expect(try await node.load(late.cookie).session == late.session)
                #expect(try await other.load(late.cookie).session == late.session)
                let leaving = started[1].session
                try await node.run { await $0.sessions.end(leaving) }
                #expect(try await node.load(started[1].cookie).isEnded)
                fixture.clock.advance(SessionLimits.standard.recheck)
                #expect(try await other.load(started[1].cookie).isEnded)
                // It comes back empty.
                try fixture.redis.startAgain()
                for node in [node, other] { try await node.waitForRedis(true) }
                for node in [node, other] {
                    #expect(try await node.load(started[0].cookie).session == started[0].session)
                    #expect(try await node.load(late.cookie).session == late.session)
                    #expect(try await node.load(started[1].cookie).isEnded)
                }
            }
        }

        @Test func nobodyNoticesRedisHanging() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                fixture.redis.pause()
                #expect(try await node.load(started.cookie).session == started.session)
                try await node.waitForRedis(false)
                // Known to hang, it costs nothing any more; nor does the directory, which is asked once.
                let begin = Instant.now
                for _ in 0..<200 { #expect(try await node.load(started.cookie).session == started.session) }
                #expect(Instant.now.since(begin) < .seconds(1))
                // A sign-out meanwhile is told to Redis as soon as it listens: it still holds the session as it was.
                try await node.run { await $0.sessions.end(started.session) }
                fixture.redis.resume()
                try await node.waitForRedis(true)
                #expect(try await node.load(started.cookie).isEnded)
                let other = try await fixture.node()
                #expect(try await other.load(started.cookie).isEnded)
            }
        }

        @Test func signedInPeopleGoOnWithoutTheDirectory() async throws {
            try await IdentityFixture.with(ownPlatform: true) { fixture in
                let person = try await fixture.person(.guardian)
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                let other = try await fixture.node()
                fixture.platform.directory.kill()
                var cookie = started.cookie
                // For hours, on a node that never saw them.
                for _ in 0..<8 {
                    fixture.clock.advance(1500)
                    let loaded = try await other.load(cookie)
                    #expect(loaded.session == started.session)
                    cookie = loaded.replacement ?? cookie
                }
            }
        }

        @Test func aHungDirectoryHoldsUpAlmostNobody() async throws {
            try await IdentityFixture.with(ownPlatform: true) { fixture in
                let person = try await fixture.person(.guardian)
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                fixture.platform.directory.pause()
                fixture.clock.advance(301)
                let begin = Instant.now
                for _ in 0..<50 { #expect(try await node.load(started.cookie).session == started.session) }
                #expect(Instant.now.since(begin) < .seconds(3))
                fixture.platform.directory.resume()
            }
        }

        /// With both gone a cookie is believed for half an hour; after that people are asked to come back, not signed out.
        @Test func aCookieIsBelievedForABoundedTime() async throws {
            try await IdentityFixture.with(ownPlatform: true) { fixture in
                let person = try await fixture.person(.guardian)
                let gone = try await fixture.person(.pupil)
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                let ended = try await node.signIn(gone.login, gone.password)
                fixture.redis.kill()
                fixture.platform.directory.kill()
                try await node.waitForRedis(false)
                try await node.run { await $0.sessions.end(ended.session) }
                #expect(try await node.load(ended.cookie).isEnded)
                for _ in 0..<5 {
                    let loaded = try await node.load(started.cookie)
                    #expect(loaded.session == started.session)
                    #expect(loaded.replacement == nil, "what nobody confirmed is not written down again")
                    fixture.clock.advance(350)
                }
                fixture.clock.advance(100)
                await #expect(throws: IdentityError.unconfirmed) { try await node.load(started.cookie) }
                // A forged one is never believed.
                #expect(try await node.load(started.cookie.dropLast(2) + "AA").isNone)
                // As soon as one of the two is back, they go on.
                try fixture.redis.startAgain()
                try await node.waitForRedis(true)
                await #expect(throws: IdentityError.unconfirmed) { try await node.load(started.cookie) }
                try fixture.platform.directory.startAgain()
                var loaded: Session?
                for _ in 0..<500 where loaded == nil {
                    loaded = try? await node.load(started.cookie).session
                    if loaded == nil { try await Task.sleep(for: .milliseconds(20)) }
                }
                #expect(loaded == started.session)
                #expect(try await node.load(ended.cookie).isEnded)
            }
        }

        /// Redis comes back with what it held before a sign-out (an old snapshot, a replica that lagged): the next look at the
        /// directory sets it right.
        @Test func anOldSnapshotRevivesNobodyForLong() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.guardian)
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                try await node.run { await $0.sessions.end(started.session) }
                let other = try await fixture.node()
                try await other.loop.run { [redis = other.redis] in
                    _ = try await redis.send(
                        "SET", .text(StoredSession.key(started.session.id)),
                        .bytes(StoredSession.active(started.session, seenAt: started.session.startedAt).bytes))
                }
                #expect(try await other.load(started.cookie).session != nil)
                fixture.clock.advance(SessionLimits.standard.refresh)
                #expect(try await other.load(started.cookie).isEnded)
                #expect(try await node.load(started.cookie).isEnded)
            }
        }

        @Test func nonsenseInRedisIsReplaced() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.guardian)
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                let key = StoredSession.key(started.session.id)
                for value in ["", "nonsense", "\u{1}", "\u{1}aaaaaaaaaaaaaaaaaaaa"] {
                    try fixture.redis.command("SET", key, value)
                    #expect(try await node.load(started.cookie).session == started.session)
                }
                // Another kind of value under the key is an error of Redis: as good as no Redis.
                try fixture.redis.command("DEL", key)
                try fixture.redis.command("LPUSH", key, "x")
                #expect(try await node.load(started.cookie).session == started.session)
            }
        }
    }
}
