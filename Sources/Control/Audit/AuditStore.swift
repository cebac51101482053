package import Postgres
internal import Runtime
package import Tenancy
internal import Web

/// The audit log, in the directory: added to and read, nothing else; the application's roles may neither change nor remove a
/// line, and a trigger refuses it to everybody.
package struct AuditStore: Sendable {
    let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    // MARK: Writing

    /// As part of the batch or the transaction of the act itself: both are kept, or neither. What is of an establishment is of
    /// its territory too.
    package static func add(_ entry: AuditEntry, to batch: inout PostgresBatch) {
        batch.add(
            insert, entry.actor.kind.rawValue, entry.actor.name, entry.actor.address, entry.actor.requestID,
            entry.action, entry.territory?.rawValue ?? "", entry.establishment?.rawValue, entry.target,
            entry.before.map { $0.serialized }, entry.after.map { $0.serialized })
    }

    /// For an act that is not in the directory, such as one on a shard: written before it.
    package func write(_ entry: AuditEntry) async throws(PostgresError) {
        var batch = PostgresBatch()
        AuditStore.add(entry, to: &batch)
        _ = try await directory.run(batch)
    }

    private static let insert = PostgresStatement(
        """
        insert into audit (actor_kind, actor, address, request_id, action, scope, establishment_id, target, before, after)
        values ($1, $2, $3, $4, $5, coalesce(nullif($6, ''), (select territory_id from establishment where id = $7), ''), $7, $8,
            $9::jsonb, $10::jsonb)
        """)

    // MARK: Reading

    package struct Filter: Sendable {
        package var scope = RowScope.everything
        package var actor: String?
        /// The action, or the beginning of it: `establishment.` finds all about establishments.
        package var action: String?
        package var territory: TerritoryID?
        package var establishment: EstablishmentID?
        package var target: String?
        /// Microseconds since 1970; from the first on, before the second.
        package var since: Int64?
        package var until: Int64?

        package init() {}
    }

    /// The newest first. - Parameter before: the last one of the page before.
    package func list(_ filter: Filter, before: Int64?, limit: Int) async throws(PostgresError) -> [AuditRecord] {
        var conditions = FilterConditions()
        conditions.add(filter.scope, territory: "scope", establishment: "establishment_id")
        if let actor = filter.actor { conditions.add("actor = ", actor) }
        if let action = filter.action {
            conditions.add("action like ", FilterConditions.escaped(action) + "%")
        }
        if let territory = filter.territory { conditions.add("scope = ", territory.rawValue) }
        if let establishment = filter.establishment { conditions.add("establishment_id = ", establishment.rawValue) }
        if let target = filter.target { conditions.add("target = ", target) }
        if let since = filter.since { conditions.add("at >= ", PostgresTimestamp(microseconds: since)) }
        if let until = filter.until { conditions.add("at < ", PostgresTimestamp(microseconds: until)) }
        if let before { conditions.add("id < ", before) }
        var batch = PostgresBatch()
        batch.add(
            PostgresStatement(
                unsafeSQL:
                    """
                    select id, at, actor_kind, actor, address, action, scope, establishment_id, target, before, after, request_id
                    from audit \(conditions.sql) order by id desc limit \(limit)
                    """), values: conditions.values)
        batch.isRepeatable = true
        var records: [AuditRecord] = []
        for row in try await directory.run(batch, lane: .background)[0] {
            records.append(
                AuditRecord(
                    number: try row.int64(0), at: try row.timestamp(1).microseconds, actorKind: try row.text(2),
                    actor: try row.text(3), address: try row.text(4), action: try row.text(5), scope: try row.text(6),
                    establishment: try row.optional(7), target: try row.text(8),
                    before: try row.optionalJSON(9).map { JSON($0) }, after: try row.optionalJSON(10).map { JSON($0) },
                    requestID: try row.text(11)))
        }
        return records
    }
}
