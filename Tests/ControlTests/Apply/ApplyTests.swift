import Postgres
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Control

/// Against real servers: a directory and two shards, as the control plane's role.
@Suite(.serialized) struct ApplyTests {
    private let actor = AuditActor(kind: .system, name: "test")

    /// The suite's own servers, emptied: tests of other modules have theirs.
    private static let servers = SharedTestPlatform()

    private func withPlatform(_ body: (TestPlatform, TestNode) async throws -> Void) async throws {
        let platform = try await ApplyTests.servers.platform()
        // Also what nothing may empty in life: the audit.
        try platform.sql(
            .directory,
            """
            set session_replication_role = replica;
            truncate territory, territory_host, territory_department, school_calendar, school_holiday, school_term,
                territory_news, establishment, rule, quota, manifest_application, audit cascade;
            update directory_version set version = version + 1
            """)
        for number in 1...2 { try platform.sql(.shard(Int16(number)), "truncate placement cascade") }
        let node = try await platform.startNode(user: "preau_admin")
        do {
            try await body(platform, node)
        } catch {
            await node.stop()
            throw error
        }
        await node.stop()
    }

    private func apply(_ manifests: ManifestSet, _ node: TestNode) async throws -> ApplyResult {
        let (actor, directory) = (actor, node.directory)
        return try await node.run { tenancy in
            try await Apply.apply(manifests, by: actor, requestID: "request-1", in: directory, tenancy)
        }
    }

    private func plan(_ manifests: ManifestSet, _ node: TestNode) async throws -> Plan {
        let directory = node.directory
        return try await node.run { _ in try await Apply.plan(manifests, in: directory) }
    }

