import Redis
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Admission

extension OnServers {
    @Suite struct GateTests {
        private func cap(
            _ school: Establishment, _ places: Int, _ reserved: [Role: Int] = [:], _ priority: [Role] = []
        ) -> [RuleScope: Capacity] {
            let scope = RuleScope.establishment(school.uai)
            return [scope: Capacity(scope: scope, places: places, reserved: reserved, priority: priority)]
        }

        private func ask(
            _ loop: AdmissionLoop, _ visitor: Visitor, _ caps: [RuleScope: Capacity], firstSeen: Int64? = nil
        ) async throws -> Admittance {
            try await loop.run { service in
                await service.gate.admit(service.applicant(visitor, nil, home: nil), caps, firstSeen: firstSeen)
            }
        }

        /// Every decision as the log has it: outcome, and `people/places` of each scope.
        private func decisions(_ redis: TestRedis) throws -> [(outcome: String, people: Int, places: Int)] {
            let lines = try redis.command("xrange", "p1:log", "-", "+").split(separator: "\n")
            var found: [(outcome: String, people: Int, places: Int)] = []
            var outcome = ""
            for (index, line) in lines.enumerated() {
                if line == "in" || line == "wait" { outcome = String(line) }
                guard line == "of" else { continue }
                let words = lines[index + 1].split(separator: " ")
                for fraction in words where fraction.contains("/") {
                    let parts = fraction.split(separator: "/").compactMap { Int($0) }
                    found.append((outcome, parts[0], parts[1]))
                }
            }
            return found
        }

