import Redis
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Admission

extension OnServers {
    /// New sessions a second, the gate's second dimension.
    @Suite struct NewcomerRateTests {
        private func ask(
            _ loop: AdmissionLoop, _ visitor: Visitor, _ caps: [RuleScope: Capacity],
            by proof: Applicant.Proof = .password
        ) async throws -> Admittance {
            try await loop.run { service in
                await service.gate.admit(
                    service.applicant(visitor, nil, home: nil, proof: proof), caps, firstSeen: nil)
            }
        }

        /// How many of so many are let in.
        private func admitted(
            of count: Int, _ role: Role, at school: Establishment, _ fixture: AdmissionFixture,
            _ caps: [RuleScope: Capacity], by proof: Applicant.Proof = .password
        ) async throws -> Int {
            var admitted = 0
            for _ in 0..<count {
                let answer = try await ask(fixture.loops[0], fixture.visitor(role, at: school), caps, by: proof)
                if answer.wait == nil { admitted += 1 }
            }
            return admitted
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

        /// A scope's rate is its own: what one school's pupils take is not missing at another's.
        @Test func everyScopeHasARateOfItsOwn() async throws {
            try await AdmissionFixture.with(redis: try TestRedis.start()) { fixture in
                let (one, other) = (try await fixture.establishment(), try await fixture.establishment())
                var caps: [RuleScope: Capacity] = [:]
                for school in [one, other] {
                    let scope = RuleScope.establishment(school.uai)
                    caps[scope] = Capacity(scope: scope, places: 10_000, perSecond: 1)
                }
                #expect((10...14).contains(try await admitted(of: 20, .pupil, at: one, fixture, caps)))
                // And counts everybody alike, however they come in.
                #expect(
                    (10...14).contains(try await admitted(of: 20, .pupil, at: other, fixture, caps, by: .elsewhere)))
            }
        }

        /// The nodes' own rate is of passwords: who proves elsewhere who they are costs a twentieth of one.
        @Test func whoBringsNoPasswordDoesNotWaitForPasswords() async throws {
            try await AdmissionFixture.with(redis: try TestRedis.start()) { fixture in
                let school = try await fixture.establishment()
                let scope = RuleScope.establishment(school.uai)
                let caps = [scope: Capacity(scope: scope, places: 10_000)]
                try await fixture.loops[0].run { service in
                    // A second for each: the least that is believed, twenty a second and a burst of forty.
                    await service.platform.exchange(
                        PlatformCapacity.Node(
                            name: "slow", threads: 1, hashes: 1, busy: .seconds(1), load: 0, least: 5), service)
                }
                let byPassword = try await admitted(of: 100, .pupil, at: school, fixture, caps)
                #expect((40..<100).contains(byPassword), "\(byPassword)")
                // Two of them come again in the meantime, and no more than two are in hand then: twenty of these for each.
                try await Task.sleep(for: .milliseconds(101))
                let elsewhere = try await admitted(of: 100, .pupil, at: school, fixture, caps, by: .elsewhere)
                #expect(elsewhere >= 40, "\(elsewhere)")
            }
        }

        /// While nodes are replaced, those of the release before ask as they did.
        @Test func nodesOfTheReleaseBeforeAreAnswered() async throws {
            let redis = try TestRedis.start()
            try await AdmissionFixture.with(redis: redis) { fixture in
                let school = try await fixture.establishment()
                let scope = RuleScope.establishment(school.uai)
                let caps = [scope: Capacity(scope: scope, places: 2)]
                #expect(try await ask(fixture.loops[0], fixture.visitor(.pupil, at: school), caps).wait == nil)
                func ofOld(_ account: String, perSecond: Int) throws -> String? {
                    try redis.command(
                        "fcall", "preau_places_admit", "0", "", "3660000", "180000", "60000", account, "0", "0",
                        "pupil",
                        String(perSecond), "10", "0", "1", PresenceKey(scope).text, "2", "-1", "0"
                    ).split(separator: "\n").first.map(String.init)
                }
                #expect(try ofOld("0123456789abcdef", perSecond: 0) == "1")
                #expect(try ofOld("fedcba9876543210", perSecond: 5) == "0", "the second place was taken")
                #expect(try await ask(fixture.loops[0], fixture.visitor(.pupil, at: school), caps).wait != nil)
            }
        }
    }
}
