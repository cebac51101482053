import Tenancy
import TestTenancy
import Testing

extension OnServers {
    /// What the database itself lets through, whatever the program does: psql as the roles that the programs connect as.
    @Suite struct IsolationTests {
        private static let tables = [
            "person", "school_year", "teaching_group", "membership", "guardianship", "subject", "room",
        ]

        /// Runs SQL as a role of the application, in one transaction.
        private func sql(
            _ platform: TestPlatform, as role: String, tenant: EstablishmentID? = nil, _ statement: String
        ) throws -> String {
            let setting = tenant.map { "select set_config('preau.establishment', '\($0)', true) \\gset \n" } ?? ""
            return try platform.sql(.shard(1), "begin; set local role \(role);\n\(setting)\(statement); commit;")
        }

        private func seed(_ platform: TestPlatform) throws -> EstablishmentID {
            let id = try platform.addEstablishment(on: 1)
            try platform.sql(
                .shard(1),
                """
                with p as (insert into person (establishment_id, id, role, given_name, family_name)
                        values (\(id), gen_random_uuid(), 'pupil', 'Ana', 'Petit') returning id),
                    q as (insert into person (establishment_id, id, role, given_name, family_name)
                        values (\(id), gen_random_uuid(), 'guardian', 'Luc', 'Petit') returning id)
                select 1;
                insert into school_year values (\(id), 2026, '2026-09-01', '2027-07-03');
                insert into teaching_group (establishment_id, id, school_year, kind, name)
                    values (\(id), gen_random_uuid(), 2026, 'class', '6e A');
                insert into membership (establishment_id, school_year, group_id, person_id, role, starts_on)
                    select \(id), 2026, g.id, p.id, 'pupil', '2026-09-01' from teaching_group g, person p
                    where g.establishment_id = \(id) and p.establishment_id = \(id) and p.role = 'pupil';
                insert into guardianship (establishment_id, guardian_id, pupil_id, kind)
                    select \(id), g.id, p.id, 'legal_1' from person g, person p
                    where g.establishment_id = \(id) and p.establishment_id = \(id) and g.role = 'guardian' and p.role = 'pupil';
                insert into subject (establishment_id, id, code, name) values (\(id), gen_random_uuid(), 'MATHS', 'Mathématiques');
                insert into room (establishment_id, id, name) values (\(id), gen_random_uuid(), '101');
                """)
            return id
        }

        @Test(arguments: ["preau_node", "preau_admin", "preau_owner"])
        func withoutATenantThereAreNoRows(role: String) async throws {
            let platform = try await TestPlatform.shared.platform()
            let id = try seed(platform)
            for table in IsolationTests.tables {
                #expect(
                    Int(try platform.sql(.shard(1), "select count(*) from \(table) where establishment_id = \(id)"))
                        ?? 0
                        > 0)
                #expect(try sql(platform, as: role, "select count(*) from \(table)") == "0", "\(table)")
            }
        }

        @Test(arguments: ["preau_node", "preau_admin", "preau_owner"])
        func anotherTenantSeesNothing(role: String) async throws {
            let platform = try await TestPlatform.shared.platform()
            let mine = try seed(platform)
            let other = try seed(platform)
            for table in IsolationTests.tables {
                #expect(
                    try sql(
                        platform, as: role, tenant: mine,
                        "select count(*) from \(table) where establishment_id = \(other)")
                        == "0")
                #expect(
                    try sql(platform, as: role, tenant: mine, "select count(distinct establishment_id) from \(table)")
                        == "1")
            }
        }

        @Test func anotherTenantsRowsCannotBeWritten() async throws {
            let platform = try await TestPlatform.shared.platform()
            let mine = try seed(platform)
            let other = try seed(platform)
            let tenant = mine
            // Not there to be changed …
            #expect(
                try sql(
                    platform, as: "preau_node", tenant: tenant,
                    "with u as (update room set name = 'x' where establishment_id = \(other) returning 1) select count(*) from u"
                )
                    == "0")
            #expect(
                try sql(
                    platform, as: "preau_node", tenant: tenant,
                    "with d as (delete from room where establishment_id = \(other) returning 1) select count(*) from d")
                    == "0")
            // … not to be made, nor handed over.
            for statement in [
                "insert into room (establishment_id, id, name) values (\(other), gen_random_uuid(), 'x')",
                "update room set establishment_id = \(other) where establishment_id = \(mine)",
            ] {
                #expect(throws: (any Error).self) {
                    try sql(platform, as: "preau_node", tenant: tenant, statement)
                }
            }
            #expect(throws: (any Error).self) {
                try sql(
                    platform, as: "preau_node",
                    "insert into room (establishment_id, id, name) values (\(mine), gen_random_uuid(), 'y')")
            }
        }

        @Test(arguments: [
            "update placement set epoch = epoch + 1", "insert into placement values (999999, 1, 'active')",
            "delete from placement", "truncate room", "drop table room", "alter table room disable row level security",
            "create table t (x integer)", "create policy p on room using (true)", "set local role preau_owner",
            "select preau_isolate('room')", "update migration set name = ''", "insert into person values (1)",
            "alter role preau_node bypassrls",
        ])
        func nodesCannot(statement: String) async throws {
            let platform = try await TestPlatform.shared.platform()
            #expect(throws: (any Error).self) {
                // As a session of its own: a superuser who took the role could leave it again.
                try platform.sqlAsNode(.shard(1), statement)
            }
        }

        /// What arrives or has left is no node's to see, whatever its statement asks for.
        @Test(arguments: ["arriving", "moved"])
        func nodesSeeOnlyWhoIsHere(state: String) async throws {
            let platform = try await TestPlatform.shared.platform()
            let here = try seed(platform)
            let other = try seed(platform)
            try platform.sql(.shard(1), "update placement set state = '\(state)' where establishment_id = \(other)")
            let seen = try sql(
                platform, as: "preau_node",
                "select string_agg(establishment_id::text, ' ') from placement where establishment_id in (\(here), \(other))"
            )
            #expect(seen == "\(here)")
        }

        /// A foreign key cannot be used to find out what another tenant has.
        @Test func aForeignKeyDoesNotReachAnotherTenant() async throws {
            let platform = try await TestPlatform.shared.platform()
            let mine = try seed(platform)
            let other = try seed(platform)
            let person = try platform.sql(.shard(1), "select id from person where establishment_id = \(other) limit 1")
            let group = try platform.sql(.shard(1), "select id from teaching_group where establishment_id = \(mine)")
            #expect(throws: (any Error).self) {
                try sql(
                    platform, as: "preau_admin", tenant: mine,
                    """
                    insert into membership (establishment_id, school_year, group_id, person_id, role, starts_on)
                    values (\(mine), 2026, '\(group)', '\(person)', 'pupil', '2026-09-01')
                    """)
            }
        }
    }
}
