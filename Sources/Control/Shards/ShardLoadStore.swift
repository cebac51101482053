internal import Postgres
internal import Tenancy

/// How many people each establishment has, by their profiles, and how much they use it. Reads every profile: for operators'
/// plans, not for requests.
struct ShardLoadStore: Sendable {
    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    private static let people = PostgresStatement(
        """
        select establishment_id, count(*) from profile where valid_to is null or valid_to >= current_date
        group by establishment_id
        """)
    /// The last seven days, so that every day of the week is in it once.
    private static let traffic = PostgresStatement(
        """
        select e.id, sum(l.sent + l.received)::bigint from line_usage l join establishment e on e.uai = l.scope
        where l.scope_kind = 'establishment' and l.slot > now() - interval '7 days' group by e.id
        """)
    private static let retire = PostgresStatement(
        """
        update shard set state = 'retired' where id = $1 and state = 'draining'
            and not exists (select from establishment where shard_id = $1 and state <> 'closed')
            and not exists (select from move where (source_shard = $1 or target_shard = $1)
                and (state not in ('done', 'aborted') or way_back in ('open', 'closing')))
        """)

    func people() async throws(PostgresError) -> [EstablishmentID: Int] {
        var people: [EstablishmentID: Int] = [:]
        for row in try await directory.run(PostgresBatch(ShardLoadStore.people), lane: .background)[0] {
            people[try row.value(0)] = try row.int(1)
        }
        return people
    }

    /// Bytes over the line, both ways, of those that were used at all.
    func traffic() async throws(PostgresError) -> [EstablishmentID: Int] {
        var traffic: [EstablishmentID: Int] = [:]
        for row in try await directory.run(PostgresBatch(ShardLoadStore.traffic), lane: .background)[0] {
            traffic[try row.value(0)] = try row.int(1)
        }
        return traffic
    }

    /// - Returns: false unless it is draining, empty, and no move needs it.
    func retire(_ shard: ShardID, with entry: AuditEntry) async throws -> Bool {
        try await directory.transaction { transaction in
            guard try await transaction.run(PostgresBatch(ShardLoadStore.retire, shard))[0].affected == 1 else {
                return false
            }
            var batch = PostgresBatch()
            AuditStore.add(entry, to: &batch)
            _ = try await transaction.run(batch)
            return true
        }
    }
}
