import Redis
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Identity

extension OnServers {
    @Suite struct SessionTests {
        @Test func staysWithinItsBytes() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.guardian, .guardian, name: "de La Rochefoucauld-Montbel")
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                let key = StoredSession.key(started.session.id)
                let alone = try #require(Int(try fixture.redis.command("MEMORY", "USAGE", key)))
                #expect(alone <= 300)
                #expect(started.cookie.utf8.count <= 300)
                // And what a session really costs, with the tables that hold the keys and their expiry.
                let count = 16_000
                let before = try usedMemory(fixture)
                try await node.run { service in
                    // Presence is the person's, once, not each session's.
                    service.sessions.presence = nil
                    for _ in 0..<count {
                        await service.sessions.put(
                            Session(
                                id: .random(), startedAt: started.session.startedAt, holder: started.session.holder),
                            started.session.startedAt)
                    }
                }
                let each = (try usedMemory(fixture) - before) / count
                #expect(each <= 300, "\(each) bytes a session, \(alone) by MEMORY USAGE")
                print(
                    "a guardian's session: \(alone) bytes by MEMORY USAGE, \(each) in all; cookie \(started.cookie.utf8.count)"
                )
            }
        }

        private func usedMemory(_ fixture: IdentityFixture) throws -> Int {
            let line = try fixture.redis.command("INFO", "memory").split(whereSeparator: \.isNewline)
                .first { $0.hasPrefix("used_memory:") }
            return try #require(line.flatMap { Int($0.dropFirst(12)) })
        }

        /// What Redis was asked, by command.
        private func calls(_ fixture: IdentityFixture, _ command: String) throws -> Int {
            let line = try fixture.redis.command("INFO", "commandstats").split(whereSeparator: \.isNewline)
                .first { $0.hasPrefix("cmdstat_\(command):") }
            return line.flatMap { $0.split(separator: ",").first?.split(separator: "=").last }.flatMap { Int($0) } ?? 0
        }

        @Test func asksRedisOnceAndTheDirectoryNever() async throws {
            try await IdentityFixture.with(ownPlatform: true) { fixture in
                let person = try await fixture.person(.pupil)
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                fixture.platform.directory.pause()
                try fixture.redis.command("CONFIG", "RESETSTAT")
                for _ in 0..<100 { #expect(try await node.load(started.cookie).session == started.session) }
                #expect(try calls(fixture, "get") == 100)
                for other in ["setrange", "expire", "set", "fcall", "hget"] { #expect(try calls(fixture, other) == 0) }
                // A minute later the time of last use is written once.
                fixture.clock.advance(61)
                for _ in 0..<100 { #expect(try await node.load(started.cookie).session == started.session) }
                #expect(try calls(fixture, "get") == 200)
                #expect(try calls(fixture, "setrange") == 1)
                #expect(try calls(fixture, "expire") == 1)
                fixture.platform.directory.resume()
            }
        }

        // MARK: Limits

        @Test func endsAfterAnHourWithoutARequest() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let node = try await fixture.node()
                var started = try await node.signIn(person.login, person.password)
                // Used every now and then, with a cookie that is never replaced: goes on.
                for _ in 0..<4 {
                    fixture.clock.advance(3000)
                    let loaded = try await node.load(started.cookie)
                    #expect(loaded.session != nil)
                }
                fixture.clock.advance(3601)
                #expect(try await node.load(started.cookie).isEnded)
                // The same when Redis has dropped it.
                started = try await node.signIn(person.login, person.password)
                try fixture.redis.command("FLUSHALL")
                fixture.clock.advance(SessionLimits.standard.idle + SessionLimits.standard.refresh + 1)
                #expect(try await node.load(started.cookie).isEnded)
            }
        }

        @Test func endsAfterTwelveHoursWhateverHappens() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let node = try await fixture.node()
                var cookie = try await node.signIn(person.login, person.password).cookie
                for _ in 0..<23 {
                    fixture.clock.advance(1800)
                    let loaded = try await node.load(cookie)
                    #expect(loaded.session != nil)
                    cookie = loaded.replacement ?? cookie
                }
                fixture.clock.advance(1801)
                #expect(try await node.load(cookie).isEnded)
            }
        }

        @Test func givesANewCookieEveryFiveMinutes() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                fixture.clock.advance(299)
                #expect(try await node.load(started.cookie).replacement == nil)
                fixture.clock.advance(2)
                let replacement = try #require(try await node.load(started.cookie).replacement)
                #expect(replacement != started.cookie)
                let again = try await node.load(replacement)
                #expect(again.session == started.session)
                #expect(again.replacement == nil)
            }
        }

        @Test func changesKeysWithoutLosingAnybody() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let ring = try Keyring(fixture.keys)
                let node = try await fixture.node(keyring: ring)
                let started = try await node.signIn(person.login, person.password)
                let newKeys = Keyring.newLine(id: "k2")
                try ring.replace(with: newKeys + "\n" + fixture.keys)
                let loaded = try await node.load(started.cookie)
                #expect(loaded.session == started.session)
                let replacement = try #require(loaded.replacement, "signed anew at once")
                try ring.replace(with: newKeys)
                #expect(try await node.load(replacement).session == started.session)
                #expect(try await node.load(started.cookie).isNone)
            }
        }

        // MARK: Changes of the account

        @Test func learnsOfNewAndLostProfilesWithinMinutes() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.teacher)
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                let second = Profile(
                    establishment: try fixture.platform.addEstablishment(on: 2), role: .head, person: .new())
                try await fixture.provision { store in
                    try await store.addProfile(second, to: person.account, source: "test")
                    try await store.removeProfile(person.profiles[0], from: person.account)
                }
                fixture.clock.advance(301)
                let loaded = try await node.load(started.cookie)
                #expect(loaded.session?.holder.profiles == [second])
                // In Redis as well: other nodes see it with the old cookie.
                let other = try await fixture.node()
                #expect(try await other.load(started.cookie).session?.holder.profiles == [second])
            }
        }

        @Test func aNewPasswordEndsEverySession() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.teacher)
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                let hash = try await node.run { _ in try await node.hasher.hash("Autre mot 2027") }
                let ended = try await fixture.provision { try await $0.setPassword(hash, of: person.account) }
                #expect(ended == [started.session.id])
                await node.loop.run { [service = node.service] in await service.sessions.forget(ended) }
                #expect(try await node.load(started.cookie).isEnded)
                #expect(try await node.failure(person.login, person.password) == .wrongCredentials)
                #expect(try await node.failure(person.login, "Autre mot 2027") == nil)
            }
        }

        /// A revocation that only raises the epoch, by SQL: found at the next look-up.
        @Test func theEpochRevokesByItself() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.teacher)
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                try fixture.platform.sql(
                    .directory, "update account set session_epoch = session_epoch + 1 where id = '\(person.account)'")
                #expect(try await node.load(started.cookie).session != nil)
                fixture.clock.advance(301)
                #expect(try await node.load(started.cookie).isEnded)
                #expect(try await node.load(started.cookie).isEnded)
            }
        }

        // MARK: Signing out

        @Test func signsOutHereOnly() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let node = try await fixture.node()
                let other = try await fixture.node()
                let here = try await node.signIn(person.login, person.password)
                let elsewhere = try await node.signIn(person.login, person.password)
                try await node.run { await $0.sessions.end(here.session) }
                for asked in [node, other] {
                    #expect(try await asked.load(here.cookie).isEnded)
                    #expect(try await asked.load(elsewhere.cookie).session == elsewhere.session)
                }
                // Nor does the cookie bring it back once Redis has lost the mark.
                try fixture.redis.command("FLUSHALL")
                #expect(try await other.load(here.cookie).isEnded)
                #expect(try await other.load(elsewhere.cookie).session == elsewhere.session)
            }
        }

        @Test func signsOutEverywhere() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let bystander = try await fixture.person(.pupil)
                let node = try await fixture.node()
                let other = try await fixture.node()
                let cookies = [
                    try await node.signIn(person.login, person.password).cookie,
                    try await other.signIn(person.login, person.password).cookie,
                ]
                let kept = try await node.signIn(bystander.login, bystander.password)
                #expect(try await node.run { try await $0.sessions.endAll(of: person.account) } == 2)
                try fixture.redis.command("FLUSHALL")
                for cookie in cookies {
                    #expect(try await node.load(cookie).isEnded)
                    #expect(try await other.load(cookie).isEnded)
                }
                #expect(try await other.load(kept.cookie).session != nil)
                #expect(try await node.failure(person.login, person.password) == nil)
            }
        }

        @Test func endsOneOfOnesOwnOnly() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let stranger = try await fixture.person(.pupil)
                let node = try await fixture.node()
                let mine = try await node.signIn(person.login, person.password)
                let theirs = try await node.signIn(stranger.login, stranger.password)
                await #expect(throws: IdentityError.unknownAccount) {
                    try await node.run { try await $0.sessions.end(theirs.session.id, of: person.account) }
                }
                #expect(try await node.load(theirs.cookie).session != nil)
                let listed = try await node.run { try await $0.sessions.list(of: person.account) }
                #expect(listed.map(\.id) == [mine.session.id])
                #expect(listed.first?.client == "Firefox, Linux")
                #expect(listed.first?.seenAt != nil)
                try await node.run { try await $0.sessions.end(mine.session.id, of: person.account) }
                #expect(try await node.load(mine.cookie).isEnded)
            }
        }

        @Test func theOldestGiveWay() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                var limits = SessionLimits.standard
                limits.mostPerAccount = 3
                let node = try await fixture.node(limits: limits)
                var cookies: [String] = []
                for _ in 0..<5 {
                    cookies.append(try await node.signIn(person.login, person.password).cookie)
                    fixture.clock.advance(1)
                }
                for cookie in cookies.prefix(2) { #expect(try await node.load(cookie).isEnded) }
                for cookie in cookies.suffix(3) { #expect(try await node.load(cookie).session != nil) }
            }
        }

        /// Between the look at the password and the start of the session somebody revokes everything.
        @Test func aRevocationDuringTheSignInWins() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let node = try await fixture.node()
                let read = try await node.signIn(person.login, person.password).session.holder
                try await node.run { _ = try await $0.sessions.endAll(of: person.account) }
                let started = try await node.run { try await $0.sessions.start(read, client: "")?.session }
                #expect(started == nil)
            }
        }
    }
}
