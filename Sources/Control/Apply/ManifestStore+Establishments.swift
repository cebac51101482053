internal import Postgres
internal import Tenancy
internal import Web

extension ManifestStore {
    /// New ones are 'provisioning': they open once their shard knows them.
    private static let insertEstablishments = PostgresStatement(
        """
        insert into establishment (uai, territory_id, name, kind, levels, department, city, time_zone, zone, is_invented, theme)
        select uai, territory, name, kind, string_to_array(levels, ','), department, city, time_zone, zone, is_invented,
            theme::jsonb
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::boolean[], $11::text[])
            as r (uai, territory, name, kind, levels, department, city, time_zone, zone, is_invented, theme)
        """)

    private static let updateEstablishments = PostgresStatement(
        """
        update establishment e set territory_id = r.territory, name = r.name, kind = r.kind,
            levels = string_to_array(r.levels, ','), department = r.department, city = r.city,
            time_zone = r.time_zone, zone = r.zone, is_invented = r.is_invented, theme = r.theme::jsonb, updated_at = now()
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::boolean[], $11::text[])
            as r (uai, territory, name, kind, levels, department, city, time_zone, zone, is_invented, theme)
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
        takeHosts(plan, in: &batch)
        guard !plan.placements.isEmpty else { return }
        batch.add(placeEstablishments, plan.placements.map(\.uai), plan.placements.map(\.shard.rawValue))
    }

    private static func add(_ statement: PostgresStatement, _ rows: [EstablishmentRow], to batch: inout PostgresBatch) {
        guard !rows.isEmpty else { return }
        batch.add(
            statement, rows.map(\.uai), rows.map(\.territory), rows.map(\.name), rows.map(\.kind),
            rows.map { $0.levels.joined(separator: ",") }, rows.map(\.department), rows.map(\.city),
            rows.map(\.timeZone), rows.map(\.zone), rows.map(\.isInvented), rows.map { $0.theme?.orNil?.serialized })
    }

    // MARK: Host names

    private static let deleteHosts = PostgresStatement("delete from establishment_host where host = any ($1)")

    private static let insertHosts = PostgresStatement(
        """
        insert into establishment_host (host, establishment_id)
        select r.host, e.id from unnest($1::text[], $2::text[]) as r (host, uai) join establishment e on e.uai = r.uai
        """)

    /// Before anything that may want one of them.
    static func freeHosts(_ plan: Plan, in batch: inout PostgresBatch) {
        let gone = plan.establishments.changed.flatMap { Set($0.before.hosts ?? []).subtracting($0.after.hosts ?? []) }
        if !gone.isEmpty { batch.add(deleteHosts, gone.sorted()) }
    }

    private static func takeHosts(_ plan: Plan, in batch: inout PostgresBatch) {
        let before = Dictionary(
            plan.establishments.changed.map { ($0.before.uai, Set($0.before.hosts ?? [])) }, uniquingKeysWith: { $1 })
        let taken = plan.establishments.upserted.flatMap { row in
            Set(row.hosts ?? []).subtracting(before[row.uai] ?? []).sorted().map { (host: $0, uai: row.uai) }
        }
        guard !taken.isEmpty else { return }
        batch.add(EstablishmentStore.freeClosedHosts, taken.map(\.host))
        batch.add(insertHosts, taken.map(\.host), taken.map(\.uai))
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
