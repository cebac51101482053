import Redis
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Admission

extension OnServers {
    @Suite struct PresenceTests {
        private func school(_ establishment: Establishment) -> RuleScope { .establishment(establishment.uai) }

        @Test func peopleCountOnceInEachScopeRoleAndLevel() async throws {
            try await AdmissionFixture.with(redis: try TestRedis.start()) { fixture in
                let (first, second) = (try await fixture.establishment(), try await fixture.establishment())
                let pupil = fixture.visitor(.pupil, at: first)
                let guardian = fixture.visitor(.guardian, at: first, second)
                try fixture.platform.sql(
                    .shard(1),
                    """
                    insert into school_year values (\(first.id), 2026, '2026-09-01', '2027-07-02');
                    insert into person (establishment_id, id, role, given_name, family_name)
                        values (\(first.id), '\(pupil.profiles[0].person)', 'pupil', 'Alix', 'Fictif');
                    insert into teaching_group (establishment_id, id, school_year, kind, name, level)
                        values (\(first.id), '\(UUID.v7())', 2026, 'class', '6e A', '6e');
                    insert into membership (establishment_id, school_year, group_id, person_id, role, starts_on)
                        select \(first.id), 2026, id, '\(pupil.profiles[0].person)', 'pupil', '2026-09-01' from teaching_group
                        where establishment_id = \(first.id)
                    """)
                // Two sessions of one person, on two nodes, at the same instant: one person.
                for loop in fixture.loops {
                    try await loop.run { service in
                        service.presence.note(pupil, session: .v7())
                        service.presence.note(guardian, session: .v7())
                    }
                }
                #expect(try await fixture.becomes(school(first), 2))
                #expect(try await fixture.connected(school(second)) == 1)
                #expect(try await fixture.connected(school(first), .pupil) == 1)
                #expect(try await fixture.connected(school(first), .guardian) == 1)
                #expect(try await fixture.connected(.territory(first.territory)) >= 2)
                let level = PresenceKey(school(first), level: "6e")
                #expect(try await fixture.loops[1].run { try await $0.presence.count([level]) } == [1])
                let people = try await fixture.loops[1].run {
                    try await $0.presence.list(PresenceKey(.establishment(first.uai)), from: 0, limit: 10)
                }
                #expect(Set(people.map(\.account)) == [pupil.account, guardian.account])
                let page = try await fixture.loops[1].run {
                    try await $0.presence.list(PresenceKey(.establishment(first.uai)), from: 1, limit: 1)
                }
                #expect(page.count == 1)
            }
        }

        /// Ten thousand sessions, told by five nodes, end by time alone: nobody listens to it, and the count is exact at once.
        @Test func massExpiryLeavesExactlyNobody() async throws {
            let redis = try TestRedis.start()
            try await AdmissionFixture.with(loops: 5, redis: redis) { fixture in
                let school = try await fixture.establishment()
                let visitors = (0..<10_000).map { _ in fixture.visitor(.pupil, at: school) }
                for (index, loop) in fixture.loops.enumerated() {
                    let own = visitors.enumerated().filter { $0.offset % 5 == index }.map(\.element)
                    try await loop.run { service in
                        for visitor in own { service.presence.note(visitor, session: visitor.account.rawValue) }
                    }
                }
                let scope = RuleScope.establishment(school.uai)
                #expect(try await fixture.becomes(scope, 10_000))
                // Everybody was last seen six minutes ago.
                let set = PresenceKey(scope).text
                try redis.command(
                    "eval",
                    "local all = redis.call('zrange', KEYS[1], 0, -1, 'withscores') for i = 1, #all, 2 do redis.call('zadd', KEYS[1], all[i + 1] - 360000, all[i]) end",
                    "1", set)
                #expect(try await fixture.connected(scope) == 0)
                // Whoever comes back is one, not one of ten thousand and one.
                try await fixture.loops[3].run { $0.presence.note(visitors[7], session: .v7()) }
                #expect(try await fixture.becomes(scope, 1))
            }
        }

        @Test func nothingIsImmortal() async throws {
            let redis = try TestRedis.start()
            try await AdmissionFixture.with(redis: redis) { fixture in
                let school = try await fixture.establishment()
                try await fixture.loops[0].run {
                    $0.presence.note(fixture.visitor(.teacher, at: school), session: .v7())
                }
                #expect(try await fixture.becomes(.establishment(school.uai), 1))
                let immortal = try redis.command(
                    "eval",
                    "local left = 0 for _, key in ipairs(redis.call('keys', '*')) do if string.sub(key, 1, 3) == 'p1:' and redis.call('pttl', key) < 0 then left = left + 1 end end return left",
                    "0")
                #expect(immortal == "0")
            }
        }

