internal import Postgres
internal import Runtime
internal import Tenancy

/// What happens to people after they have disappeared from every feed: suspended, then erased.
struct FeedUpkeepStore {
    private let directory: PostgresPool
    private let tenancy: Tenancy
    /// People at a time: a transaction stays short, and the next call goes on.
    private static let chunk = 500

    init(_ directory: PostgresPool, _ tenancy: Tenancy) {
        self.directory = directory
        self.tenancy = tenancy
    }

    /// An account is locked only when nothing else holds it open: another school, a mandate.
    private static let suspend = PostgresStatement(
        """
        with due as (
            select domain, key, account_id from feed_person
            where state = 'disappeared' and disappeared_at < now() - make_interval(days => $1)
            order by disappeared_at limit $2 for update skip locked
        ), locked as (
            update account a set state = 'locked', session_epoch = session_epoch + 1, updated_at = now()
            from due d
            where a.id = d.account_id and a.state in ('pending', 'active')
                and not exists (select from administrator m where m.account_id = a.id)
                and not exists (
                    select from profile p where p.account_id = a.id and not exists (
                        select from feed_departure x where x.establishment_id = p.establishment_id and x.person_id = p.person_id))
            returning a.id
        ), ended as (
            delete from profile p using due d join feed_departure x on x.domain = d.domain and x.key = d.key
            where p.account_id = d.account_id and p.establishment_id = x.establishment_id and p.person_id = x.person_id
        ), signed_out as (
            delete from session s using locked l where s.account_id = l.id
        )
        update feed_person f set state = 'suspended', was_locked = exists (select from locked l where l.id = f.account_id)
        from due d where f.domain = d.domain and f.key = d.key
        """)
    private static let due = PostgresStatement(
        """
        select establishment_id, array_agg(person_id) from (
            select establishment_id, person_id from feed_departure
            where left_at < now() - make_interval(days => $1) and not establishment_id = any ($3::integer[])
            order by left_at limit $2) x
        group by establishment_id order by establishment_id
        """)
    private static let details = PostgresStatement(
        "delete from person_detail where establishment_id = $1 and person_id = any ($2::uuid[])")
    private static let families = PostgresStatement(
        """
        delete from guardianship where establishment_id = $1 and (pupil_id = any ($2::uuid[]) or guardian_id = any ($2::uuid[]))
        """)
    private static let groups = PostgresStatement(
        "delete from membership where establishment_id = $1 and person_id = any ($2::uuid[])")
    /// The row stays, without anybody in it: what they wrote for others hangs on it.
    private static let forget = PostgresStatement(
        """
        update person set given_name = '', family_name = '–', birth_date = null, external_id = null, source = 'erased',
            updated_at = now()
        where establishment_id = $1 and id = any ($2::uuid[])
        """)
    private static let profiles = PostgresStatement(
        "delete from profile where establishment_id = $1 and person_id = any ($2::uuid[])")
    private static let departures = PostgresStatement(
        """
        delete from feed_departure where establishment_id = $1 and person_id = any ($2::uuid[]) returning domain, key
        """)
    private static let people = PostgresStatement(
        """
        with gone as (
            delete from feed_person f using unnest($1::text[], $2::text[]) as k (domain, key)
            where f.domain = k.domain and f.key = k.key and f.state <> 'active'
                and not exists (select from feed_departure d where d.domain = f.domain and d.key = f.key)
                and not exists (select from feed_profile p where p.domain = f.domain and p.key = f.key)
            returning f.domain, f.key, f.account_id
        ), links as (
            delete from feed_link l using gone g
            where l.domain = g.domain and (l.pupil_key = g.key or l.guardian_key = g.key)
        )
        select account_id from gone where account_id is not null
        """)
    /// Accounts that nothing holds any more, and those that were merged into them: undoing it would bring nobody back.
    static let accounts = PostgresStatement(
        """
        with recursive gone (id) as (
            select a.id from account a join unnest($1::uuid[]) as g (id) on g.id = a.id
            where not exists (select from profile p where p.account_id = a.id)
                and not exists (select from administrator m where m.account_id = a.id)
                and not exists (select from feed_person f where f.account_id = a.id)
            union
            select m.id from account m join gone g on m.merged_into = g.id
        ), merges as (
            delete from account_merge x using gone g where x.kept_id = g.id or x.merged_id = g.id
        )
        delete from account a using gone g where a.id = g.id
        """)

    /// - Returns: how many were suspended; as many as `chunk` means that there may be more.
    func suspend(after days: Int) async throws -> Int {
        try await directory.run(PostgresBatch(Self.suspend, days, Self.chunk), lane: .background)[0].affected
    }

    /// Erases some of those who left long ago: on their shard first, then everywhere else.
    /// - Parameter failed: establishments to pass over; those whose shard does not answer now keep theirs until the next time.
    /// - Returns: how many, nobody when none is left.
    func erase(after days: Int, failed: inout [EstablishmentID: any Error]) async throws -> Int {
        while true {
            let rows = try await directory.run(
                PostgresBatch(Self.due, days, Self.chunk, failed.keys.map(\.rawValue)), lane: .background)[0]
            var erased = 0
            for row in rows {
                let establishment = EstablishmentID(rawValue: try row.int32(0))
                let people: [UUID] = try row.array(1)
                do {
                    try await erase(people, in: establishment)
                    erased += people.count
                } catch {
                    failed[establishment] = error
                }
            }
            if erased > 0 || rows.isEmpty { return erased }
        }
    }

    /// Where somebody's rows are, also in an establishment that is closed; nil for one that has none.
    private func context(for id: EstablishmentID) async throws -> TenantContext? {
        do throws(TenancyError) {
            return try tenancy.administrativeContext(for: id)
        } catch {
            if case .unknownEstablishment = error { return try await tenancy.closedContext(for: id) }
            if case .notOpen = error { return nil }
            throw error
        }
    }

    private func erase(_ people: [UUID], in establishment: EstablishmentID) async throws {
        if let context = try await context(for: establishment) {
            var batch = TenantBatch(context, Self.details, people)
            batch.add(Self.families, people)
            batch.add(Self.groups, people)
            batch.add(Self.forget, people)
            _ = try await tenancy.write(batch, lane: .background)
        }
        try await directory.transaction(lane: .background) { transaction in
            var batch = PostgresBatch(Self.profiles, establishment.rawValue, people)
            batch.add(Self.departures, establishment.rawValue, people)
            let gone = try await transaction.run(batch)[1]
            var domains: [String] = []
            var keys: [String] = []
            for row in gone {
                domains.append(try row.text(0))
                keys.append(try row.text(1))
            }
            var accounts: [UUID] = []
            for row in try await transaction.run(PostgresBatch(Self.people, domains, keys))[0] {
                accounts.append(try row.uuid(0))
            }
            _ = try await transaction.run(PostgresBatch(Self.accounts, accounts))
        }
    }
}
