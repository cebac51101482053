import Cryptography
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Identity

extension OnServers {
    @Suite struct SignInTests {
        @Test func opensASessionOnAnyNode() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.guardian, .guardian)
                let first = try await fixture.node()
                let second = try await fixture.node()
                let started = try await first.signIn(person.login.uppercased() + " ", person.password)
                let session = try #require(try await second.load(started.cookie).session)
                #expect(session == started.session)
                #expect(session.holder.account == person.account)
                #expect(Set(session.holder.profiles) == Set(person.profiles))
                #expect(session.holder.name.hasPrefix("Camille"))
                let times = try fixture.platform.sql(
                    .directory,
                    "select first_sign_in_at = last_sign_in_at, last_sign_in_at > now() - interval '1 minute' from account where id = '\(person.account)'"
                )
                #expect(times == "t|t")
            }
        }

        /// The same answer and the same work, counted in hashes and in queries rather than in time.
        @Test func answersAlikeWhateverIsWrong() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let locked = try await fixture.person(.pupil)
                let closed = try await fixture.person(.pupil)
                let pending = try await fixture.person(.pupil)
                try await fixture.provision { store in
                    _ = try await store.setState(.locked, of: locked.account)
                    _ = try await store.setState(.closed, of: closed.account)
                }
                try fixture.platform.sql(
                    .directory,
                    "update account set password_hash = null, state = 'pending' where id = '\(pending.account)'")
                let imported = try await fixture.person(.pupil)
                try fixture.platform.sql(
                    .directory, "update account set password_hash = '$2y$10$bcrypt' where id = '\(imported.account)'")
                let node = try await fixture.node()
                let attempts = [
                    (person.login, "wrong"), ("nobody.at.all", "wrong"), (locked.login, locked.password),
                    (closed.login, closed.password), (pending.login, ""), (imported.login, "x"),
                    ("not a login, Élodie", "wrong"), (person.login, String(repeating: "x", count: 100_000)),
                    (String(repeating: "x", count: 100_000), "wrong"), (person.login, person.password + "\u{0}"),
                ]
                for (login, password) in attempts {
                    let hashes = node.hasher.computed
                    #expect(try await node.failure(login, password) == .wrongCredentials)
                    #expect(node.hasher.computed == hashes + 1, "\(login.prefix(30))")
                }
                let hashes = node.hasher.computed
                #expect(try await node.failure(person.login, person.password) == nil)
                #expect(node.hasher.computed == hashes + 1)
            }
        }

        @Test func hashesAgainWhenTheCostChanged() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.teacher)
                let old = try Argon2id.hash(
                    Array(person.password.utf8), cost: Argon2id.Cost(memoryKiB: 32, passes: 1, lanes: 1))
                try fixture.platform.sql(
                    .directory, "update account set password_hash = '\(old)' where id = '\(person.account)'")
                let node = try await fixture.node()
                let started = try await node.signIn(person.login, person.password)
                let stored = try fixture.platform.sql(
                    .directory, "select password_hash from account where id = '\(person.account)'")
                #expect(Argon2id.cost(of: stored) == IdentityNode.cheap)
                #expect(try await node.load(started.cookie).session != nil)
                #expect(try await node.failure(person.login, person.password) == nil)
            }
        }

        // MARK: Throttling

        @Test func slowsGuessingFromOnePlaceDown() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.teacher)
                let node = try await fixture.node()
                let other = try await fixture.node()
                // Unknown logins are throttled just the same.
                for login in [person.login, "nobody.\(person.login)"] {
                    for attempt in 0..<5 {
                        let guessing = attempt.isMultiple(of: 2) ? node : other
                        #expect(try await guessing.failure(login, "wrong") == .wrongCredentials)
                    }
                    let hashes = node.hasher.computed
                    for guess in [person.password, "wrong"] {
                        guard case .throttled(let wait) = try await node.failure(login, guess) else {
                            Issue.record("not throttled")
                            continue
                        }
                        #expect(wait > .zero && wait <= .seconds(1))
                    }
                    #expect(node.hasher.computed == hashes, "a refused attempt costs no hash")
                }
                // Elsewhere the owner gets in, whatever happens here.
                #expect(try await node.failure(person.login, person.password, from: "192.0.2.99") == nil)
                // And here once the time has passed.
                try await Task.sleep(for: .milliseconds(1100))
                #expect(try await node.failure(person.login, person.password) == nil)
                // Then nothing is held against them any more.
                for _ in 0..<4 { #expect(try await node.failure(person.login, "wrong") == .wrongCredentials) }
                #expect(try await node.failure(person.login, person.password) == nil)
            }
        }

        @Test func slowsGuessingFromManyPlacesDown() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.teacher)
                let node = try await fixture.node()
                for place in 0..<20 {
                    #expect(
                        try await node.failure(person.login, "wrong", from: "198.51.100.\(place)") == .wrongCredentials)
                }
                guard case .throttled = try await node.failure(person.login, "wrong", from: "203.0.113.1") else {
                    Issue.record("not throttled")
                    return
                }
            }
        }

        @Test func throttlesWithoutRedis() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.teacher)
                let node = try await fixture.node()
                for _ in 0..<3 { #expect(try await node.failure(person.login, "wrong") == .wrongCredentials) }
                fixture.redis.kill()
                try await node.waitForRedis(false)
                // What this process saw before counts.
                for _ in 0..<2 { #expect(try await node.failure(person.login, "wrong") == .wrongCredentials) }
                guard case .throttled = try await node.failure(person.login, person.password) else {
                    Issue.record("not throttled")
                    return
                }
                fixture.clock.advance(2)
                #expect(try await node.failure(person.login, person.password) == nil)
            }
        }

        /// Many guesses sent at once are not all looked at before the first is counted.
        @Test func guessesSentAtOnceAreCounted() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.teacher)
                let node = try await fixture.node()
                let hashes = node.hasher.computed
                let outcomes = try await withThrowingTaskGroup(of: IdentityError?.self) { group in
                    for _ in 0..<40 { group.addTask { try await node.failure(person.login, "wrong") } }
                    var outcomes: [IdentityError?] = []
                    for try await outcome in group { outcomes.append(outcome) }
                    return outcomes
                }
                #expect(outcomes.filter { $0 == .wrongCredentials }.count == 5)
                #expect(node.hasher.computed == hashes + 5)
            }
        }

        // MARK: At once

        @Test func aPersonMaySignInManyTimesAtOnce() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let nodes = [try await fixture.node(), try await fixture.node()]
                let started = try await withThrowingTaskGroup(of: (Session, String).self) { group in
                    for number in 0..<50 {
                        group.addTask { try await nodes[number % 2].signIn(person.login, person.password) }
                    }
                    var started: [(Session, String)] = []
                    for try await session in group { started.append(session) }
                    return started
                }
                #expect(Set(started.map(\.0.id)).count == 50)
                for (session, cookie) in started { #expect(try await nodes[0].load(cookie).session == session) }
                #expect(try await nodes[0].run { try await $0.sessions.list(of: person.account) }.count == 50)
            }
        }

        /// With every thread taken and the queue full people are told so at once, and signed-in people notice nothing.
        @Test func shedsWhatItCannotHash() async throws {
            try await IdentityFixture.with { fixture in
                let people = [
                    try await fixture.person(.pupil), try await fixture.person(.pupil),
                    try await fixture.person(.pupil),
                ]
                let node = try await fixture.node(hashing: 1, queue: 1)
                let slow = Argon2id.Cost(memoryKiB: 131_072, passes: 4, lanes: 1)
                let hash = try Argon2id.hash(Array(people[0].password.utf8), cost: slow)
                for person in people {
                    try fixture.platform.sql(
                        .directory, "update account set password_hash = '\(hash)' where id = '\(person.account)'")
                }
                let outcomes = try await withThrowingTaskGroup(of: IdentityError?.self) { group in
                    for person in people { group.addTask { try await node.failure(person.login, "wrong") } }
                    var outcomes: [IdentityError?] = []
                    for try await outcome in group { outcomes.append(outcome) }
                    return outcomes
                }
                #expect(outcomes.filter { $0 == .busy }.count == 1)
                #expect(outcomes.filter { $0 == .wrongCredentials }.count == 2)
            }
        }

        /// The number that a browser had before is never the number after, and is worth nothing any more.
        @Test func aSignInNeverKeepsTheSessionThatWasThere() async throws {
            try await IdentityFixture.with { fixture in
                let attacker = try await fixture.person(.pupil)
                let victim = try await fixture.person(.teacher)
                let node = try await fixture.node()
                let planted = try await node.signIn(attacker.login, attacker.password)
                let started = try await node.signIn(victim.login, victim.password, replacing: planted.session)
                #expect(started.session.id != planted.session.id)
                #expect(try await node.load(planted.cookie).isEnded)
                #expect(try await node.load(started.cookie).session?.holder.account == victim.account)
            }
        }

        @Test func theDirectoryGoneIsSaid() async throws {
            try await IdentityFixture.with(ownPlatform: true) { fixture in
                let person = try await fixture.person(.pupil)
                let node = try await fixture.node()
                fixture.platform.directory.kill()
                #expect(try await node.failure(person.login, person.password) == .directoryUnavailable)
                #expect(try await node.failure("nobody", person.password) == .directoryUnavailable)
            }
        }
    }
}
