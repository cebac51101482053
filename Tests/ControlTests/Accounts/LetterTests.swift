import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Control

/// Where letters and mails send people.
@Suite(.serialized) struct LetterTests {
    private static let servers = SharedTestPlatform()

    private func address(_ node: TestNode, _ id: EstablishmentID) async throws -> String {
        try await node.run { tenancy in
            try await tenancy.refresh()
            let establishment = try #require(tenancy.map[id])
            return Letter.paper(of: establishment, "fr", days: 14, "https://ent.exemple.invalid:8443", tenancy).address
        }
    }

    @Test func theSchoolsOwnHostComesBeforeItsTerritorys() async throws {
        let platform = try await LetterTests.servers.platform()
        let (dressed, other) = (try platform.addEstablishment(on: 1), try platform.addEstablishment(on: 1))
        let node = try await platform.startNode(user: "preau_admin")
        do {
            let plain = try await address(node, dressed)
            #expect(plain == "https://ent.exemple.invalid:8443", "neither has a name")
            try platform.sql(
                .directory,
                """
                insert into territory_host (host, territory_id, is_primary)
                select 'val-fictif.exemple.invalid', territory_id, true from establishment where id = \(dressed)
                """)
            let territorys = try await address(node, dressed)
            #expect(territorys == "https://val-fictif.exemple.invalid:8443")
            try platform.sql(
                .directory,
                """
                insert into establishment_host (host, establishment_id) values
                    ('tilleuls.exemple.invalid', \(dressed)), ('acacias.exemple.invalid', \(dressed))
                """)
            let own = try await address(node, dressed)
            #expect(own == "https://acacias.exemple.invalid:8443", "the first in the alphabet")
            let others = try await address(node, other)
            #expect(others == "https://val-fictif.exemple.invalid:8443")
        } catch {
            await node.stop()
            throw error
        }
        await node.stop()
    }
}