    @Test func appliesTheSixTerritoriesOnceAndForAll() async throws {
        try await withPlatform { platform, node in
            let manifests = try ManifestFixtures.repository()
            let count = manifests.territories.map(\.establishments.count).reduce(0, +)
            #expect(try await plan(manifests, node).items.count > count)
            #expect(try platform.sql(.directory, "select count(*) from territory") == "0")

            let result = try await apply(manifests, node)
            #expect(result.isComplete)
            #expect(result.openings.map(\.opened).reduce(0, +) == count)

            #expect(try platform.sql(.directory, "select count(*) from territory") == "6")
            #expect(
                try platform.sql(
                    .directory, "select count(*), bool_and(is_invented) from establishment where state = 'active'")
                    == "\(count)|t")
            #expect(
                try platform.sql(
                    .directory, "select count(*) from establishment where territory_id = 'auvergne-rhone-alpes'")
                    == "308")
            let placed = try [1, 2].map { try platform.sql(.shard($0), "select count(*) from placement") }
            #expect(placed.compactMap(Int.init) == [count / 2, count - count / 2])
            #expect(
                try platform.sql(
                    .directory,
                    "select string_agg(host, ' ' order by is_primary desc) from territory_host where territory_id = 'auvergne-rhone-alpes'"
                ) == "ent-auvergne-rhone-alpes.localhost ent-ara.localhost")
            #expect(
                try platform.sql(
                    .directory,
                    "select rate, ceil from quota where scope = 'hauts-de-seine' and valid_from <= current_date order by valid_from desc limit 1"
                ) == "2000000000|3000000000")
            #expect(
                try platform.sql(
                    .directory,
                    "select document->>'sessions' from rule where scope = 'seine-et-marne' and kind = 'admission'")
                    == "51000")
            // The news begins at midnight in Paris, and ends at the end of its last day.
            #expect(
                try platform.sql(
                    .directory,
                    """
                    select published_from at time zone 'Europe/Paris', published_until at time zone 'Europe/Paris'
                    from territory_news where title = 'Vacances de Noël' and territory_id = 'seine-et-marne'
                    """) == "2026-11-16 00:00:00|2027-01-04 00:00:00")

            let audited = try platform.sql(.directory, "select count(*) from audit")
            let again = try await apply(manifests, node)
            #expect(again.plan.isEmpty)
            #expect(again.text.hasSuffix("Nothing to do."))
            #expect(try platform.sql(.directory, "select count(*) from audit") == audited)
            #expect(
                try platform.sql(.directory, "select count(*), count(distinct digest) from manifest_application")
                    == "6|6")

            // What a node then knows of it.
            let node = try await platform.startNode()
            try await node.run { tenancy in
                let territory = try #require(tenancy.territories.territory(host: "ent77.localhost"))
                #expect(territory.title == "ENT 77")
                #expect(territory.theme.text.contains("\"accent\": \"#00568f\""))
                #expect(tenancy.map.establishments.count == count)
                let first = try #require(UAI(rawValue: "0770001H").flatMap { tenancy.map[$0] })
                _ = try tenancy.context(for: first.id)
            }
            await node.stop()
        }
    }

    @Test func changesAndRemovalsReachTheDirectory() async throws {
        try await withPlatform { platform, node in
            _ = try await apply(
                try ManifestFixtures.good(
                    ("news.yaml", "", "news: [{ title: Une, text: Une nouvelle, from: 2026-11-20 }]\n"),
                    ("rules.yaml", "", "bandwidth: { territory: [{ rate: 1M }, { from: 2026-12-01, rate: 2M }] }\n")),
                node)
            try platform.sql(
                .directory,
                """
                insert into territory_news (id, territory_id, title, source)
                    values (gen_random_uuid(), 'valdoise-fictif', 'De la console', 'console');
                insert into rule (scope_kind, scope, kind, name, document, source)
                    values ('territory', 'valdoise-fictif', 'window', 'a-la-main', '{}', 'console')
                """)
            let result = try await apply(
                try ManifestFixtures.good(
                    (
                        "territory.yaml", "hosts: [ent95.localhost, www.ent95.localhost]",
                        "hosts: [www.ent95.localhost, neuf.localhost]"
                    ),
                    (
                        "calendar.yaml", "          - { name: Noël, from: 2026-12-19, to: 2027-01-03 }",
                        "          - { name: Hiver, from: 2027-02-06, to: 2027-02-21 }"
                    ),
                    ("establishments.yaml", "Collège du Test", "Collège Neuf"),
                    ("rules.yaml", "", "bandwidth: { territory: [{ rate: 1M, ceil: 3M }] }\n")), node)
            #expect(result.openings.isEmpty)
            let isKnown = try await node.run { $0.territories.territory(host: "neuf.localhost") != nil }
            #expect(isKnown, "whoever asked may go on from it at once")
            #expect(
                try platform.sql(
                    .directory, "select string_agg(host || is_primary, ' ' order by host) from territory_host")
                    == "neuf.localhostfalse www.ent95.localhosttrue")
            #expect(
                try platform.sql(
                    .directory,
                    "select string_agg(name, ' ' order by starts_on) from school_holiday where kind = 'holiday'")
                    == "Hiver")
            #expect(
                try platform.sql(.directory, "select name from establishment where uai = '0959001T'") == "Collège Neuf")
            #expect(
                try platform.sql(.directory, "select string_agg(title, ' ') from territory_news") == "De la console")
            #expect(try platform.sql(.directory, "select name from rule") == "a-la-main")
            #expect(
                try platform.sql(.directory, "select valid_from, rate, ceil from quota") == "-infinity|1000000|3000000")
            #expect(
                try platform.sql(
                    .directory,
                    "select before->>'name', after->>'name', actor, request_id from audit where action = 'establishment.change'"
                )
                    == "Collège du Test|Collège Neuf|test|request-1")
            #expect(try await apply(try ManifestFixtures.good(), node).plan.isEmpty == false)
        }
    }

    /// Two territories that exchange their host names and an establishment.
    @Test func whatChangesHandsDoesSoInOneGo() async throws {
        func pair(_ first: String, _ second: String, _ school: String) throws -> ManifestSet {
            var files: [ManifestFile] = []
            for (id, host) in [("aa-fictif", first), ("zz-fictif", second)] {
                for file in try ManifestFolder.read(ManifestFixtures.folder + "/good") {
                    let name = file.path.split(separator: "/")[1]
                    var text = String(decoding: file.bytes, as: UTF8.self)
                    text.replace("[ent95.localhost, www.ent95.localhost]", with: "[\(host)]")
                    if name == "establishments.yaml", id != school { text = "establishments: []" }
                    files.append(ManifestFile(path: "\(id)/\(name)", bytes: Array(text.utf8)))
                }
            }
            return try ManifestSet(files)
        }
        try await withPlatform { platform, node in
            _ = try await apply(try pair("a.localhost", "b.localhost", "aa-fictif"), node)
            let result = try await apply(try pair("b.localhost", "a.localhost", "zz-fictif"), node)
            #expect(result.plan.text.contains("territory changed from “aa-fictif” to “zz-fictif”"))
            #expect(
                try platform.sql(
                    .directory, "select string_agg(host || ' ' || territory_id, ', ' order by host) from territory_host"
                )
                    == "a.localhost zz-fictif, b.localhost aa-fictif")
            #expect(
                try platform.sql(.directory, "select distinct territory_id, state, epoch from establishment")
                    == "zz-fictif|active|1")
            #expect(try await plan(try pair("b.localhost", "a.localhost", "zz-fictif"), node).isEmpty)
        }
    }

    /// Killed after the directory's transaction, and again after a shard's: what is open is there, and the next goes on.
    @Test func aCrashBetweenStepsIsGoneOnFrom() async throws {
        try await withPlatform { platform, node in
            let manifests = try ManifestFixtures.large(60)
            let (actor, directory) = (actor, node.directory)
            _ = try await node.run { _ in
                try await Apply.changeDirectory(manifests, by: actor, requestID: "", in: directory)
            }
            #expect(
                try platform.sql(.directory, "select state, count(*) from establishment group by 1")
                    == "provisioning|60")
            #expect(try platform.sql(.shard(1), "select count(*) from placement") == "0")
            // The first shard was told, and the process died before it could say so.
            let ids = try platform.sql(
                .directory,
                "select string_agg(format('(%s, 1, ''active'')', id), ',') from establishment where shard_id = 1")
            try platform.sql(.shard(1), "insert into placement (establishment_id, epoch, state) values \(ids)")

            let plan = try await plan(manifests, node)
            #expect(plan.unfinished == 60)
            #expect(plan.items.isEmpty)
            let result = try await apply(manifests, node)
            #expect(result.isComplete)
            #expect(result.openings.map(\.opened) == [30, 30])
            #expect(try platform.sql(.directory, "select state, count(*) from establishment group by 1") == "active|60")
            #expect(try platform.sql(.shard(1), "select count(*) from placement") == "30")
            #expect(try platform.sql(.shard(2), "select count(*) from placement") == "30")
            #expect(try await self.plan(manifests, node).isEmpty)
        }
    }

    @Test func aDeadShardKeepsOnlyItsOwnWaiting() async throws {
        try await withPlatform { platform, node in
            let manifests = try ManifestFixtures.large(20)
            // The servers of tests keep nothing safe that was written a moment ago.
            try platform.sql(.shard(2), "checkpoint")
            platform.shards[1].kill()
            let result = try await apply(manifests, node)
            #expect(!result.isComplete)
            #expect(result.openings.map(\.opened) == [10, 0])
            #expect(result.text.contains("✗ shard 2: it does not answer; its new establishments wait"))
            #expect(
                try platform.sql(
                    .directory, "select shard_id, state, count(*) from establishment group by 1, 2 order by 1")
                    == "1|active|10\n2|provisioning|10")
            try platform.shards[1].startAgain()
            var last = try await apply(manifests, node)
            for _ in 0..<100 where !last.isComplete {
                try await Task.sleep(for: .milliseconds(100))
                last = try await apply(manifests, node)
            }
            #expect(last.isComplete)
            #expect(last.openings.map(\.opened) == [10])
            #expect(try platform.sql(.directory, "select count(*) from establishment where state = 'active'") == "20")
        }
    }

    @Test func twoAtOnceDoItOnce() async throws {
        try await withPlatform { platform, first in
            let second = try await platform.startNode(user: "preau_admin")
            let manifests = try ManifestFixtures.large(200)
            async let left = apply(manifests, first)
            async let right = apply(manifests, second)
            let results = try await [left, right]
            #expect(results.filter { $0.plan.items.isEmpty }.count == 1)
            #expect(try platform.sql(.directory, "select count(*) from establishment where state = 'active'") == "200")
            #expect(try platform.sql(.directory, "select count(*) from manifest_application") == "1")
            #expect(
                try platform.sql(.directory, "select count(*) from audit where action = 'establishment.add'") == "200")
            await second.stop()
        }
    }

    @Test func aRefusedPlanChangesNothing() async throws {
        try await withPlatform { platform, node in
            try platform.sql(.directory, "update shard set state = 'draining' where id = 2")
            do {
                _ = try await apply(try ManifestFixtures.good(), node)
                Issue.record("applied with a shard that takes nothing")
            } catch let ApplyError.refused(notices) {
                #expect(notices.map(\.targets) == [["0959002U"]])
            }
            #expect(try platform.sql(.directory, "select count(*) from territory") == "0")
            #expect(try platform.sql(.directory, "select count(*) from audit") == "0")
            try platform.sql(.directory, "update shard set state = 'active' where id = 2")
        }
    }

    @Test func aThousandAreAppliedAndThenNothingIsLeftToDo() async throws {
        try await withPlatform { platform, node in
            let manifests = try ManifestFixtures.large(1000)
            let result = try await apply(manifests, node)
            #expect(try await plan(manifests, node).isEmpty)
            #expect(result.isComplete)
            #expect(try platform.sql(.shard(2), "select count(*) from placement where state = 'active'") == "500")
        }
    }

    @Test func theDirectoryGoneIsToldAtOnce() async throws {
        try await withPlatform { platform, node in
            try platform.sql(.directory, "checkpoint")
            platform.directory.kill()
            let begin = ContinuousClock.now
            await #expect(throws: ApplyError.self) { try await plan(try ManifestFixtures.good(), node) }
            #expect(ContinuousClock.now - begin < .seconds(5))
            try platform.directory.startAgain()
        }
    }
}
