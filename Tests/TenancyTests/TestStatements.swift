import Postgres
import Runtime
import Tenancy
import TestTenancy

/// Statements for the tests, on the table of rooms.
enum TestStatements {
    static let insert = PostgresStatement("insert into room (establishment_id, id, name) values ($1, $2, $3)")
    static let count = PostgresStatement("select count(*) from room where establishment_id = $1")
    static let countAll = PostgresStatement("select count(*), $1::integer from room")
    static let sleep = PostgresStatement("select pg_sleep(10), $1::integer")
    static let names = PostgresStatement("select name from room where establishment_id = $1 order by name")
}

extension Tenancy {
    /// A new room, written through the fence.
    func insertRoom(_ id: EstablishmentID, _ name: String) async throws {
        let context = try context(for: id)
        _ = try await write(TenantBatch(context, TestStatements.insert, UUID.v7(), name))
    }

    func countRooms(_ id: EstablishmentID) async throws -> Int {
        let context = try context(for: id)
        return try await read(TenantBatch(context, TestStatements.count))[0][0].int(0)
    }
}
