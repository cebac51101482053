import Postgres
import Tenancy
import Testing
import Web

@testable import Control

@Suite struct PlanTests {
    /// A directory in which those manifests were applied, on shards with these loads.
    private func state(after manifests: ManifestSet?, shards: [DirectoryState.ShardLoad]) -> DirectoryState {
        var state = DirectoryState()
        state.shards = shards
        guard let manifests else { return state }
        state.rows = DirectoryRows(manifests)
        for (index, row) in state.rows.establishments.enumerated() {
            state.placements[row.uai] = .init(state: .active, shard: ShardID(rawValue: Int16(index % 2 + 1)))
        }
        return state
    }

    private func shard(_ id: Int16, load: Int = 0, weight: Int = 100, _ state: Shard.State = .active)
        -> DirectoryState.ShardLoad
    {
        .init(id: ShardID(rawValue: id), state: state, weight: weight, load: load)
    }

    @Test func anEmptyDirectoryGetsEverything() throws {
        let plan = Plan(try ManifestFixtures.good(), state(after: nil, shards: [shard(1), shard(2)]))
        #expect(
            plan.text == """
                valdoise-fictif
                  + territory Val-d'Oise fictif (ENT 95, department 95)
                  + host name ent95.localhost
                  + host name www.ent95.localhost
                  + department 95 Val-d'Oise, academy of Versailles, zone C
                  + calendar 2026-2027 of zone C: 2026-09-01 to 2027-07-02, 8 holidays, 1 term
                  + establishment 0959001T Collège du Test, on shard 1
                  + establishment 0959002U Lycée du Test, on shard 2

                7 to add, 0 to change, 0 to remove.
                """)
        #expect(!plan.isRefused)
    }

    @Test func theSameAgainIsNothing() throws {
        let manifests = try ManifestFixtures.repository()
        let plan = Plan(manifests, state(after: manifests, shards: [shard(1), shard(2)]))
        #expect(plan.isEmpty)
        #expect(plan.text == "Nothing to do.")
        #expect(ManifestStore.writing(plan, by: AuditActor(kind: .system, name: "test"), requestID: "").isEmpty)
    }

    @Test func changesAreToldAsPeopleReadThem() throws {
        let before = try ManifestFixtures.good()
        let after = try ManifestFixtures.good(
            (
                "territory.yaml", "hosts: [ent95.localhost, www.ent95.localhost]",
                "hosts: [ent.localhost, ent95.localhost]"
            ),
            ("territory.yaml", "#00568f", "#00447c"),
            ("calendar.yaml", "to: 2027-01-03 }", "to: 2027-01-10 }"),
            ("establishments.yaml", "Collège du Test", "Collège Neuf"),
            ("establishments.yaml", "levels: [2de, 1re, Tle]", "levels: [2de]"),
            ("rules.yaml", "", "bandwidth: { territory: [{ rate: 1500M }] }\n"))
        let plan = Plan(after, state(after: before, shards: [shard(1), shard(2)]))
        #expect(
            plan.text == """
                valdoise-fictif
                  ~ territory Val-d'Oise fictif (ENT 95, department 95)
                      theme.accent changed from “#00568f” to “#00447c”
                  + host name ent.localhost
                  ~ host name ent95.localhost
                      first changed from yes to no
                  - host name www.ent95.localhost
                  ~ calendar 2026-2027 of zone C
                      Noël.to changed from “2027-01-03” to “2027-01-10”
                  + bandwidth of the territory: 1500 Mbit/s, up to 1500 Mbit/s
                  ~ establishment 0959001T Collège Neuf
                      name changed from “Collège du Test” to “Collège Neuf”
                  ~ establishment 0959002U Lycée du Test
                      levels changed from 2de, 1re, Tle to 2de

                2 to add, 5 to change, 1 to remove.
                """)
    }

    @Test func whatIsNotDeclaredAnyMoreStaysWhenPeopleWorkInIt() throws {
        let before = try ManifestFixtures.good()
        let after = try ManifestFixtures.good(
            ("establishments.yaml", "  - { uai: 0959001T, name: Collège du Test, city: Essai, invented: true }\n", ""))
        var state = state(after: before, shards: [shard(1), shard(2)])
        state.rows.territories.append(
            TerritoryRow(
                id: "elsewhere", kind: "region", code: "11", name: "Elsewhere", title: "", region: "", parent: nil,
                timeZone: "Europe/Paris", theme: .null, defaults: .null))
        state.rows.hosts.append(HostRow(host: "elsewhere.localhost", territory: "elsewhere", isPrimary: true))
        let plan = Plan(after, state)
        #expect(plan.isEmpty)
        #expect(
            plan.notices.map(\.message) == [
                "no folder declares this territory: it stays as it is",
                "1 establishment left the files and stays: 0959001T; `preau establishment close UAI` closes one",
            ])
    }

    @Test func placesOnTheLeastLoadedForItsWeight() throws {
        let manifests = try ManifestFixtures.large(300)
        let shards = [shard(1, load: 50), shard(2, weight: 200), shard(3, .draining), shard(4, weight: 0), shard(5)]
        let plan = Plan(manifests, state(after: nil, shards: shards))
        let counts = Dictionary(grouping: plan.placements, by: \.shard.rawValue).mapValues(\.count)
        // 350 in all over weights 100, 200 and 100: a quarter, a half, a quarter.
        #expect(counts == [1: 38, 2: 175, 5: 87])
        #expect(
            plan.notices.map(\.message) == [
                "shard 2 would have 175 establishments; more than 100 on one are not advised"
            ])
    }

    @Test func placesOnlyWhereTheTerritoryAllows() throws {
        let manifests = try ManifestFixtures.good(("territory.yaml", "defaults:", "shards: { among: [2] }\ndefaults:"))
        let plan = Plan(manifests, state(after: nil, shards: [shard(1), shard(2, load: 99)]))
        #expect(plan.placements.map(\.shard.rawValue) == [2, 2])
    }

    @Test func withoutAShardThereIsNoApplying() throws {
        let plan = Plan(try ManifestFixtures.good(), state(after: nil, shards: [shard(1, .draining)]))
        #expect(plan.isRefused)
        #expect(
            plan.notices.map(\.message) == [
                "valdoise-fictif/establishments.yaml:3:12: 0959002U cannot be placed: shard 2 does not exist",
                "no shard takes new establishments, and 1 need one: `preau shard add` adds one",
            ])
        #expect(plan.text.hasSuffix("This cannot be applied: see ✗ above."))
    }

    @Test func neverMovesAnEstablishment() throws {
        let manifests = try ManifestFixtures.good()
        var state = state(after: manifests, shards: [shard(1), shard(2)])
        state.placements["0959002U"] = .init(state: .active, shard: ShardID(rawValue: 1))
        let plan = Plan(manifests, state)
        #expect(plan.isEmpty)
        #expect(plan.placements.isEmpty)
        #expect(plan.notices.map(\.kind) == [.otherShard])
        #expect(plan.notices[0].message.contains("lives on shard 1, not 2, and stays"))
    }

    @Test func closedOnesAndThoseOfTheConsoleAreLeftAlone() throws {
        let before = try ManifestFixtures.good()
        let after = try ManifestFixtures.good(
            ("establishments.yaml", "Collège du Test", "Collège Neuf"),
            ("rules.yaml", "", "admission: { sessions: 100 }\n"))
        var state = state(after: before, shards: [shard(1), shard(2)])
        state.placements["0959001T"] = .init(state: .closed, shard: nil)
        state.consoleRules = [RowKey("territory", "valdoise-fictif", "admission", "sessions")]
        let plan = Plan(after, state)
        #expect(plan.isEmpty)
        #expect(Set(plan.notices.map(\.kind)) == [.closed, .setInConsole])
    }

    @Test func whatAnEarlierApplicationLeftIsTakenUp() throws {
        let manifests = try ManifestFixtures.good()
        var state = state(after: manifests, shards: [shard(1), shard(2)])
        state.placements["0959001T"] = .init(state: .provisioning, shard: ShardID(rawValue: 1))
        state.placements["0959002U"] = .init(state: .provisioning, shard: nil)
        let plan = Plan(manifests, state)
        #expect(!plan.isEmpty)
        #expect(plan.unfinished == 1)
        #expect(plan.placements.map(\.uai) == ["0959002U"])
        #expect(plan.text.hasSuffix("0 to add, 0 to change, 0 to remove, 2 to open."))
        #expect(plan.text.contains("1 establishment waits to be opened"))
    }

    @Test func jsonSaysTheSame() throws {
        let plan = Plan(try ManifestFixtures.good(), state(after: nil, shards: [shard(1), shard(2)]))
        var parser = JSONParser(JSONWriter.bytes(of: plan))
        let json = try parser.parse()
        #expect(json["nothing_to_do"] == false)
        #expect(json["changes"]?.elements?.count == 7)
        #expect(json["changes"]?[5]?["target"] == "0959001T")
        #expect(json["changes"]?[5]?["shard"] == 1)
        #expect(Plan.schema.violations(in: json).isEmpty)
    }

    @Test func aThousandThatAreAsDeclaredNeedNothing() throws {
        let manifests = try ManifestFixtures.large(1000)
        let state = state(after: manifests, shards: [shard(1), shard(2)])
        #expect(Plan(manifests, state).isEmpty)
    }
}
