import Postgres
import Tenancy
import Testing
import Web
import YAML

@testable import Control

/// Colours and host names of establishments: what may be declared, and what a plan makes of it.
@Suite struct EstablishmentLookTests {
    private static let line = "name: Collège du Test, city: Essai"
    private static let colours =
        "{ colour: \"#5b1a6b\", on_colour: \"#ffffff\", accent: \"#7a2390\", accent_on_dark: \"#d9a3e8\" }"

    private func manifests(_ more: String) throws -> ManifestSet {
        try ManifestFixtures.good(
            ("establishments.yaml", EstablishmentLookTests.line, "\(EstablishmentLookTests.line), \(more)"))
    }

    /// A directory in which those manifests were applied, with what they do not say set in the console.
    private func state(after manifests: ManifestSet, theme: JSON = .null, hosts: [String] = []) -> DirectoryState {
        var state = DirectoryState()
        state.shards = [.init(id: ShardID(rawValue: 1), state: .active, weight: 100, load: 0)]
        state.rows = DirectoryRows(manifests)
        for index in state.rows.establishments.indices {
            var row = state.rows.establishments[index]
            row.theme = row.theme ?? (index == 0 ? theme : .null)
            row.hosts = row.hosts ?? (index == 0 ? hosts : [])
            state.rows.establishments[index] = row
            state.placements[row.uai] = .init(state: .active, shard: ShardID(rawValue: 1))
        }
        return state
    }

    private func problems(_ more: String) throws -> [String] {
        do throws(any Error) {
            _ = try manifests(more)
            return []
        } catch ManifestError.invalid(let problems) {
            return problems.map(\.description)
        }
    }

    @Test func whatFilesDoNotSayStays() throws {
        let good = try ManifestFixtures.good()
        let standing = state(after: good, theme: ["accent": "#7a2390"], hosts: ["test.ent95.localhost"])
        #expect(Plan(good, standing).isEmpty)
    }

    @Test func whatTheySayIsPlannedAndTheSameAgainIsNothing() throws {
        let good = try ManifestFixtures.good()
        let wanted = try manifests("theme: \(Self.colours), hosts: [test.ent95.localhost]")
        let plan = Plan(wanted, state(after: good))
        #expect(plan.text.contains("~ establishment 0959001T Collège du Test"))
        #expect(plan.text.contains("theme added: accent “#7a2390”"))
        #expect(plan.text.contains("hosts added: test.ent95.localhost"))
        #expect(Plan(wanted, state(after: wanted)).isEmpty)
        let writing = ManifestStore.writing(plan, by: AuditActor(kind: .system, name: "test"), requestID: "")
        #expect(!writing.isEmpty)
    }

    @Test func noneAndAnEmptyListTakeAway() throws {
        let wanted = try manifests("theme: none, hosts: []")
        let good = try ManifestFixtures.good()
        let plan = Plan(wanted, state(after: good, theme: ["accent": "#7a2390"], hosts: ["test.ent95.localhost"]))
        #expect(plan.text.contains("theme removed"))
        #expect(plan.text.contains("hosts removed: it was test.ent95.localhost"))
    }

    @Test(arguments: [
        ("hosts: [localhost]", "cannot be an establishment's"), ("hosts: [127.0.0.1]", "cannot be an establishment's"),
        ("hosts: [Haut.exemple.fr]", "a host name"), ("hosts: [ent95.localhost]", "is declared twice"),
        ("hosts: [a.exemple.fr, a.exemple.fr]", "is declared twice"), ("theme: dark", "none"),
        (
            "theme: { colour: \"#5b1a6b\", on_colour: \"#5b1a6b\", accent: \"#7a2390\", accent_on_dark: \"#d9a3e8\" }",
            "contrast"
        ),
    ])
    func whatIsRefused(_ more: String, _ reason: String) throws {
        let told = try problems(more)
        let isTold = told.contains { $0.contains(reason) }
        #expect(isTold, "\(told)")
    }

    @Test func aHostNameOfSomebodyElsesIsRefusedBeforeAnythingIsDone() throws {
        let good = try ManifestFixtures.good()
        var standing = state(after: good)
        standing.rows.establishments[1].hosts = ["test.ent95.localhost"]
        let plan = Plan(try manifests("hosts: [test.ent95.localhost]"), standing)
        #expect(plan.isRefused)
        #expect(plan.text.contains("the host name test.ent95.localhost of"))
        // Free in the same go.
        standing.rows.establishments[1].hosts = []
        #expect(!Plan(try manifests("hosts: [test.ent95.localhost]"), standing).isRefused)
    }

    @Test func coloursAreJudgedByOneRule() {
        func colour(_ text: String) -> Colour { Colour(rawValue: text) ?? Theme.whitePage }
        let pale = Theme(
            colour: colour("#5b1a6b"), onColour: colour("#ffffff"), accent: colour("#bbbbbb"),
            accentOnDark: colour("#333333"))
        #expect(pale.illegible.map(\.key) == ["accent", "accent_on_dark"])
        #expect(pale.illegible.map(\.contrast) == ["1.9", "1.4"])
    }
}
