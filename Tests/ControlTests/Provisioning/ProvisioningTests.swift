import Postgres
import Runtime
import Synchronization
import Tenancy
import TestSupport
import TestTenancy
import Testing
import Web

@testable import Control

/// On real servers: a directory and two shards.
@Suite(.serialized) struct ProvisioningTests {
    private static let servers = SharedTestPlatform()
    private let actor = AuditActor(kind: .system, name: "test")

    private func withPlatform(_ body: (TestPlatform, TestNode) async throws -> Void) async throws {
        let platform = try await ProvisioningTests.servers.platform()
        let node = try await platform.startNode(user: "preau_admin")
        let (directory, actor) = (node.directory, actor)
        do {
            let manifests = try ManifestFixtures.repository()
            _ = try await node.run { tenancy in
                try await Apply.apply(manifests, by: actor, in: directory, tenancy)
            }
            try await body(platform, node)
        } catch {
            await node.stop()
            throw error
        }
        await node.stop()
    }

    private static func parameters(_ numbers: Range<Int>) -> JSON {
        [
            "territory": "eure",
            "establishments": .array(
                numbers.compactMap { UAI(number: $0) }.map { uai in
                    [
                        "uai": .string(uai.rawValue), "name": .string("Collège fictif \(uai)"), "invented": true,
                        "administrator": ["given_name": "Direction", "family_name": "Fictive"],
                    ]
                }),
        ]
    }

    private final class Crashes: Sendable {
        private let left = Mutex(Set(Provisioning.Step.allCases.map(\.rawValue)))

        /// The first time that each step is done, before that is written down.
        func crash(after step: Provisioning.Step) throws {
            let isFirst = left.withLock { $0.remove(step.rawValue) != nil }
            if isFirst { throw JobError.temporary("crashed after \(step)") }
        }
    }

    private func run(
        _ platform: TestPlatform, _ node: TestNode, _ parameters: JSON, crashing: Bool
    ) async throws -> Job {
        let crashes = Crashes()
        let (directory, actor) = (node.directory, actor)
        let runner = try await node.run { tenancy in
            let provisioning = Provisioning(directory: directory, tenancy: tenancy) { step in
                if crashing { try crashes.crash(after: step) }
            }
            let runner = JobRunner(
                loop: tenancy.loop, directory: directory,
                connection: platform.configuration(.directory, user: "preau_admin"), kinds: [provisioning.job],
                instance: "admin-1", lease: 3, metrics: Metrics())
            runner.start()
            return runner
        }
        defer { node.loop.execute { node.loop.spawn { await runner.stop() } } }
        let id = try await node.run { _ in
            try await JobStore(directory).enqueue(
                NewJob(Provisioning.kind, title: "test", parameters: parameters, mostAttempts: 20), by: actor)
        }
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            // Without waiting for the pauses between attempts.
            try platform.sql(.directory, "update job set due_at = now() where id = '\(id)' and state = 'queued'")
            let job = try #require(try await node.run { _ in try await JobStore(directory).find(id) })
            if job.state.isFinished { return job }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw CancellationError()
    }

