internal import Postgres
internal import Runtime
internal import Tenancy

/// What is staged beside what was applied before.
extension FeedPlanStore {
    /// Those whom a record places (pupils, staff), or those who are where their pupils are (guardians, contacts).
    private static func comparison(_ people: String, roles: String) -> PostgresStatement {
        PostgresStatement(
            unsafeSQL: """
                insert into feed_unit (import_number, domain, scope, key, structure, establishment_id, kind, role, class, digest, ine,
                    login_base, given_name, family_name, staged_at, action)
                with scope as (
                    select scope, domain, is_complete from feed_scope where import_number = $1
                ), structure as (
                    select scope, key, establishment_id from feed_stage_structure
                    -- Written so because PostgreSQL counted them when none had its establishment yet, and believes that none has:
                    -- it would go through everybody once for each.
                    where import_number = $1 and coalesce(establishment_id, 0) <> 0
                ), \(people), now as (
                    select c.domain, p.* from present p join scope c on c.scope = p.scope
                ), before as (
                    select f.domain, f.key, f.establishment_id, f.role, f.class, f.digest, c.scope, m.kind
                    from feed_profile f join scope c on c.domain = f.domain
                        join feed_person m on m.domain = f.domain and m.key = f.key
                        join establishment e on e.id = f.establishment_id
                    -- Two territories of one academy have a feed each: neither says anything about the other's people.
                    where e.territory_id = any ($2::text[]) and f.role \(roles) and (c.is_complete or exists (
                        select from feed_stage_person p where p.import_number = $1 and p.scope = c.scope and p.key = f.key))
                        and not exists (select from feed_stage_person k where k.import_number = $1 and k.role = 'kept'
                            and k.scope = c.scope and k.key = f.key)
                )
                select $1, coalesce(n.domain, b.domain), coalesce(n.scope, b.scope), coalesce(n.key, b.key), coalesce(n.structure, ''),
                    coalesce(n.establishment_id, b.establishment_id), coalesce(n.kind, b.kind), coalesce(n.role, b.role),
                    coalesce(n.class, b.class), coalesce(n.digest, b.digest), n.ine, n.login_base, n.given_name, n.family_name,
                    n.staged_at, case when b.key is null then 'add' when n.key is null then 'leave' else 'change' end
                from now n full join before b
                    on b.domain = n.domain and b.key = n.key and b.establishment_id = n.establishment_id
                where n.key is null or b.key is null or n.digest <> b.digest or n.role <> b.role
                """)
    }

    private static let comparePlaced = comparison(
        """
        present as (
            select p.scope, p.key, p.structure, s.establishment_id, p.kind, p.role, p.class, p.digest, p.ine, p.login_base,
                p.given_name, p.family_name, p.ctid as staged_at
            from feed_stage_person p join structure s on s.scope = p.scope and s.key = p.structure
            where p.import_number = $1
        )
        """, roles: "not in ('guardian', 'contact')")
    private static let compareGuardians = comparison(
        """
        guardian as (
            select l.scope, l.guardian_key as key, s.establishment_id,
                bool_or(l.level = 1 or (l.level = 2 and l.kinship between 1 and 3)) as is_legal
            from feed_stage_link l join structure s on s.scope = l.scope and s.key = l.structure
            where l.import_number = $1 group by l.scope, l.guardian_key, s.establishment_id
        ), present as (
            select p.scope, p.key, '' as structure, g.establishment_id, 'guardian' as kind,
                case when g.is_legal then 'guardian' else 'contact' end as role, '' as class, p.digest, p.ine, p.login_base,
                p.given_name, p.family_name, p.ctid as staged_at
            from guardian g join feed_stage_person p
                on p.import_number = $1 and p.scope = g.scope and p.key = g.key and p.structure = '' and p.kind = 'guardian'
        )
        """, roles: "in ('guardian', 'contact')")
    /// Who was placed by a record and is now where their pupils are, or the other way round, has come and gone above: has changed.
    private static let joinHalves = PostgresStatement(
        """
        with gone as (
            delete from feed_unit l using feed_unit n
            where l.import_number = $1 and l.action = 'leave' and n.import_number = $1 and n.action = 'add'
                and n.domain = l.domain and n.key = l.key and n.establishment_id = l.establishment_id
            returning l.domain, l.key, l.establishment_id
        )
        update feed_unit n set action = 'change' from gone
        where n.import_number = $1 and n.action = 'add' and n.domain = gone.domain and n.key = gone.key
            and n.establishment_id = gone.establishment_id
        """)
    /// People of whom nothing could be placed: by the structure they name.
    private static let unplaced = PostgresStatement(
        """
        select p.kind, p.structure, count(distinct p.key)
        from feed_stage_person p
        where p.import_number = $1 and p.structure not in ('', ' ') and not exists (
            select from feed_stage_structure s where s.import_number = $1 and s.scope = p.scope and s.key = p.structure
                and s.establishment_id is not null)
        group by p.kind, p.structure order by 3 desc limit 200
        """)
    private static let unplacedPeople = PostgresStatement(
        """
        select kind, count(*) from (
            select p.kind, p.key from feed_stage_person p
                left join feed_stage_structure s on s.import_number = $1 and s.scope = p.scope and s.key = p.structure
            where p.import_number = $1 and p.structure not in ('', ' ')
            group by p.scope, p.kind, p.key having count(s.establishment_id) = 0) x
        group by kind
        """)
    /// How many references of a complete feed lead nowhere.
    private static let dangling = PostgresStatement(
        """
        select
            (select count(*) from feed_stage_link l join feed_scope c on c.import_number = $1 and c.scope = l.scope and c.is_complete
             where l.import_number = $1),
            (select count(*) from feed_stage_link l join feed_scope c on c.import_number = $1 and c.scope = l.scope and c.is_complete
             where l.import_number = $1 and not exists (
                select from feed_stage_person p where p.import_number = $1 and p.scope = l.scope and p.key = l.guardian_key)),
            (select count(*) from feed_stage_person p join feed_scope c on c.import_number = $1 and c.scope = p.scope and c.is_complete
             where p.import_number = $1 and p.kind = 'guardian'),
            (select count(*) from feed_stage_person p join feed_scope c on c.import_number = $1 and c.scope = p.scope and c.is_complete
             where p.import_number = $1 and p.kind = 'guardian' and not exists (
                select from feed_stage_link l where l.import_number = $1 and l.scope = p.scope and l.guardian_key = p.key))
        """)
    private static let keepAll = PostgresStatement(
        "delete from feed_unit where import_number = $1 and action = 'leave' and kind = any ($2::text[])")

