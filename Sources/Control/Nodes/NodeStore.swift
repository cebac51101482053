package import Postgres
internal import Runtime

/// The nodes that run, as they say themselves every few seconds.
package struct NodeStore: Sendable {
    private let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    package struct Node: Sendable {
        package let name: String
        package let address: String
        package let privateAddress: String
        package let state: String
        /// Microseconds since 1970.
        package let startedAt: Int64
        package let seenAt: Int64

        /// Whether it has been heard of lately: three of its own intervals.
        package func isAlive(now: Int64) -> Bool { now - seenAt < 3 * NodeStore.interval * 1_000_000 }
    }

    /// Seconds between two signs of life.
    package static let interval: Int64 = 5

    private static let announce = PostgresStatement(
        """
        insert into node (name, address, private_address, state) values ($1, $2, $3, 'ready')
        on conflict (name) do update set address = excluded.address, private_address = excluded.private_address,
            seen_at = now(), state = 'ready',
            started_at = case when $4 then now() else node.started_at end
        """)
    private static let remove = PostgresStatement("delete from node where name = $1")
    private static let all = PostgresStatement(
        "select name, address, private_address, state, started_at, seen_at from node order by name limit 1000")

    /// A sign of life. - Parameter isStart: the first of this process.
    package func announce(name: String, address: String, privateAddress: String, isStart: Bool) async throws {
        _ = try await directory.run(PostgresBatch(NodeStore.announce, name, address, privateAddress, isStart))
    }

    /// Said by a node that ends in order; one that is killed is seen to be silent.
    package func remove(name: String) async throws {
        _ = try await directory.run(PostgresBatch(NodeStore.remove, name))
    }

    package func all() async throws -> [Node] {
        try await directory.run(PostgresBatch(NodeStore.all))[0].map { row in
            Node(
                name: try row.text(0), address: try row.text(1), privateAddress: try row.text(2),
                state: try row.text(3),
                startedAt: try row.timestamp(4).microseconds, seenAt: try row.timestamp(5).microseconds)
        }
    }
}
