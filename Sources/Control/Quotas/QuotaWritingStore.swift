internal import Postgres
internal import Runtime
internal import Tenancy

/// Quotas set by people, in the directory, each with its line in the audit log.
struct QuotaWritingStore: Sendable {
    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    /// From today on when no day is given; what is declared for later days comes into force on them.
    func put(
        _ scope: RuleScope, rate: Int, ceil: Int, from: CivilDate?, in place: AuditPlace, by actor: AuditActor
    ) async throws(PostgresError) {
        var batch = PostgresBatch()
        batch.add(
            Self.trace, actor.kind.rawValue, actor.name, actor.requestID, "quota.set", scope.kind, scope.name,
            Int64(rate),
            Int64(ceil), from, actor.address, place.territory?.rawValue ?? "", place.establishment?.rawValue)
        batch.add(Self.upsert, scope.kind, scope.name, Int64(rate), Int64(ceil), from)
        _ = try await directory.run(batch)
    }

    /// - Returns: how many steps were set by people and are gone.
    func remove(
        _ scope: RuleScope, in place: AuditPlace, by actor: AuditActor
    ) async throws(PostgresError) -> Int {
        var batch = PostgresBatch()
        batch.add(
            Self.trace, actor.kind.rawValue, actor.name, actor.requestID, "quota.remove", scope.kind, scope.name,
            nil as Int64?,
            nil as Int64?, nil as CivilDate?, actor.address, place.territory?.rawValue ?? "",
            place.establishment?.rawValue)
        batch.add(Self.delete, scope.kind, scope.name)
        return Int(try await directory.run(batch)[1].affected)
    }

    private static let trace = PostgresStatement(
        """
        insert into audit (actor_kind, actor, request_id, action, target, before, after, address, scope, establishment_id)
        select $1, $2, $3, $4, $5 || ' ' || $6,
            (select jsonb_agg(jsonb_build_object('from', valid_from, 'rate', rate, 'ceil', ceil) order by valid_from)
             from quota where scope_kind = $5 and scope = $6),
            case when $7::bigint is null then null
                else jsonb_build_object('rate', $7::bigint, 'ceil', $8::bigint, 'from', coalesce($9::date, current_date)) end,
            $10, $11, $12
        """)

    private static let upsert = PostgresStatement(
        """
        insert into quota (scope_kind, scope, rate, ceil, valid_from, source)
        values ($1, $2, $3, $4, coalesce($5::date, current_date), 'console')
        on conflict (scope_kind, scope, valid_from) do update set rate = excluded.rate, ceil = excluded.ceil,
            source = 'console', territory_id = null, updated_at = now()
        """)

    private static let delete = PostgresStatement(
        "delete from quota where scope_kind = $1 and scope = $2 and source = 'console'")
}
