import Runtime
import TestSupport
import Testing

@testable import Postgres

@Suite struct TransactionTests {
    let server: TestPostgres

    private struct Refused: Error {}

    init() throws { server = try SharedServer.server.get() }

    private func table(_ name: String) throws {
        try server.sql(
            "drop table if exists \(name); create table \(name) (value int unique deferrable initially deferred)")
    }

    @Test func keepsWhatReturnsAndUndoesWhatThrows() async throws {
        try table("transaction_a")
        try await server.withPool { pool, _ async throws in
            let insert = PostgresStatement("insert into transaction_a values ($1)")
            let count = PostgresStatement("select count(*) from transaction_a")
            try await pool.transaction { transaction in
                _ = try await transaction.query(insert, 1)
                #expect(try await transaction.query(count)[0].int(0) == 1)
                // Not seen from outside, while batches go on being served.
                #expect(try await pool.query(count)[0].int(0) == 0)
                _ = try await transaction.query(insert, 2)
            }
            #expect(try await pool.query(count)[0].int(0) == 2)
            await #expect(throws: Refused.self) {
                try await pool.transaction { transaction in
                    _ = try await transaction.query(insert, 3)
                    throw Refused()
                }
            }
            #expect(try await pool.query(count)[0].int(0) == 2)
        }
    }

    @Test func aSwallowedErrorIsNotACommit() async throws {
        try table("transaction_b")
        try await server.withPool { pool, _ async throws in
            let insert = PostgresStatement("insert into transaction_b values ($1)")
            let outcome = await failure {
                try await pool.transaction { transaction in
                    _ = try await transaction.query(insert, 1)
                    _ = try? await transaction.query(PostgresStatement("select 1 / $1::int"), 0)
                }
            }
            #expect(outcome.error?.sqlState == "25P02")
            #expect(try await pool.query(PostgresStatement("select count(*) from transaction_b"))[0].int(0) == 0)
        }
    }

    @Test func aConstraintCheckedAtTheEndIsReported() async throws {
        try table("transaction_c")
        try await server.withPool { pool, _ async throws in
            let insert = PostgresStatement("insert into transaction_c values ($1)")
            let outcome = await failure {
                try await pool.transaction { transaction in
                    _ = try await transaction.query(insert, 1)
                    _ = try await transaction.query(insert, 1)
                }
            }
            #expect(outcome.error?.violatedConstraint == "transaction_c_value_key")
            #expect(try await pool.query(Statements.one)[0].int(0) == 1)
        }
    }

    @Test func leavesNoSettingBehind() async throws {
        try server.sql("do $$ begin if to_regrole('visitor') is null then create role visitor; end if; end $$")
        try await server.withPool({ $0.interactiveConnections = 1 }) { pool, _ async throws in
            let poison = PostgresStatement(unsafeSQL: "select set_config('preau.establishment', '7', 'f'::bool)")
            try await pool.transaction { transaction in
                _ = try await transaction.query(poison)
                try await transaction.execute(
                    unprepared: "set role visitor; set statement_timeout = 4000; select pg_advisory_lock(42)")
            }
            let row = try await pool.query(
                PostgresStatement(
                    """
                    select current_setting('preau.establishment', true), current_user::text,
                        current_setting('statement_timeout'), (select count(*) from pg_locks where locktype = 'advisory')
                    """))[0]
            #expect(try row.optionalText(0) ?? "" == "")
            #expect(try row.text(1) == "postgres")
            #expect(try row.text(2) == "30s")
            #expect(try row.int(3) == 0)
        }
    }

    @Test func aRolesSettingsChangeNothingHere() async throws {
        try server.sql(
            """
            do $$ begin if to_regrole('poisoned') is null then create role poisoned login; end if; end $$;
            alter role poisoned set client_encoding = 'LATIN1'; alter role poisoned set datestyle = 'German';
            alter role poisoned set timezone = 'Asia/Tokyo'; alter role poisoned set bytea_output = 'escape';
            alter role poisoned set standard_conforming_strings = off; alter role poisoned set statement_timeout = '1ms';
            alter role poisoned set extra_float_digits = -15
            """)
        try await server.withPool({ $0.user = "poisoned" }) { pool, _ async throws in
            let statement = PostgresStatement(
                """
                select $1::text, '2026-11-22 10:00+00'::timestamptz::text, '\\x'::text, 'é'::bytea::text, 0.1::float8::text,
                    pg_sleep(0.01)
                """)
            for _ in 0..<2 {
                let row = try await pool.query(statement, "élève 漢")[0]
                #expect(try row.text(0) == "élève 漢")
                #expect(try row.text(1) == "2026-11-22 10:00:00+00")
                #expect(try row.text(2) == "\\x")
                #expect(try row.text(3) == "\\xc3a9")
                #expect(try row.text(4) == "0.1")
                // The session goes back to our settings, not to the role's.
                try await pool.transaction { _ = try await $0.query(Statements.one) }
            }
        }
    }

    @Test func aLocalSettingEndsWithItsBatch() async throws {
        try await server.withPool({ $0.interactiveConnections = 1 }) { pool, _ async throws in
            let setting = PostgresStatement("select current_setting('preau.establishment', true)")
            var batch = PostgresBatch(PostgresStatement("select set_config('preau.establishment', $1, true)"), "12")
            batch.add(setting)
            async let inside = pool.run(batch)
            async let outside = pool.query(setting)
            #expect(try await inside[1][0].text(0) == "12")
            #expect(try await outside[0].optionalText(0) ?? "" == "")
        }
    }

    @Test func batchesCannotControlTheSession() async throws {
        try await server.withPool { pool, _ async throws in
            for sql in [
                "begin", "  COMMIT", "set role postgres", "reset all", "select set_config('a.b', 'c', false)",
                "deallocate all", "discard all", "listen x", "/* x */ rollback", "-- x\n begin", "copy t from stdin",
                "(set role postgres)",
            ] {
                let outcome = await failure { _ = try await pool.query(PostgresStatement(unsafeSQL: sql)) }.error
                guard case .misuse = outcome else {
                    Issue.record("\(sql): \(String(describing: outcome))")
                    continue
                }
            }
            _ = try await pool.query(PostgresStatement("select set_config('a.b', 'false', true)"))
            #expect(try await pool.query(Statements.one)[0].int(0) == 1)
        }
    }

    @Test func severalWaitTheirTurn() async throws {
        try table("transaction_d")
        try await server.withPool { pool, loop async throws in
            await withThrowingTaskGroup(of: Void.self) { group in
                for value in 0..<50 {
                    group.addTask(executorPreference: loop) {
                        try await pool.transaction { transaction in
                            _ = try await transaction.query(
                                PostgresStatement("insert into transaction_d values ($1)"), value)
                            if value % 5 == 0 { throw Refused() }
                        }
                    }
                }
                while let result = await group.nextResult() {
                    if case .failure(let error) = result { #expect(error is Refused) }
                }
            }
            #expect(try await pool.query(PostgresStatement("select count(*) from transaction_d"))[0].int(0) == 40)
        }
    }

    @Test func aDeadlineCoversTheWholeTransaction() async throws {
        try await server.withPool { pool, loop async throws in
            let outcome = await failure {
                try await pool.transaction(deadline: .milliseconds(200)) { transaction in
                    _ = try await transaction.query(Statements.one)
                    try await loop.sleep(for: .milliseconds(250))
                    _ = try await transaction.query(Statements.one)
                }
            }
            #expect(outcome.error == .timedOut)
            #expect(try await pool.query(Statements.one)[0].int(0) == 1)
        }
    }

    @Test func readOnlyMeansReadOnly() async throws {
        try table("transaction_e")
        try await server.withPool { pool, _ async throws in
            let outcome = await failure {
                try await pool.transaction(mode: .readOnly) { transaction in
                    _ = try await transaction.query(PostgresStatement("insert into transaction_e values (1)"))
                }
            }
            #expect(outcome.error?.sqlState == "25006")
        }
    }

    @Test func scriptsAreAllOrNothing() async throws {
        try await server.withPool { pool, _ async throws in
            try await pool.execute(unprepared: "create table script_a (x int); insert into script_a values (1), (2)")
            let outcome = await failure {
                try await pool.execute(
                    unprepared: "insert into script_a values (3); select 1/0; create table script_b ()")
            }
            #expect(outcome.error?.sqlState == "22012")
            #expect(try await pool.query(PostgresStatement("select count(*) from script_a"))[0].int(0) == 2)
            try await pool.execute(unprepared: "drop table script_a")
        }
    }
}
