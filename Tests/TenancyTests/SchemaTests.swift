import Tenancy
import TestTenancy
import Testing

extension OnServers {
    /// Walks pg_catalog: a table is covered the day its migration is written.
    @Suite struct SchemaTests {
        @Test func everyTableOfAShardIsIsolated() async throws {
            let platform = try await TestPlatform.shared.platform()
            for shard in platform.shards {
                #expect(try SchemaLint.shardViolations(shard, database: TestPlatform.shardDatabase) == [])
            }
        }

        @Test func theDirectoryGrantsNothingNeedless() async throws {
            let platform = try await TestPlatform.shared.platform()
            #expect(
                try SchemaLint.directoryViolations(platform.directory, database: TestPlatform.directoryDatabase) == [])
        }

        /// What each role may do in the directory, spelled out: a new privilege has to be written here as well.
        @Test func nodesWriteOnlyWhatASignInChanges() async throws {
            let platform = try await TestPlatform.shared.platform()
            let writable = try platform.sql(
                .directory,
                """
                select c.relname || ' ' || string_agg(lower(g.privilege_type), ',' order by g.privilege_type)
                from pg_class c, aclexplode(c.relacl) g
                where c.relnamespace = 'public'::regnamespace and g.grantee = 'preau_node'::regrole and g.privilege_type <> 'SELECT'
                group by c.relname order by c.relname
                """)
            #expect(
                writable.split(separator: "\n") == [
                    "attendance delete,insert,update", "audit insert", "calendar_feed insert",
                    "consent delete,insert,update",
                    "idempotency delete,insert,update", "known_device delete,insert,update",
                    "line_usage delete,insert,update", "node delete,insert,update",
                    "recovery_code delete,insert,update", "refresh_grant delete,insert,update",
                    "refresh_token_used delete,insert,update", "second_factor delete,insert,update",
                    "session delete,insert,update", "upstream_link delete,insert",
                ])
            let columns = try platform.sql(
                .directory,
                """
                select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) g
                where c.relnamespace = 'public'::regnamespace and g.grantee = 'preau_node'::regrole order by 1
                """)
            #expect(
                columns.split(separator: "\n") == [
                    "account.first_sign_in_at", "account.last_sign_in_at", "account.locale",
                    "account.password_changed_at",
                    "account.password_hash", "account.session_epoch", "account.updated_at",
                    "calendar_feed.last_used_at",
                    "calendar_feed.revoked_at",
                ])
        }

        @Test func theAuditLogCannotBeChanged() async throws {
            let platform = try await TestPlatform.shared.platform()
            try platform.sql(
                .directory, "insert into audit (actor_kind, actor, action) values ('system', 'test', 'test')")
            for statement in ["update audit set actor = ''", "delete from audit", "truncate audit"] {
                #expect(throws: (any Error).self) { try platform.sql(.directory, statement) }
            }
        }

        /// Each rule finds what it is there for.
        @Test(arguments: [
            ("create table t (id integer primary key)", "its first column is not establishment_id"),
            ("create table t (establishment_id integer not null, x integer)", "no primary key"),
            (
                "create table t (establishment_id integer, x integer, primary key (x, establishment_id))",
                "an index, primary or unique key"
            ),
            (
                "create table t (establishment_id integer, x integer, primary key (establishment_id, x)); create index on t (x)",
                "an index, primary or unique key"
            ),
            (
                """
                create table t (establishment_id integer, x uuid, y integer, primary key (establishment_id, x),
                    foreign key (y, x) references room (establishment_id, id))
                """, "a foreign key that does not lead"
            ),
            ("create table t (establishment_id integer primary key)", "row-level security is not enabled and forced"),
            ("create table t (establishment_id integer primary key)", "its policies are not the tenant's one"),
            ("create policy other on room using (true)", "room: its policies are not the tenant's one"),
            (
                "drop policy tenant on room; create policy tenant on room for select using (true)",
                "its policies are not"
            ),
            ("alter table room no force row level security", "room: row-level security"),
            ("create policy other on placement using (true)", "what is visible of placement"),
            ("create view v as select 1 as x", "a view, sequence or foreign table"),
            ("alter table room replica identity full", "a replica identity other"),
            ("alter table room add x integer generated always as identity", "a column that a move does not carry"),
            ("revoke insert on room from preau_mover", "room: the mover cannot bring it along"),
            ("grant update on placement to preau_node", "placement: more than select for preau_node"),
            ("grant select on room to public", "room: granted to everybody"),
            ("grant truncate on room to preau_node", "room TRUNCATE: a privilege other than"),
            ("grant select on room to preau_node with grant option", "room SELECT: a privilege other than"),
            ("grant select on room to pg_monitor", "room pg_monitor: granted to a role that is none of ours"),
            ("alter table room owner to postgres", "room: not owned by preau_owner"),
            ("create function f() returns integer language sql as 'select 1'", "a function that everybody may call"),
            ("create function f() returns integer language sql as 'select 1'", "a function without a search_path"),
            ("alter role preau_node bypassrls", "preau_node: a role with a right"),
            ("alter role preau_node replication", "preau_node: a role of the application that owns"),
            ("alter table room owner to preau_node", "preau_node: a role of the application that owns"),
            ("grant preau_owner to preau_admin", "preau_admin: a role of the application that owns"),
            ("grant create on schema public to preau_node", "preau_node: may create"),
            ("alter table room add x timestamp", "room.x: a time without a zone"),
        ])
        func theLintFinds(change: String, violation: String) async throws {
            let platform = try await TestPlatform.shared.platform()
            // In a transaction that is undone, so that roles and shared tables stay as they are.
            let found = try SchemaLint.shardViolations(
                platform.shards[0], database: TestPlatform.shardDatabase, afterChange: change)
            #expect(found.contains { $0.contains(violation) }, "\(found)")
        }
    }
}