        @Test func theCapIsNeverExceededHoweverManyAskAtOnce() async throws {
            let redis = try TestRedis.start()
            try await AdmissionFixture.with(loops: 4, redis: redis) { fixture in
                let school = try await fixture.establishment()
                let caps = cap(school, 100)
                let admitted = try await withThrowingTaskGroup(of: Bool.self, returning: Int.self) { group in
                    for index in 0..<400 {
                        group.addTask {
                            let role: Role = index % 2 == 0 ? .pupil : .guardian
                            let answer = try await ask(
                                fixture.loops[index % 4], fixture.visitor(role, at: school), caps)
                            // What is decided without Redis, when a busy machine takes it for hung, is not kept: other
                            // tests are about that.
                            return answer == .admitted(isKept: true)
                        }
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(admitted == 100)
                let log = try decisions(redis)
                #expect(log.filter { $0.outcome == "in" }.count == 100)
                #expect(log.allSatisfy { $0.people <= $0.places && $0.places == 100 })
                #expect(log.filter { $0.outcome == "wait" }.count == 300)
            }
        }

        @Test func reservesAreForTheirRolesAndPupilsDoNotWaitBehindGuardians() async throws {
            let redis = try TestRedis.start()
            try await AdmissionFixture.with(redis: redis) { fixture in
                let school = try await fixture.establishment()
                let caps = cap(school, 10, [.pupil: 50, .teacher: 10], [.pupil, .teacher, .guardian])
                // Four places that nobody has reserved.
                for number in 0..<8 {
                    let answer = try await ask(fixture.loops[number % 2], fixture.visitor(.guardian, at: school), caps)
                    if number < 4 { #expect(answer == .admitted(isKept: true)) } else { #expect(answer.wait != nil) }
                }
                for _ in 0..<5 {
                    #expect(
                        try await ask(fixture.loops[0], fixture.visitor(.pupil, at: school), caps)
                            == .admitted(isKept: true))
                }
                #expect(try await ask(fixture.loops[0], fixture.visitor(.pupil, at: school), caps).wait?.ahead == 0)
                #expect(
                    try await ask(fixture.loops[0], fixture.visitor(.teacher, at: school), caps)
                        == .admitted(isKept: true))
                let standing = try await fixture.loops[1].run {
                    try await $0.gate.standing(of: [.establishment(school.uai)])
                }
                #expect(standing[0].places == 10)
                #expect(standing[0].waiting == 5)
            }
        }

        @Test func theLineIsFairAndATicketOutlivesEverything() async throws {
            let redis = try TestRedis.start()
            try await AdmissionFixture.with(redis: redis) { fixture in
                let school = try await fixture.establishment()
                let caps = cap(school, 1)
                let inside = fixture.visitor(.guardian, at: school)
                #expect(try await ask(fixture.loops[0], inside, caps) == .admitted(isKept: true))
                let (first, second) = (fixture.visitor(.guardian, at: school), fixture.visitor(.guardian, at: school))
                // Tickets of a moment ago: two who come in the same millisecond have no order.
                let arrival = WallClock.microseconds / 1000 - 5000
                let firstWait = try #require(try await ask(fixture.loops[0], first, caps, firstSeen: arrival).wait)
                let secondWait = try #require(
                    try await ask(fixture.loops[1], second, caps, firstSeen: firstWait.firstSeen + 1).wait)
                #expect(firstWait.ahead == 0)
                #expect(secondWait.ahead == 1)
                // Redis has lost the line; the tickets have not.
                try redis.command("del", "p1:q:" + PresenceKey(.establishment(school.uai)).text)
                #expect(try await ask(fixture.loops[1], second, caps, firstSeen: secondWait.firstSeen).wait?.ahead == 0)
                #expect(try await ask(fixture.loops[0], first, caps, firstSeen: firstWait.firstSeen).wait?.ahead == 0)
                #expect(try await ask(fixture.loops[1], second, caps, firstSeen: secondWait.firstSeen).wait?.ahead == 1)
                // Not before the first, whoever asks first.
                try await fixture.loops[0].run { service in
                    await service.gate.release(service.applicant(inside, nil, home: nil), caps)
                }
                #expect(try await ask(fixture.loops[1], second, caps, firstSeen: secondWait.firstSeen).wait != nil)
                #expect(
                    try await ask(fixture.loops[0], first, caps, firstSeen: firstWait.firstSeen)
                        == .admitted(isKept: true))
                // Asking again is no second place.
                #expect(try await ask(fixture.loops[1], first, caps) == .admitted(isKept: true))
                #expect(
                    try await fixture.loops[1].run { try await $0.gate.standing(of: [.establishment(school.uai)]) }[0]
                        .places == 1)
            }
        }

        @Test func whoDoesNotAskAnyMoreHoldsNobodyUp() async throws {
            let redis = try TestRedis.start()
            var limits = AdmissionFixture.quick
            limits.patience = 0
            try await AdmissionFixture.with(redis: redis, limits: limits) { fixture in
                let school = try await fixture.establishment()
                let inside = fixture.visitor(.guardian, at: school)
                let caps = cap(school, 1)
                _ = try await ask(fixture.loops[0], inside, caps)
                #expect(try await ask(fixture.loops[0], fixture.visitor(.guardian, at: school), caps).wait != nil)
                try await fixture.loops[0].run { service in
                    await service.gate.release(service.applicant(inside, nil, home: nil), caps)
                }
                let later = fixture.visitor(.guardian, at: school)
                // The one before asked a moment ago and never again.
                var answer = try await ask(fixture.loops[0], later, caps)
                for _ in 0..<100 where answer.wait != nil {
                    try await Task.sleep(for: .milliseconds(5))
                    answer = try await ask(fixture.loops[0], later, caps)
                }
                #expect(answer == .admitted(isKept: true))
            }
        }

        @Test func aPlaceInUseIsNotReleasedByAWrongPassword() async throws {
            let redis = try TestRedis.start()
            try await AdmissionFixture.with(redis: redis) { fixture in
                let school = try await fixture.establishment()
                let caps = cap(school, 5)
                let visitor = fixture.visitor(.pupil, at: school)
                let scope = RuleScope.establishment(school.uai)
                _ = try await ask(fixture.loops[0], visitor, caps)
                #expect(try await fixture.connected(scope) == 0, "a place that is only kept is nobody who is there")
                try await fixture.loops[0].run { $0.presence.note(visitor, session: .v7()) }
                #expect(try await fixture.becomes(scope, 1))
                try await fixture.loops[1].run { service in
                    await service.gate.release(service.applicant(visitor, nil, home: nil), caps)
                }
                #expect(try await fixture.connected(scope) == 1)
                #expect(
                    try await ask(fixture.loops[1], visitor, cap(school, 0)) == .admitted(isKept: true),
                    "who is in stays in")
            }
        }

        @Test func theRateOfNewcomersIsASecondBound() async throws {
            let redis = try TestRedis.start()
            try await AdmissionFixture.with(redis: redis) { fixture in
                let school = try await fixture.establishment()
                let scope = RuleScope.establishment(school.uai)
                let caps = [scope: Capacity(scope: scope, places: 10_000, perSecond: 1)]
                var admitted: [Role: Int] = [:]
                for _ in 0..<20 {
                    if try await ask(fixture.loops[0], fixture.visitor(.guardian, at: school), caps).wait == nil {
                        admitted[.guardian, default: 0] += 1
                    }
                }
                for _ in 0..<20 {
                    if try await ask(fixture.loops[1], fixture.visitor(.pupil, at: school), caps).wait == nil {
                        admitted[.pupil, default: 0] += 1
                    }
                }
                // A burst of ten, two of them for pupils and teachers; and what a slow machine adds in the meantime.
                #expect((8...12).contains(admitted[.guardian] ?? 0))
                #expect((2...6).contains(admitted[.pupil] ?? 0))
            }
        }

        @Test func aRuleThatQueuesTakesItsShareAndTheEndOfTheLine() async throws {
            let redis = try TestRedis.start()
            try await AdmissionFixture.with(redis: redis) { fixture in
                let school = try await fixture.establishment()
                let caps = cap(school, 10)
                func guardian() async throws -> Admittance {
                    try await fixture.loops[0].run { service in
                        let visitor = fixture.visitor(.guardian, at: school)
                        let judgement = AdmissionService.Judgement(
                            open: visitor.profiles, closed: [], queued: (.guardian, 20))
                        return await service.gate.admit(
                            service.applicant(visitor, judgement, home: nil), caps, firstSeen: nil)
                    }
                }
                #expect(try await guardian().wait == nil)
                #expect(try await guardian().wait == nil)
                #expect(try await guardian().wait != nil)
                #expect(try await ask(fixture.loops[0], fixture.visitor(.pupil, at: school), caps).wait == nil)
            }
        }

        // MARK: Bad days

        @Test(arguments: ["kill", "hang"])
        func withoutRedisPupilsAndTeachersTrickleInAndTheOthersWait(_ fault: String) async throws {
            let redis = try TestRedis.start()
            try await AdmissionFixture.with(loops: 1, redis: redis) { fixture in
                let school = try await fixture.establishment()
                let caps = cap(school, 100)
                if fault == "kill" { redis.kill() } else { redis.pause() }
                var pupils = 0
                for _ in 0..<30 {
                    if try await ask(fixture.loops[0], fixture.visitor(.pupil, at: school), caps).wait == nil {
                        pupils += 1
                    }
                }
                #expect((5..<30).contains(pupils))
                let wait = try #require(
                    try await ask(fixture.loops[0], fixture.visitor(.guardian, at: school), caps).wait)
                #expect(wait.ahead == nil)
                if fault == "kill" { try redis.startAgain() } else { redis.resume() }
                try await fixture.loops[0].waitForRedis()
                // The wait counts from its beginning.
                #expect(
                    try await ask(
                        fixture.loops[0], fixture.visitor(.guardian, at: school), caps, firstSeen: wait.firstSeen
                    ).wait == nil)
            }
        }

        @Test func aRedisThatWasEmptiedDoesNotOpenTheFloodgates() async throws {
            let redis = try TestRedis.start()
            try await AdmissionFixture.with(redis: redis) { fixture in
                let school = try await fixture.establishment()
                let caps = cap(school, 20)
                for number in 0..<20 {
                    _ = try await ask(fixture.loops[number % 2], fixture.visitor(.guardian, at: school), caps)
                }
                try redis.command("flushall")
                for number in 0..<10 {
                    #expect(
                        try await ask(fixture.loops[number % 2], fixture.visitor(.guardian, at: school), caps).wait
                            != nil)
                }
            }
        }

        @Test func theGateFollowsAFailover() async throws {
            let master = try TestRedis.start("--repl-diskless-sync-delay", "0")
            let replica = try TestRedis.start(
                "--replicaof", "127.0.0.1", String(master.port), "--replica-priority", "1")
            let sentinel = try TestSentinel.start(watching: master, as: "preau")
            try sentinel.waitUntilItSees(replicas: 1, sentinels: 0, of: "preau")
            let server = RedisConfiguration.Server.sentinel(
                master: "preau", sentinels: [RedisConfiguration.Address(host: sentinel.host, port: sentinel.port)])
            try await AdmissionFixture.with(server: server) { fixture in
                let school = try await fixture.establishment()
                let caps = cap(school, 10)
                for number in 0..<10 {
                    _ = try await ask(fixture.loops[number % 2], fixture.visitor(.pupil, at: school), caps)
                }
                let waiter = fixture.visitor(.pupil, at: school)
                let wait = try #require(try await ask(fixture.loops[0], waiter, caps).wait)
                for _ in 0..<500
                where try replica.command("zcard", PresenceKey(.establishment(school.uai)).text) != "10" {
                    try await Task.sleep(for: .milliseconds(10))
                }
                master.kill()
                var answer: Admittance?
                for _ in 0..<1500 {
                    if (try? await fixture.loops[1].loop.run({ [redis = fixture.loops[1].redis] in
                        try await redis.send("SET", "written", "again")
                    })) != nil {
                        answer = try await ask(fixture.loops[1], waiter, caps, firstSeen: wait.firstSeen)
                        break
                    }
                    try await Task.sleep(for: .milliseconds(10))
                }
                // The places, the line and the function are there: it is still full.
                #expect(answer?.wait?.firstSeen == wait.firstSeen)
                #expect(answer?.wait?.ahead == 0)
            }
        }
    }
}

extension Admittance {
    var wait: Wait? { if case .waiting(let wait) = self { wait } else { nil } }
}