    /// Works out who comes, changes and goes. - Parameter territories: those that the feed is about.
    func compare(_ number: Int, _ territories: [TerritoryID]) async throws -> Comparison {
        let territories = territories.map(\.rawValue)
        var batch = PostgresBatch(KeptPeopleStore.addUnplaced, number)
        batch.add(KeptPeopleStore.dropLinks, number)
        batch.add(KeptPeopleStore.knownLinks, number)
        _ = try await runAtLength(batch)
        // Each has a processor's work for seconds.
        async let guardians = runAtLength(PostgresBatch(Self.compareGuardians, number, territories))
        let comparison = try await comparePlacedAndLook(number, territories)
        _ = try await guardians
        _ = try await runAtLength(PostgresBatch(Self.joinHalves, number))
        return comparison
    }

    private func comparePlacedAndLook(_ number: Int, _ territories: [String]) async throws -> Comparison {
        var batch = PostgresBatch(Self.comparePlaced, number, territories)
        batch.add(Self.unplaced, number)
        batch.add(Self.unplacedPeople, number)
        batch.add(Self.dangling, number)
        batch.add(KeptPeopleStore.list, number, territories, FeedAnomalies.kept)
        let results = try await runAtLength(batch)
        var comparison = Comparison()
        for row in results[1] {
            comparison.unplaced.append((try row.text(0), try row.text(1), try row.int(2)))
        }
        for row in results[2] { comparison.unplacedPeople[try row.text(0)] = try row.int(1) }
        if let row = results[3].first {
            comparison.links = try row.int(0)
            comparison.linksToNobody = try row.int(1)
            comparison.guardians = try row.int(2)
            comparison.guardiansOfNobody = try row.int(3)
        }
        for row in results[4] {
            comparison.kept.append((try row.text(0), try row.text(1)))
            comparison.allKept = try row.int(2)
        }
        return comparison
    }

    struct Comparison: Sendable {
        var unplaced: [(kind: String, structure: String, count: Int)] = []
        var unplacedPeople: [String: Int] = [:]
        var links = 0
        var linksToNobody = 0
        /// The first of the people whose record was refused, and how many there are.
        var kept: [(kind: String, key: String)] = []
        var allKept = 0
        var guardians = 0
        var guardiansOfNobody = 0
    }

    /// Nobody of these kinds counts as gone.
    func keepAll(of kinds: [FeedKind], in number: Int) async throws(PostgresError) {
        _ = try await run(PostgresBatch(Self.keepAll, number, kinds.map(\.rawValue)))
    }
}
