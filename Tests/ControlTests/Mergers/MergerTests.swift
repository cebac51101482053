import Postgres
import Runtime
import Synchronization
import Tenancy
import TestSupport
import TestTenancy
import Testing
import Web

@testable import Control

extension FeedImportTests {
    /// One establishment closed into another, on real servers: a directory and two shards, people from a feed. In the suite
    /// of imports, with which it shares its servers.
    @Suite(.serialized) struct MergerTests {
        private final class Crashes: Sendable {
            private let left: Mutex<Set<Int>>

            init(_ steps: [Merger.Step]) { left = Mutex(Set(steps.map(\.rawValue))) }

            /// The first time that each step is done, before that is written down.
            func crash(after step: Merger.Step) throws {
                let isFirst = left.withLock { $0.remove(step.rawValue) != nil }
                if isFirst { throw JobError.temporary("crashed after \(step)") }
            }
        }

        /// Two schools on two shards: the one that closes, and the one that stays.
        private static func pair(_ fixture: FeedFixture) throws -> (closed: String, kept: String) {
            let uais = try (1...2).map { shard in
                try fixture.platform.sql(
                    .directory, "select min(uai) from establishment where shard_id = \(shard) and state = 'active'")
            }
            return (uais[0], uais[1])
        }

        /// Keys of everybody who is in one of them, over both shards.
        private static func people(of establishments: [Int], _ fixture: FeedFixture) throws -> Set<Substring> {
            let list = establishments.map(String.init).joined(separator: ", ")
            let keys = try (1...2).map { shard in
                try fixture.platform.sql(
                    .shard(Int16(shard)),
                    "select string_agg(external_id, ' ') from person where establishment_id in (\(list)) and left_on is null"
                )
            }
            return Set(keys.joined(separator: " ").split(separator: " "))
        }

        private static func number(_ uai: String, _ fixture: FeedFixture) throws -> Int {
            try fixture.count("select id from establishment where uai = '\(uai)'")
        }

        private func merge(
            _ closed: String, into kept: String, _ fixture: FeedFixture, crashing steps: [Merger.Step] = [],
            before step: @escaping @Sendable (Merger.Step) throws -> Void = { _ in }
        ) async throws -> Job {
            let crashes = Crashes(steps)
            let directory = fixture.node.directory
            let configuration = fixture.platform.configuration(.directory, user: "preau_admin")
            let runner = try await fixture.node.run { tenancy in
                let merger = Merger(directory: directory, tenancy: tenancy) { done in
                    try step(done)
                    try crashes.crash(after: done)
                }
                let runner = JobRunner(
                    loop: tenancy.loop, directory: directory, connection: configuration, kinds: [merger.job],
                    instance: "admin-1", lease: 3, metrics: Metrics())
                runner.start()
                return runner
            }
            defer { fixture.node.loop.execute { fixture.node.loop.spawn { await runner.stop() } } }
            let id = EstablishmentID(rawValue: Int32(try MergerTests.number(closed, fixture)))
            let job = try await fixture.node.run { _ in
                try await JobStore(directory).enqueue(
                    NewJob(
                        Merger.kind, title: "test", territory: FeedFixture.territory, establishment: id,
                        parameters: ["into": .string(kept)], mostAttempts: 20),
                    by: AuditActor(kind: .system, name: "test"))
            }
            let end = ContinuousClock.now + .seconds(60)
            while ContinuousClock.now < end {
                // Without waiting for the pauses between attempts.
                try fixture.platform.sql(
                    .directory, "update job set due_at = now() where id = '\(job)' and state = 'queued'")
                let found = try #require(try await fixture.node.run { _ in try await JobStore(directory).find(job) })
                if found.state.isFinished { return found }
                try await Task.sleep(for: .milliseconds(50))
            }
            throw CancellationError()
        }

