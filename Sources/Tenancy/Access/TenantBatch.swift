package import Postgres

/// Statements for one tenant that go to its shard together: one trip, one transaction. A plain value that can be sent again,
/// to another shard if the tenant has moved meanwhile.
package struct TenantBatch: Sendable {
    package let context: TenantContext
    private(set) var statements = PostgresBatch()

    package init(_ context: TenantContext) { self.context = context }

    /// A batch of one statement.
    package init<each Value: PostgresBindable>(
        _ context: TenantContext, _ statement: PostgresStatement, _ values: repeat each Value
    ) {
        self.context = context
        add(statement, repeat each values)
    }

    package var count: Int { statements.count }
    package var isEmpty: Bool { statements.isEmpty }

    /// Adds a statement; its rows are at the same place in what the call gives back.
    ///
    /// `$1` is the establishment, put in here and nowhere else; `values` are `$2`, `$3` … Every statement carries
    /// `establishment_id = $1`, for the sake of its index; the rows' own policy would hide other tenants' all the same.
    package mutating func add<each Value: PostgresBindable>(_ statement: PostgresStatement, _ values: repeat each Value)
    {
        statements.add(statement, context.establishment, repeat each values)
    }

    // The same for the numbers of values that every page has, see `PostgresBatch`.

    package mutating func add<A: PostgresBindable, B: PostgresBindable>(_ statement: PostgresStatement, _ a: A, _ b: B)
    {
        statements.add(statement, context.establishment, a, b)
    }

    package mutating func add<A: PostgresBindable, B: PostgresBindable, C: PostgresBindable, D: PostgresBindable>(
        _ statement: PostgresStatement, _ a: A, _ b: B, _ c: C, _ d: D
    ) {
        statements.add(statement, context.establishment, a, b, c, d)
    }
}