        @Test func aDeadNodeTakesNothingWithItAndSigningOutFreesAtOnce() async throws {
            let redis = try TestRedis.start()
            try await AdmissionFixture.with(loops: 3, redis: redis) { fixture in
                let school = try await fixture.establishment()
                let scope = RuleScope.establishment(school.uai)
                let visitor = fixture.visitor(.pupil, at: school)
                let (phone, desk) = (UUID.v7(), UUID.v7())
                // Each is told before the next step: a beat that is still on its way says nothing yet.
                try await fixture.loops[2].run { $0.presence.note(visitor, session: desk) }
                #expect(try await fixture.becomes(scope, 1))
                try await fixture.loops[0].run { await $0.presence.leave(visitor, session: desk) }
                #expect(try await fixture.becomes(scope, 0))
                try await fixture.loops[1].run { $0.presence.note(visitor, session: phone) }
                #expect(try await fixture.becomes(scope, 1))
                try await fixture.loops[2].run { $0.presence.note(visitor, session: desk) }
                await fixture.loops[2].loop.run { [redis = fixture.loops[2].redis] in redis.close() }
                #expect(try await fixture.connected(scope) == 1)
                // The other session is still there.
                try await fixture.loops[0].run { await $0.presence.leave(visitor, session: desk) }
                #expect(try await fixture.connected(scope) == 1)
                try await fixture.loops[0].run { await $0.presence.leave(visitor, session: phone) }
                #expect(try await fixture.connected(scope) == 0)
            }
        }

        /// Somebody signs in at one node and out at another before the first has told that they were there.
        @Test func whoSignedOutIsGoneHoweverLateTheirSignIsTold() async throws {
            var limits = AdmissionFixture.quick
            limits.beatPause = .milliseconds(300)
            try await AdmissionFixture.with(redis: try TestRedis.start(), limits: limits) { fixture in
                let school = try await fixture.establishment()
                let scope = RuleScope.establishment(school.uai)
                let (everywhere, once, stays) = (
                    fixture.visitor(.pupil, at: school), fixture.visitor(.teacher, at: school),
                    fixture.visitor(.guardian, at: school)
                )
                let session = UUID.v7()
                try await fixture.loops[1].run { service in
                    service.presence.note(everywhere, session: .v7())
                    service.presence.note(once, session: session)
                    service.presence.note(stays, session: .v7())
                }
                try await fixture.loops[0].run { service in
                    await service.presence.leaveEverywhere(everywhere)
                    await service.presence.leave(once, session: session)
                }
                #expect(try await fixture.becomes(scope, 1, .guardian))
                #expect(try await fixture.connected(scope) == 1, "two have left")
                // Who signs in again is there.
                try await fixture.loops[1].run { service in
                    service.presence.note(everywhere, session: .v7())
                    service.presence.note(once, session: .v7())
                }
                #expect(try await fixture.becomes(scope, 3))
            }
        }

        @Test func presenceFollowsAFailover() async throws {
            let pair = try TestRedisPair.start()
            try await AdmissionFixture.with(server: AdmissionFixture.server(of: pair)) { fixture in
                let school = try await fixture.establishment()
                let scope = RuleScope.establishment(school.uai)
                let visitors = (0..<20).map { _ in fixture.visitor(.pupil, at: school) }
                for visitor in visitors.prefix(10) {
                    try await fixture.loops[0].run { $0.presence.note(visitor, session: visitor.account.rawValue) }
                }
                #expect(try await fixture.becomes(scope, 10))
                // What has not reached the replica comes back only with those who go on.
                var copied = try pair.replica.command("zcard", PresenceKey(scope).text)
                for _ in 0..<100 where copied != "10" {
                    try await Task.sleep(for: .milliseconds(50))
                    copied = try pair.replica.command("zcard", PresenceKey(scope).text)
                }
                #expect(copied == "10")
                pair.master.kill()
                // Half of them go on while there is no Redis, and ten come: all are told once there is one.
                for visitor in visitors.dropFirst(5) {
                    try await fixture.loops[1].run { $0.presence.note(visitor, session: visitor.account.rawValue) }
                }
                var isThere = try await fixture.becomes(scope, 20)
                if !isThere { isThere = try await fixture.becomes(scope, 20) }
                #expect(isThere)
                #expect(try pair.replica.command("zcard", PresenceKey(scope).text) == "20")
            }
        }

        @Test(arguments: ["kill", "flush", "hang"])
        func aRedisThatIsLostIsFilledAgainByActivity(_ fault: String) async throws {
            let redis = try TestRedis.start()
            try await AdmissionFixture.with(redis: redis) { fixture in
                let school = try await fixture.establishment()
                let scope = RuleScope.establishment(school.uai)
                let visitors = (0..<50).map { _ in fixture.visitor(.pupil, at: school) }
                func everybodyIsSeen() async throws {
                    for (index, visitor) in visitors.enumerated() {
                        try await fixture.loops[index % 2].run {
                            $0.presence.note(visitor, session: visitor.account.rawValue)
                        }
                    }
                }
                try await everybodyIsSeen()
                #expect(try await fixture.becomes(scope, 50))
                switch fault {
                case "kill":
                    redis.kill()
                    // Seen while it is gone: kept, and told when it is back.
                    try await everybodyIsSeen()
                    await #expect(throws: (any Error).self) { try await fixture.connected(scope) }
                    try redis.startAgain()
                case "flush":
                    try redis.command("flushall")
                    #expect(try await fixture.connected(scope) == 0)
                    try await everybodyIsSeen()
                default:
                    redis.pause()
                    try await everybodyIsSeen()
                    await #expect(throws: (any Error).self) { try await fixture.connected(scope) }
                    redis.resume()
                }
                #expect(try await fixture.becomes(scope, 50))
            }
        }
    }
}
