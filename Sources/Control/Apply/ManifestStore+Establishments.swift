internal import Postgres
internal import Tenancy
internal import Web

extension ManifestStore {
    /// New ones are 'provisioning': they open once their shard knows them.
    private static let insertEstablishments = PostgresStatement(
        """
        insert into establishment (uai, territory_id, name, kind, levels, department, city, time_zone, zone, is_invented)
        select uai, territory, name, kind, string_to_array(levels, ','), department, city, time_zone, zone, is_invented
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::boolean[])
            as r (uai, territory, name, kind, levels, department, city, time_zone, zone, is_invented)
        """)

    private static let updateEstablishments = PostgresStatement(
        """
        update establishment e set territory_id = r.territory, name = r.name, kind = r.kind,
            levels = string_to_array(r.levels, ','), department = r.department, city = r.city,
            time_zone = r.time_zone, zone = r.zone, is_invented = r.is_invented, updated_at = now()
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::boolean[])
            as r (uai, territory, name, kind, levels, department, city, time_zone, zone, is_invented)
        where e.uai = r.uai
        """)

    private static let placeEstablishments = PostgresStatement(
        """
        update establishment e set shard_id = r.shard from unnest($1::text[], $2::smallint[]) as r (uai, shard)
        where e.uai = r.uai and e.state = 'provisioning' and e.shard_id is null
        """)

    static func addEstablishments(_ plan: Plan, to batch: inout PostgresBatch) {
        add(insertEstablishments, plan.establishments.added, to: &batch)
        add(updateEstablishments, plan.establishments.changed.map(\.after), to: &batch)
        guard !plan.placements.isEmpty else { return }
        batch.add(placeEstablishments, plan.placements.map(\.uai), plan.placements.map(\.shard.rawValue))
    }

    private static func add(_ statement: PostgresStatement, _ rows: [EstablishmentRow], to batch: inout PostgresBatch) {
        guard !rows.isEmpty else { return }
        batch.add(
            statement, rows.map(\.uai), rows.map(\.territory), rows.map(\.name), rows.map(\.kind),
            rows.map { $0.levels.joined(separator: ",") }, rows.map(\.department), rows.map(\.city),
            rows.map(\.timeZone), rows.map(\.zone), rows.map(\.isInvented))
    }

    // MARK: Traces

    private static let insertAudit = PostgresStatement(
        """
        insert into audit (actor_kind, actor, request_id, address, action, scope, target, before, after)
        select $1, $2, $3, $9, action, scope, target, before::jsonb, after::jsonb
        from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
            as r (action, scope, target, before, after)
        """)

    private static let insertApplications = PostgresStatement(
        """
        insert into manifest_application (territory_id, digest, actor, summary)
        select territory, digest, $1, summary::jsonb from unnest($2::text[], $3::text[], $4::text[])
            as r (territory, digest, summary)
        """)

    static func addTraces(_ plan: Plan, _ actor: AuditActor, _ requestID: String, to batch: inout PostgresBatch) {
        let items = plan.items
        guard !items.isEmpty else { return }
        batch.add(
            insertAudit, actor.kind.rawValue, actor.name, requestID,
            items.map { "\($0.subject.rawValue).\($0.action.rawValue)" }, items.map(\.territory.rawValue),
            items.map(\.target), items.map { $0.before?.serialized }, items.map { $0.after?.serialized }, actor.address)
        let touched = plan.digests.filter { territory, _ in items.contains { $0.territory == territory } }
        batch.add(
            insertApplications, actor.name, touched.map(\.territory.rawValue), touched.map(\.digest),
            touched.map { territory, _ in plan.summary(of: territory).serialized })
    }
}
