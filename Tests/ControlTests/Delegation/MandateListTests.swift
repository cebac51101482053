import Postgres
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Control

/// Mandates and tokens as lists: the newest first, page after page, whatever is taken away meanwhile; found by words.
@Suite(.serialized) struct MandateListTests {
    private static let servers = SharedTestPlatform()

    /// Five administrators of a school, the middle three given at one moment, the last of all the newest.
    private func withMandates(_ body: (TestPlatform, TestNode, EstablishmentID) async throws -> Void) async throws {
        let platform = try await MandateListTests.servers.platform()
        try platform.sql(.directory, "delete from administrator; delete from admin_token; delete from account")
        let school = try platform.addEstablishment(on: 1)
        try platform.sql(
            .directory,
            """
            with people (login, given, family, at) as (values
                ('elodie.d-artagnan', 'Élodie', 'D''Artagnan', '2026-09-01 08:00:00.000001Z'),
                ('jean.dupont', 'Jean', 'Dupont', '2026-09-01 08:00:00.000002Z'),
                ('marie.dupond', 'Marie', 'Dupond', '2026-09-01 08:00:00.000002Z'),
                ('m_rie.100%', 'Mérie', 'Cent', '2026-09-01 08:00:00.000002Z'),
                ('dupe.nobody', 'Dupe', 'Nobody', '2026-09-01 08:00:00.000003Z')),
            made as (insert into account (id, login, given_name, family_name, state)
                select gen_random_uuid(), login, given, family, 'active' from people returning id, login)
            insert into administrator (account_id, establishment_id, role, created_at)
            select m.id, \(school), 'establishment_admin', p.at::timestamptz from people p join made m using (login)
            """)
        let node = try await platform.startNode(user: "preau_admin")
        do { try await body(platform, node, school) } catch {
            await node.stop()
            throw error
        }
        await node.stop()
    }

    private func list(
        _ node: TestNode, _ filter: MandateStore.Filter = .init(.everything), after: ListPlace? = nil, limit: Int = 50
    ) async throws -> [MandateStore.Given] {
        let store = MandateStore(node.directory)
        return try await node.run { _ in try await store.list(filter, after: after, limit: limit) }
    }

    private func found(_ text: String, _ node: TestNode) async throws -> Set<String> {
        Set(try await list(node, .init(.everything, words: NameFolding.words(text))).map(\.login))
    }

    @Test func thePagesAreTheWholeInOrder() async throws {
        try await withMandates { platform, node, _ in
            let all = try await list(node)
            #expect(all.first?.login == "dupe.nobody")
            #expect(all.last?.login == "elodie.d-artagnan")
            #expect(Set(all.map(\.login)).count == 5)
            var pages: [UUID] = []
            var after: ListPlace?
            repeat {
                let page = try await list(node, after: after, limit: 2)
                pages += page.map(\.id)
                after = page.last?.place
                // The row that the next page goes on from is there no more.
                if let last = page.last {
                    try platform.sql(.directory, "delete from administrator where id = '\(last.id)'")
                }
            } while after != nil
            #expect(pages == all.map(\.id))
        }
    }

    @Test func anAdministratorIsFoundByLoginAndByName() async throws {
        try await withMandates { _, node, _ in
            let artagnan = try await found("d'art", node)
            #expect(artagnan == ["elodie.d-artagnan"])
            let both = try await found("DUPON", node)
            #expect(both == ["jean.dupont", "marie.dupond"])
            let login = try await found("jean.dupont", node)
            #expect(login == ["jean.dupont"])
            let names = try await found("dupond Mar", node)
            #expect(names == ["marie.dupond"])
            let inTheMiddle = try await found("upont", node)
            #expect(inTheMiddle == [])
            let pattern = try await found("m_rie.100%", node)
            #expect(pattern == ["m_rie.100%"], "like takes its own signs as they are")
            let wild = try await found("_ar", node)
            #expect(wild == [])
            let nothing = try await list(node, .init(.everything, words: [])).count
            #expect(nothing == 0, "no word at all is no wish for all")
        }
    }

    @Test func anEstablishmentsAreItsOwnAndInTheScope() async throws {
        try await withMandates { platform, node, school in
            let other = try platform.addEstablishment(on: 1)
            try platform.sql(
                .directory,
                "update administrator set establishment_id = \(other) where account_id = (select id from account where login = 'jean.dupont')"
            )
            let own = try await list(node, .init(.everything, establishment: other)).map(\.login)
            #expect(own == ["jean.dupont"])
            let scope = RowScope.only(territories: [], establishments: [school])
            let inScope = try await list(node, .init(scope)).count
            #expect(inScope == 4)
            let outside = try await list(node, .init(scope, establishment: other)).count
            #expect(outside == 0)
        }
    }

    @Test func tokensAreInTheSameOrderAndFoundByTheirNames() async throws {
        try await withMandates { platform, node, school in
            try platform.sql(
                .directory,
                """
                insert into admin_token (name, hash, role, establishment_id, created_by, created_at, expires_at)
                select name, sha256(name::bytea), 'establishment_admin', \(school), 'test', '2026-09-01'::timestamptz + at, now()
                from (values ('scim-orleans', '1 s'::interval), ('scim.bourges', '2 s'), ('annuaire-orleans', '2 s')) t (name, at)
                """)
            let store = AdminTokenStore(node.directory)
            func list(_ words: [String]?, after: ListPlace? = nil, limit: Int = 50) async throws -> [AdminToken] {
                try await node.run { _ in
                    try await store.list(.everything, words: words, after: after, limit: limit)
                }
            }
            let all = try await list(nil)
            #expect(all.count == 3)
            #expect(all.last?.name == "scim-orleans")
            let first = try await list(nil, limit: 1)
            let rest = try await list(nil, after: first.last?.place)
            #expect((first + rest).map(\.id) == all.map(\.id))
            let named = try await list(NameFolding.words("Orléans scim")).map(\.name)
            #expect(named == ["scim-orleans"])
            let none = try await list(NameFolding.words("rleans")).count
            #expect(none == 0)
        }
    }
}
