import Runtime
import TestSupport
import Testing

@testable import Postgres

@Suite struct BatchTests {
    let server: TestPostgres

    init() throws { server = try SharedServer.server.get() }

    @Test func returnsTheRowsOfEachStatement() async throws {
        try await server.withPool { pool, _ async throws in
            var batch = PostgresBatch(PostgresStatement("select $1::int + 1, $2::text"), 41, "é")
            batch.add(PostgresStatement("select generate_series(1, 3)"))
            let rows = try await pool.run(batch)
            #expect(rows.count == 2)
            #expect(try rows[0][0].int32(0) == 42)
            #expect(try rows[0][0].text(1) == "é")
            #expect(try rows[1].map { try $0.int(0) } == [1, 2, 3])
        }
    }

    @Test func anErrorUndoesItsBatchAndNoOther() async throws {
        try server.sql("create table if not exists kept (batch int, step int); truncate kept")
        try await server.withPool({ $0.interactiveConnections = 1 }) { pool, loop async throws in
            let insert = PostgresStatement("insert into kept values ($1, $2)")
            func batch(_ number: Int, fails: Bool) -> PostgresBatch {
                var batch = PostgresBatch(insert, number, 1)
                if fails { batch.add(PostgresStatement("select 1 / $1::int"), 0) }
                batch.add(insert, number, 2)
                return batch
            }
            async let first = pool.run(batch(1, fails: false))
            async let second = pool.run(batch(2, fails: true))
            async let third = pool.run(batch(3, fails: false))
            _ = try await first
            do {
                _ = try await second
                Issue.record("the second batch should fail")
            } catch {
                #expect((error as? PostgresError)?.sqlState == "22012")
            }
            _ = try await third
            let kept = try await pool.query(PostgresStatement("select batch, step from kept order by 1, 2"))
            #expect(try kept.map { [try $0.int(0), try $0.int(1)] } == [[1, 1], [1, 2], [3, 1], [3, 2]])
        }
    }
}
