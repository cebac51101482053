import Postgres
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Control

@Suite(.serialized) struct AccountTests {
    private static let servers = SharedTestPlatform()

    private func withAccounts(_ body: (TestPlatform, TestNode, [EstablishmentID]) async throws -> Void) async throws {
        let platform = try await AccountTests.servers.platform()
        try platform.sql(
            .directory,
            """
            delete from profile; delete from administrator; delete from account_distinct; delete from account_merge;
            update account set merged_into = null; delete from account
            """)
        let schools = try [1, 2, 1].map { try platform.addEstablishment(on: Int16($0)) }
        try platform.sql(
            .directory,
            """
            with people (login, given, family, school, role) as (values
                ('elodie.d-artagnan', 'Élodie', 'D''Artagnan', \(schools[0]), 'teacher'),
                ('elodie.dartagnan2', 'Elodie', 'D Artagnan', \(schools[1]), 'teacher'),
                ('jean.dupont', 'Jean', 'Dupont', \(schools[0]), 'pupil'),
                ('jean.dupont1', 'Jean', 'DUPONT', \(schools[1]), 'guardian'),
                ('marie.dupond', 'Marie', 'Dupond', \(schools[1]), 'guardian'),
                ('dupe.nobody', 'Dupe', 'Nobody', \(schools[2]), 'staff')),
            made as (insert into account (id, login, given_name, family_name, state)
                select gen_random_uuid(), login, given, family, 'active' from people returning id, login)
            insert into profile (account_id, establishment_id, role, person_id)
            select m.id, p.school, p.role, gen_random_uuid() from people p join made m using (login)
            """)
        let node = try await platform.startNode(user: "preau_admin")
        do { try await body(platform, node, schools) } catch {
            await node.stop()
            throw error
        }
        await node.stop()
    }

    private func search(
        _ text: String, _ node: TestNode,
        _ change: @escaping @Sendable (inout AccountSearchStore.Query) -> Void = { _ in }
    ) async throws -> [String] {
        let directory = node.directory
        return try await node.run { _ in
            var query = AccountSearchStore.Query()
            query.words = NameFolding.words(text)
            query.login = text.contains(" ") ? nil : text.lowercased()
            change(&query)
            return try await AccountSearchStore(directory).search(query, after: nil, limit: 50).map(\.account.login)
        }
    }