    @Test func survivesACrashAfterEachStep() async throws {
        try await withPlatform { platform, node in
            let job = try await run(platform, node, ProvisioningTests.parameters(278_100..<278_110), crashing: true)
            #expect(job.state == .succeeded, "\(job.failure ?? "")")
            #expect(job.attempts == Provisioning.Step.allCases.count + 1)
            #expect(job.result?["opened"]?.elements?.count == 10)
            #expect(
                try platform.sql(
                    .directory,
                    "select count(*), count(distinct id) from establishment where uai like '02781%' and state = 'active'"
                ) == "10|10")
            #expect(
                try platform.sql(
                    .directory,
                    """
                    select count(*) from administrator m join establishment e on e.id = m.establishment_id
                    where e.uai like '02781%' and m.role = 'establishment_admin'
                    """) == "10")
            #expect(
                try platform.sql(
                    .directory,
                    "select count(*) from audit where action = 'establishment.open' and target like '02781%'")
                    == "10")
            let years = try [1, 2].map { shard in
                try platform.sql(.shard(Int16(shard)), "select count(*) from school_year")
            }
            #expect(years.compactMap(Int.init).reduce(0, +) >= 10)
        }
    }

    @Test func aHundredAreOpenSoon() async throws {
        try await withPlatform { platform, node in
            let clock = ContinuousClock()
            let begin = clock.now
            let job = try await run(platform, node, ProvisioningTests.parameters(278_200..<278_300), crashing: false)
            print("provisioned 100 establishments in \(clock.now - begin)")
            #expect(job.state == .succeeded, "\(job.failure ?? "")")
            #expect(job.result?["opened"]?.elements?.count == 100)
        }
    }

    @Test func whatIsThereIsLeftAlone() async throws {
        try await withPlatform { platform, node in
            _ = try await run(platform, node, ProvisioningTests.parameters(278_400..<278_402), crashing: false)
            try platform.sql(.directory, "update establishment set name = 'Renommé' where uai like '0278400%'")
            let job = try await run(platform, node, ProvisioningTests.parameters(278_400..<278_403), crashing: false)
            #expect(job.state == .succeeded)
            #expect(job.result?["opened"]?.elements?.count == 1)
            #expect(job.result?["already_there"]?.elements?.count == 2)
            #expect(
                try platform.sql(.directory, "select name from establishment where uai like '0278400%'") == "Renommé")
        }
    }

    /// Somebody of that login is never taken for the new administrator, unless whoever asked might give them a mandate; and who
    /// got one is written down once, however often the job began again.
    @Test func nobodysAccountIsTaken() async throws {
        try await withPlatform { platform, node in
            let schools = try (278_600..<278_603).map { try #require(UAI(number: $0)) }
            let (other, known) = (UUID.v7(), UUID.v7())
            try platform.sql(
                .directory,
                """
                insert into account (id, login, given_name, family_name, state) values
                    ('\(other)', 'autre.fictive', 'Une', 'Autre', 'active'), ('\(known)', 'connue.fictive', 'Bien', 'Connue', 'active')
                """)
            let parameters: JSON = [
                "territory": "eure",
                "establishments": .array(
                    zip(schools, ["autre.fictive", "connue.fictive", "nouvelle.fictive"]).map { school, login in
                        [
                            "uai": .string(school.rawValue), "name": "Collège fictif",
                            "administrator": [
                                "login": .string(login), "given_name": "Direction", "family_name": "Fictive",
                            ],
                        ]
                    }),
                "known": ["connue.fictive": .string(known.description)],
            ]
            let job = try await run(platform, node, parameters, crashing: true)
            #expect(job.state == .succeeded, "\(job.failure ?? "")")
            #expect(job.result?["opened"]?.elements?.count == 3)
            let names = try platform.sql(
                .directory,
                "select string_agg(given_name, ' ' order by login) from account where login like '%.fictive'")
            #expect(names == "Une Bien Direction")
            let mandates = try platform.sql(
                .directory,
                """
                select string_agg(a.login, ' ' order by e.uai) from administrator m join account a on a.id = m.account_id
                    join establishment e on e.id = m.establishment_id where e.uai like '02786%'
                """)
            #expect(mandates == "connue.fictive nouvelle.fictive")
            let entries = try platform.sql(
                .directory,
                """
                select string_agg(a.login, ' ' order by e.uai) from audit l join establishment e on e.id = l.establishment_id
                    join account a on a.id::text = l.target where l.action = 'mandate.give' and e.uai like '02786%'
                """)
            #expect(entries == "connue.fictive nouvelle.fictive")
            let warnings = try platform.sql(
                .directory,
                "select count(*) from job_log where level = 'warning' and message like '\(schools[0]): its administrator%'"
            )
            #expect(Int(warnings) ?? 0 >= 1)
        }
    }

    /// A code that an establishment had before cannot become another's.
    @Test func aFormerCodeStaysItsOwn() async throws {
        try await withPlatform { platform, node in
            _ = try await run(platform, node, ProvisioningTests.parameters(278_500..<278_501), crashing: false)
            let old = try #require(UAI(number: 278_500))
            let new = try #require(UAI(number: 278_501))
            try platform.sql(
                .directory,
                """
                insert into establishment_former_uai (uai, establishment_id) select uai, id from establishment where uai = '\(old)';
                update establishment set uai = '\(new)' where uai = '\(old)'
                """)
            let job = try await run(platform, node, ProvisioningTests.parameters(278_500..<278_501), crashing: false)
            #expect(job.state == .failed || job.state == .succeeded)
            #expect(try platform.sql(.directory, "select count(*) from establishment where uai = '\(old)'") == "0")
        }
    }
}
