import Tenancy
import Testing

@testable import Identity

extension OnServers {
    @Suite struct CrowdThrottleTests {
        @Test func aListBeingTriedOutIsSlowedAndASchoolIsNot() async throws {
            try await IdentityFixture.with { fixture in
                let node = try await fixture.node()
                let known = try await fixture.person(.pupil)
                let other = try await fixture.person(.pupil)
                _ = try await node.signIn(known.login, known.password, from: "192.0.2.9")
                var throttled = 0
                for number in 0..<170 {
                    let failure = try await node.failure("nobody.\(number)", "stolen", from: "192.0.2.9")
                    if case .throttled = failure { throttled += 1 }
                }
                #expect(throttled > 0, "many logins from one place")
                #expect(throttled < 80, "not before there were many")
                // Who got in from there before gets in again; from anywhere else everybody does.
                #expect(try await node.failure(known.login, known.password, from: "192.0.2.9") == nil)
                #expect(try await node.failure(other.login, other.password, from: "192.0.2.10") == nil)
            }
        }

        @Test func successesPardonFailures() async throws {
            try await IdentityFixture.with { fixture in
                let node = try await fixture.node()
                let person = try await fixture.person(.pupil)
                for number in 0..<170 {
                    if number % 3 == 0 { _ = try await node.signIn(person.login, person.password, from: "192.0.2.11") }
                    let failure = try await node.failure("someone.\(number)", "mistyped", from: "192.0.2.11")
                    #expect(failure == .wrongCredentials)
                }
            }
        }

        @Test func theWaitGrowsToABound() {
            #expect(CrowdThrottle.wait(after: 100) == 0)
            #expect(CrowdThrottle.wait(after: 101) == 1)
            #expect(CrowdThrottle.wait(after: 100_000) == 15)
        }
    }
}