    @Test func namesAreFoundHoweverTheyAreTyped() async throws {
        try await withAccounts { (_, node, schools) async throws -> Void in
            #expect(try await search("dupon", node).sorted() == ["jean.dupont", "jean.dupont1", "marie.dupond"])
            #expect(try await search("DUPONT jean", node).sorted() == ["jean.dupont", "jean.dupont1"])
            #expect(try await search("Jean Dupont", node).sorted() == ["jean.dupont", "jean.dupont1"])
            #expect(try await search("d'artagnan", node).sorted() == ["elodie.d-artagnan", "elodie.dartagnan2"])
            #expect(try await search("elodie d’art", node).sorted() == ["elodie.d-artagnan", "elodie.dartagnan2"])
            #expect(try await search("dupe", node) == ["dupe.nobody"])
            #expect(try await search("%", node) == [])
            #expect(try await search("jean.dupont1", node) == ["jean.dupont1"])
            let (first, third) = (schools[0], schools[2])
            #expect(
                try await search("dupont", node) { $0.scope = .only(territories: [], establishments: [first]) }
                    == ["jean.dupont"])
            #expect(
                try await search("dupont", node) { $0.scope = .only(territories: [], establishments: [third]) } == [])
            #expect(try await search("dupont", node) { $0.role = "guardian" } == ["jean.dupont1"])
            #expect(
                try await search("", node) { $0.establishment = first }.sorted() == [
                    "elodie.d-artagnan", "jean.dupont",
                ])
        }
    }

    /// The directory and the program fold alike, or a name would be found or not by who folds it.
    @Test(arguments: [
        "D'Artagnan", "Élodie", "ŒUVRARD-Ça", "Nuñez", "O’Brien", "MÜLLER", "Jean‑Noël", "Ÿves", "Weiß", "A.B, C",
        "Jean-Pierre",
    ])
    func theDirectoryFoldsAlike(name: String) async throws {
        let platform = try await AccountTests.servers.platform()
        let quoted = name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        #expect(try platform.sql(.directory, "select preau_fold('\(quoted)')") == NameFolding.fold(name))
    }

    private func asNode(_ platform: TestPlatform, _ sql: String) throws -> String {
        String(try platform.sqlAsNode(.directory, sql).filter { !$0.isNewline })
    }

    @Test func aCodeIsRedeemedOnce() async throws {
        try await withAccounts { platform, _, _ in
            let id = try platform.sql(.directory, "select id from account where login = 'jean.dupont'")
            try platform.sql(
                .directory,
                """
                update account set state = 'pending' where id = '\(id)';
                insert into access_code (account_id, letter, purpose, code_hash, issued_by, expires_at)
                values ('\(id)', gen_random_uuid(), 'activation', 'right', 'test', now() + interval '1 hour')
                """)
            func redeem(_ hash: String) throws -> String {
                try asNode(
                    platform, "select preau_redeem_code('\(id)', array['\(hash)'], 'phc', '192.0.2.1')")
            }
            #expect(try redeem("wrong") == "f")
            #expect(try redeem("right") == "t")
            #expect(try redeem("right") == "f")
            #expect(
                try platform.sql(.directory, "select state, password_hash from account where id = '\(id)'")
                    == "active|phc")
            #expect(
                try platform.sql(
                    .directory, "select count(*) from audit where action = 'account.activation' and target = '\(id)'")
                    == "1")
            // A code that is too old is none, and a node cannot write one by itself.
            try platform.sql(
                .directory,
                """
                insert into access_code (account_id, letter, purpose, code_hash, issued_by, expires_at)
                values ('\(id)', gen_random_uuid(), 'reset', 'old', 'test', now() - interval '1 second')
                """)
            #expect(try redeem("old") == "f")
            #expect(throws: (any Error).self) {
                try platform.sqlAsNode(.directory, "update access_code set expires_at = now() + interval '1 day'")
            }
        }
    }

    @Test func aTeachersCodeIsForPupilsOfTheSchoolOnly() async throws {
        try await withAccounts { (platform, _, schools) async throws -> Void in
            /// How many codes were given to these, at once.
            func issue(_ to: [String], _ by: String, _ school: EstablishmentID) throws -> String {
                let logins = to.map { "'\($0)'" }.joined(separator: ", ")
                return try asNode(
                    platform,
                    """
                    select count(*) from preau_issue_pupil_codes(\(school),
                        (select array_agg(id order by login) from account where login in (\(logins))),
                        (select array_agg(gen_random_uuid()) from generate_series(1, \(to.count))),
                        (select array_agg('h'::text) from generate_series(1, \(to.count))),
                        (select id from account where login = '\(by)'), '')
                    """)
            }
            #expect(try issue(["jean.dupont"], "elodie.d-artagnan", schools[0]) == "1")
            #expect(try issue(["jean.dupont"], "elodie.dartagnan2", schools[1]) == "0", "another school's teacher")
            #expect(try issue(["jean.dupont"], "elodie.dartagnan2", schools[0]) == "0", "not of this school")
            #expect(try issue(["jean.dupont1"], "elodie.dartagnan2", schools[1]) == "0", "an adult")
            #expect(try issue(["elodie.d-artagnan"], "elodie.d-artagnan", schools[0]) == "0", "oneself")
            #expect(try issue(["jean.dupont", "jean.dupont1"], "elodie.d-artagnan", schools[0]) == "0", "two at once")
            #expect(
                try platform.sql(
                    .directory,
                    "select count(*) from audit where action = 'account.pupil_code' and establishment_id = \(schools[0])"
                )
                    == "1")
            #expect(
                try platform.sql(
                    .directory, "select expires_at <= now() + interval '1 hour' from access_code where code_hash = 'h'")
                    == "t")
        }
    }

    @Test func scoresOfPairs() {
        // A teacher of two schools; a father and a pupil of one name; a teacher who is a parent; two pupils of one name.
        let teacher = DuplicatePair.score(roles: ["teacher"], ["teacher"], sameSchool: false, otherSchool: true)
        let fatherAndSon = DuplicatePair.score(roles: ["guardian"], ["pupil"], sameSchool: false, otherSchool: false)
        let teacherParent = DuplicatePair.score(roles: ["guardian"], ["teacher"], sameSchool: false, otherSchool: false)
        let twoPupils = DuplicatePair.score(roles: ["pupil"], ["pupil"], sameSchool: true, otherSchool: false)
        #expect(teacher == 80)
        #expect(fatherAndSon == 0)
        #expect(teacherParent == 30)
        #expect(twoPupils == 10)
    }
}
