internal import Postgres
internal import Tenancy

/// How many people each establishment has, by their profiles. Reads every profile: for operators' plans, not for requests.
struct ShardLoadStore: Sendable {
    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    private static let people = PostgresStatement(
        """
        select establishment_id, count(*) from profile where valid_to is null or valid_to >= current_date
        group by establishment_id
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

    /// - Returns: false unless it is draining, empty, and no move needs it.
    func retire(_ shard: ShardID) async throws(PostgresError) -> Bool {
        try await directory.query(ShardLoadStore.retire, shard).affected == 1
    }
}