        @Test func everybodyComesOnceHoweverOftenItCrashes() async throws {
            try await FeedFixture.with { fixture in
                let archive = try FeedFixture.archive { _ in }
                try await fixture.run(archive)
                let (closed, kept) = try MergerTests.pair(fixture)
                let (from, into) = (try MergerTests.number(closed, fixture), try MergerTests.number(kept, fixture))
                let both = "account_id in (select account_id from profile where establishment_id in (\(from), \(into)))"
                let accounts = try fixture.count("select count(distinct account_id) from profile where \(both)")
                let people = try MergerTests.people(of: [from, into], fixture)
                let families = try fixture.shards(
                    "select count(*) from guardianship where establishment_id in (\(from), \(into)) and ends_on is null"
                )

                let job = try await merge(closed, into: kept, fixture, crashing: Merger.Step.allCases)
                #expect(job.state == .succeeded, "\(job.failure ?? "")")
                #expect(job.attempts == Merger.Step.allCases.count + 1)

                #expect(
                    try fixture.platform.sql(
                        .directory,
                        "select state, merged_into = \(into), merging_into is null from establishment where id = \(from)"
                    )
                        == "closed|t|t")
                let valid = "(valid_to is null or valid_to >= current_date)"
                #expect(
                    try fixture.count(
                        "select count(distinct account_id) from profile where establishment_id = \(into) and \(valid)")
                        == accounts)
                #expect(
                    try fixture.count(
                        "select count(*) from profile where establishment_id = \(from) and \(valid) and valid_from < current_date"
                    )
                        == 0)
                #expect(
                    try MergerTests.people(of: [into], fixture)
                        == people)
                #expect(
                    try fixture.shards(
                        "select count(*) from guardianship where establishment_id = \(into) and ends_on is null")
                        == families)
                // Every account's person is there, and nobody twice.
                let persons = try fixture.platform.sql(
                    .directory,
                    "select string_agg(distinct quote_literal(person_id), ',') from profile where establishment_id = \(into) and \(valid)"
                )
                #expect(
                    try fixture.shards(
                        "select count(*) from person where establishment_id = \(into) and id in (\(persons))")
                        == fixture.count(
                            "select count(distinct person_id) from profile where establishment_id = \(into) and \(valid)"
                        ))
                #expect(
                    try fixture.count(
                        "select count(*) from audit where action in ('establishment.merged', 'establishment.took_in')")
                        == 2
                )
                // Nobody becomes head of what they did not head.
                #expect(
                    try fixture.count(
                        "select count(*) from profile where establishment_id = \(into) and role = 'head' and \(valid)")
                        == fixture.count(
                            "select count(*) from feed_profile where establishment_id = \(into) and role = 'head'"))
                // The code leads to the other one, on every node.
                let found = try await fixture.node.run { tenancy -> String? in
                    try await tenancy.refresh()
                    return UAI(rawValue: closed).flatMap { tenancy.map[$0]?.uai.rawValue }
                }
                #expect(found == kept)

                // The academy goes on sending the old structure: its people are the other one's, nobody leaves.
                let again = try await fixture.run(archive)
                #expect(again("pupils", "disappeared") == 0 && again("staff", "disappeared") == 0, "\(again)")
                #expect(again("pupils", "added") == 0 && again("guardians", "added") == 0, "\(again)")
                #expect(
                    try MergerTests.people(of: [into], fixture)
                        == people)
                let third = try await fixture.run(archive)
                #expect(third.isEmpty, "\(third)")

                // In time nobody is left in the closed one, and everybody in the other one has all that they had.
                let before = try fixture.count("select count(*) from account")
                let details = try fixture.shards("select count(*) from person_detail where establishment_id = \(into)")
                try fixture.platform.sql(
                    .directory, "update establishment set closed_at = now() - interval '86 days' where id = \(from)")
                let erased = try await fixture.upkeep()[1]
                #expect(erased > 10)
                #expect(
                    try fixture.shards(
                        "select count(*) from person where establishment_id = \(from) and source <> 'erased'") == 0)
                #expect(
                    try fixture.shards("select count(*) from person_detail where establishment_id = \(from)") == 0)
                #expect(try fixture.count("select count(*) from account") == before)
                #expect(try fixture.count("select count(*) from profile where establishment_id = \(from)") == 0)
                #expect(try MergerTests.people(of: [into], fixture) == people)
                #expect(
                    try fixture.shards("select count(*) from person_detail where establishment_id = \(into)") == details
                )
            }
        }

        @Test func oneThatIsReopenedMeanwhileIsLeftAlone() async throws {
            try await FeedFixture.with { fixture in
                try await fixture.run(try FeedFixture.archive { _ in })
                let (closed, kept) = try MergerTests.pair(fixture)
                let platform = fixture.platform
                let job = try await merge(closed, into: kept, fixture) { step in
                    guard step == .people else { return }
                    try platform.sql(
                        .directory,
                        "update establishment set state = 'active', merging_into = null where uai = '\(closed)'")
                }
                #expect(job.state == .failed)
                #expect(job.failure?.contains("reopened") == true)
                #expect(
                    try fixture.platform.sql(
                        .directory, "select state, merged_into is null from establishment where uai = '\(closed)'")
                        == "active|t")
                #expect(try fixture.count("select count(*) from establishment_former_uai where uai = '\(closed)'") == 0)
            }
        }

        @Test func whatIsMergedStaysClosedAndIsTakenInByNobodyElse() async throws {
            try await FeedFixture.with { fixture in
                try await fixture.run(try FeedFixture.archive { $0.people = 600 })
                let (closed, kept) = try MergerTests.pair(fixture)
                #expect(try await merge(closed, into: kept, fixture).state == .succeeded)
                let directory = fixture.node.directory
                let id = EstablishmentID(rawValue: Int32(try MergerTests.number(closed, fixture)))
                let reopened = try await fixture.node.run { _ in
                    try await directory.run(
                        PostgresBatch(EstablishmentStore.setState, id, "active", ["suspended", "closed"]))[0].count
                }
                #expect(reopened == 0)
                // Into one that is closed: nothing is done, and it is not left shut for good.
                let third = try fixture.platform.sql(
                    .directory, "select min(uai) from establishment where state = 'active' and uai <> '\(kept)'")
                try fixture.platform.sql(
                    .directory, "update establishment set state = 'suspended' where uai = '\(kept)'")
                #expect(try await merge(third, into: kept, fixture).state == .failed)
                #expect(
                    try fixture.platform.sql(.directory, "select state from establishment where uai = '\(third)'")
                        == "active")
            }
        }
    }
}
