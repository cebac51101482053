package import Postgres
package import Tenancy

/// What went over the line, in slots of ten minutes, kept for eight days.
package struct LineUsageStore: Sendable {
    private let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    package struct Slot: Sendable {
        /// Microseconds since 1970.
        package let start: Int64
        package let sent: Int
        package let received: Int
    }

    /// Adds to the slot that it is; on the occasion removes some that are too old, so that the table stays bounded.
    func add(_ usage: [Lines.Usage]) async throws(PostgresError) {
        var batch = PostgresBatch()
        batch.add(
            Self.upsert, usage.map(\.payer.kind), usage.map(\.payer.name), usage.map { Int64($0.sent) },
            usage.map { Int64($0.received) })
        batch.add(Self.deleteSome)
        _ = try await directory.run(batch)
    }

    /// The latest slots of a scope, the newest first: an establishment's own, or the sum of the establishments given.
    package func slots(
        of payers: [RuleScope], most: Int
    ) async throws(PostgresError) -> [Slot] {
        let rows = try await directory.run(
            PostgresBatch(Self.latest, payers.map(\.kind), payers.map(\.name), Int64(most)))[0]
        var slots: [Slot] = []
        for row in rows {
            slots.append(
                Slot(start: try row.timestamp(0).microseconds, sent: try row.int(1), received: try row.int(2)))
        }
        return slots
    }

    private static let upsert = PostgresStatement(
        """
        insert into line_usage (scope_kind, scope, slot, sent, received)
        select kind, name, date_bin('10 minutes', now(), 'epoch'), sent, received
        from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) as r (kind, name, sent, received)
        order by kind, name
        on conflict (scope_kind, scope, slot) do update set sent = line_usage.sent + excluded.sent,
            received = line_usage.received + excluded.received
        """)

    private static let deleteSome = PostgresStatement(
        """
        delete from line_usage where (scope_kind, scope, slot) in
            (select scope_kind, scope, slot from line_usage where slot < now() - interval '8 days'
             order by slot limit 200 for update skip locked)
        """)

    private static let latest = PostgresStatement(
        """
        select slot, sum(sent)::bigint, sum(received)::bigint from line_usage
        where (scope_kind, scope) in (select * from unnest($1::text[], $2::text[]))
            and slot > now() - interval '8 days'
        group by slot order by slot desc limit $3
        """)
}
