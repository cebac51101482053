internal import Postgres
internal import Runtime
internal import Tenancy

/// Erases everybody of establishments that have been closed for long, also into another: whoever is elsewhere too stays there.
struct ClosedSchoolStore {
    private let directory: PostgresPool
    private let tenancy: Tenancy
    /// All of a school's people at once.
    private static let deadline = Duration.seconds(120)

    init(_ directory: PostgresPool, _ tenancy: Tenancy) {
        self.directory = directory
        self.tenancy = tenancy
    }

    private static let due = PostgresStatement(
        """
        select id from establishment
        where state = 'closed' and people_erased_at is null and closed_at < now() - make_interval(days => $1)
            and not id = any ($2::integer[])
        order by closed_at limit 20
        """)
    /// Held until the transaction ends: nobody reopens it meanwhile.
    private static let hold = PostgresStatement(
        "select 1 from establishment where id = $1 and state = 'closed' and people_erased_at is null for update")

    // MARK: On the shard

    private static let details = PostgresStatement("delete from person_detail where establishment_id = $1")
    private static let families = PostgresStatement("delete from guardianship where establishment_id = $1")
    private static let groups = PostgresStatement("delete from membership where establishment_id = $1")
    /// The rows stay, without anybody in them, as those of people who left.
    private static let forget = PostgresStatement(
        """
        update person set given_name = '', family_name = '–', birth_date = null, external_id = null, source = 'erased',
            left_on = coalesce(left_on, current_date), updated_at = now()
        where establishment_id = $1 and source <> 'erased'
        """)

    // MARK: In the directory

    private static let debts = PostgresStatement("delete from scim_pending where establishment_id = $1")
    private static let departures = PostgresStatement(
        "delete from feed_departure where establishment_id = $1 returning domain, key")
    private static let fed = PostgresStatement(
        "delete from feed_profile where establishment_id = $1 returning domain, key")
    private static let profiles = PostgresStatement(
        "delete from profile where establishment_id = $1 returning account_id")
    private static let mandates = PostgresStatement(
        "delete from administrator where establishment_id = $1 returning account_id")
    private static let people = PostgresStatement(
        """
        with gone as (
            delete from feed_person f using unnest($1::text[], $2::text[]) as k (domain, key)
            where f.domain = k.domain and f.key = k.key
                and not exists (select from feed_departure d where d.domain = f.domain and d.key = f.key)
                and not exists (select from feed_profile p where p.domain = f.domain and p.key = f.key)
            returning f.domain, f.key, f.account_id
        ), links as (
            delete from feed_link l using gone g
            where l.domain = g.domain and (l.pupil_key = g.key or l.guardian_key = g.key)
        )
        select account_id from gone where account_id is not null
        """)
    private static let conclude = PostgresStatement(
        "update establishment set people_erased_at = now() where id = $1")

    /// Empties some of the establishments that were closed long ago.
    /// - Parameter failed: establishments to pass over; those whose shard does not answer now keep theirs until the next time.
    /// - Returns: how many establishments, none when none is left; and how many people.
    func erase(
        after days: Int, failed: inout [EstablishmentID: any Error]
    ) async throws -> (establishments: Int, people: Int) {
        while true {
            let rows = try await directory.run(
                PostgresBatch(Self.due, days, failed.keys.map(\.rawValue)), lane: .background)[0]
            var done = (establishments: 0, people: 0)
            for row in rows {
                let id = EstablishmentID(rawValue: try row.int32(0))
                do {
                    done.people += try await empty(id)
                    done.establishments += 1
                } catch {
                    failed[id] = error
                }
            }
            if done.establishments > 0 || rows.isEmpty { return done }
        }
    }

    /// Its shard first, within the transaction of the directory: stopped anywhere, it is done again whole.
    private func empty(_ id: EstablishmentID) async throws -> Int {
        try await directory.transaction(lane: .background, deadline: Self.deadline) { transaction in
            guard try await !transaction.query(Self.hold, id).isEmpty else { return 0 }
            var people = 0
            if let context = try await tenancy.closedContext(for: id) {
                var batch = TenantBatch(context, Self.details)
                batch.add(Self.families)
                batch.add(Self.groups)
                batch.add(Self.forget)
                people = try await tenancy.write(batch, lane: .background, deadline: Self.deadline)[3].affected
            }
            var batch = PostgresBatch(Self.debts, id)
            for statement in [Self.departures, Self.fed, Self.profiles, Self.mandates] { batch.add(statement, id) }
            let gone = try await transaction.run(batch)
            var domains: [String] = []
            var keys: [String] = []
            for row in gone[1...2].joined() {
                domains.append(try row.text(0))
                keys.append(try row.text(1))
            }
            var accounts: Set<UUID> = []
            for row in gone[3...4].joined() { accounts.insert(try row.uuid(0)) }
            for row in try await transaction.run(PostgresBatch(Self.people, domains, keys))[0] {
                accounts.insert(try row.uuid(0))
            }
            var ending = PostgresBatch(FeedUpkeepStore.accounts, Array(accounts))
            ending.add(Self.conclude, id)
            _ = try await transaction.run(ending)
            return people
        }
    }
}
