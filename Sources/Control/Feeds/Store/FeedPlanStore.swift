internal import Postgres
internal import Tenancy

/// Compares what an import staged with what was applied before, in the directory, over all of it at once.
struct FeedPlanStore {
    let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    func run(_ batch: PostgresBatch) async throws(PostgresError) -> [PostgresRows] {
        try await directory.run(batch, lane: .background, deadline: FeedStagingStore.longDeadline)
    }

    /// On a connection of its own. Statements whose joins are over hundreds of thousands of rows: a hash of them fits here, and not in
    /// what is usual.
    func runAtLength(_ batch: PostgresBatch) async throws -> [PostgresRows] {
        try await directory.transaction(lane: .background, deadline: FeedStagingStore.longDeadline) { transaction in
            try await transaction.execute(
                unprepared: "set local work_mem = '96MB'; set local statement_timeout = '600s'")
            return try await transaction.run(batch)
        }
    }

    // MARK: Once all is there

    /// A complete feed keeps the first of two records of one person, a delta the last. Two establishments of one UAI: the first.
    private static let duplicates = PostgresStatement(
        """
        with twice as (
            select p.scope, p.key, case when c.is_complete then min(p.ordinal) else max(p.ordinal) end as kept
            from feed_stage_person p join feed_scope c on c.import_number = p.import_number and c.scope = p.scope
            where p.import_number = $1 group by p.scope, p.key, c.is_complete having min(p.ordinal) <> max(p.ordinal)
        ), gone as (
            delete from feed_stage_person p using twice t
            where p.import_number = $1 and p.scope = t.scope and p.key = t.key and p.ordinal <> t.kept
            returning p.scope, p.key, p.kind, p.ordinal
        ), links as (
            delete from feed_stage_link l using twice t
            where l.import_number = $1 and l.scope = t.scope and l.pupil_key = t.key and l.ordinal <> t.kept
        )
        select scope, key, min(kind), count(distinct ordinal) from gone group by scope, key order by scope, key
        """)
    private static let duplicateStructures = PostgresStatement(
        """
        delete from feed_stage_structure s using feed_stage_structure first
        where s.import_number = $1 and first.import_number = $1
            and ((s.scope = first.scope and s.key = first.key) or s.uai = first.uai and s.uai <> '')
            and first.ordinal < s.ordinal
        returning s.scope, s.key, s.uai, s.key = first.key
        """)
    /// Establishments fed before that this import does not mention: their people are compared all the same.
    private static let knownStructures = PostgresStatement(
        """
        insert into feed_stage_structure (import_number, scope, key, ordinal, uai, name, type, city, academy, groups, digest,
            establishment_id)
        select $1, c.scope, f.key, 0, '', '', '', '', '', '[]', f.digest, f.establishment_id
        from feed_scope c join feed_structure f on f.domain = c.domain
            join establishment e on e.id = f.establishment_id
        -- Another territory of the same academy has its own.
        where c.import_number = $1 and ($2::text is null or e.territory_id = $2) and not exists (
            select from feed_stage_structure s where s.import_number = $1 and s.scope = c.scope and s.key = f.key)
        """)
    /// A delta names the guardians it touches: their other children count as well.
    private static let knownLinks = PostgresStatement(
        """
        insert into feed_stage_link (import_number, scope, pupil_key, guardian_key, structure, kinship, level, financial,
            contact, payment, position, ordinal)
        select $1, c.scope, l.pupil_key, l.guardian_key, l.structure, l.kinship, l.level, l.financial, l.contact, l.payment,
            l.position, 0
        from feed_scope c
            join feed_stage_person p on p.import_number = $1 and p.scope = c.scope and p.kind = 'guardian'
            join feed_link l on l.domain = c.domain and l.guardian_key = p.key
        where c.import_number = $1 and not c.is_complete and not exists (
            select from feed_stage_person q where q.import_number = $1 and q.scope = c.scope and q.key = l.pupil_key)
        """)
    private static let analyze = PostgresStatement("select feed_analyze()")
    private static let structures = PostgresStatement(
        """
        select s.scope, s.key, s.uai, s.name, s.type, s.city, s.academy, s.ordinal, f.establishment_id,
            f.digest is distinct from s.digest
        from feed_stage_structure s join feed_scope c on c.import_number = s.import_number and c.scope = s.scope
            left join feed_structure f on f.domain = c.domain and f.key = s.key
        where s.import_number = $1 order by s.uai, s.key
        """)
    /// Who else feeds these establishments: the same kind of source under another academy.
    private static let otherDomains = PostgresStatement(
        """
        select distinct f.establishment_id, f.domain from feed_structure f
        where f.establishment_id = any ($1::integer[]) and not f.domain = any ($2::text[])
        """)
    private static let fedOutside = PostgresStatement(
        """
        select distinct f.domain, e.territory_id from feed_structure f join establishment e on e.id = f.establishment_id
        where f.domain = any ($1::text[]) and e.territory_id <> $2 order by 1, 2
        """)
    private static let resolve = PostgresStatement(
        """
        update feed_stage_structure s set establishment_id = r.establishment
        from unnest($2::smallint[], $3::text[], $4::integer[]) as r (scope, key, establishment)
        where s.import_number = $1 and s.scope = r.scope and s.key = r.key
        """)

    /// Structures that are one establishment now, since one was closed into the other: a member of both is one person there.
    private static let members = PostgresStatement(
        """
        with twice as (
            select scope, establishment_id from feed_stage_structure
            where import_number = $1 and establishment_id is not null group by 1, 2 having count(*) > 1
        ), ranked as (
            select p.ctid, row_number() over (partition by p.scope, p.key, t.establishment_id
                order by array_position(array['head', 'school_life', 'teacher'], p.role), p.class = '', p.structure) as place
            from twice t join feed_stage_structure s on s.import_number = $1 and s.scope = t.scope
                    and s.establishment_id = t.establishment_id
                join feed_stage_person p on p.import_number = $1 and p.scope = s.scope and p.structure = s.key
        )
        delete from feed_stage_person p using ranked r where p.ctid = r.ctid and r.place > 1
        """)

    struct Structure: Sendable {
        let scope: Int
        let key: String
        let uai: String
        let name: String
        let type: String
        let city: String
        let academy: String
        /// Named by this import, not only known from before.
        let isNamed: Bool
        let known: EstablishmentID?
        let isChanged: Bool
    }

    struct Duplicate: Sendable {
        let key: String
        let kind: String
        let count: Int
    }

    /// - Returns: people met twice, and establishments left out because their UAI is another's too.
    func prepare(_ number: Int, into territory: TerritoryID?) async throws(PostgresError) -> (
        people: [Duplicate], structures: [(key: String, uai: String)]
    ) {
        var batch = PostgresBatch(Self.analyze)
        batch.add(KeptPeopleStore.dropTaken, number)
        batch.add(Self.duplicates, number)
        batch.add(Self.duplicateStructures, number)
        batch.add(Self.knownStructures, number, territory?.rawValue)
        batch.add(Self.knownLinks, number)
        let results = try await run(batch)
        var people: [Duplicate] = []
        for row in results[2].prefix(FeedAnomalies.kept * 2) {
            people.append(Duplicate(key: try row.text(1), kind: try row.text(2), count: try row.int(3)))
        }
        var structures: [(key: String, uai: String)] = []
        for row in results[3] where try !row.bool(3) { structures.append((try row.text(1), try row.text(2))) }
        return (people, structures)
    }

    func structures(_ number: Int) async throws(PostgresError) -> [Structure] {
        var list: [Structure] = []
        for row in try await run(PostgresBatch(Self.structures, number))[0] {
            list.append(
                Structure(
                    scope: try row.int(0), key: try row.text(1), uai: try row.text(2), name: try row.text(3),
                    type: try row.text(4), city: try row.text(5), academy: try row.text(6), isNamed: try row.int(7) > 0,
                    known: try row.optionalInt32(8).map(EstablishmentID.init(rawValue:)), isChanged: try row.bool(9)))
        }
        return list
    }

    /// The domains other than `domains` that feed an establishment, by establishment.
    func otherDomains(
        of establishments: [EstablishmentID], than domains: [String]
    ) async throws(PostgresError) -> [EstablishmentID: [String]] {
        var others: [EstablishmentID: [String]] = [:]
        let rows = try await run(PostgresBatch(Self.otherDomains, establishments.map(\.rawValue), domains))[0]
        for row in rows { others[EstablishmentID(rawValue: try row.int32(0)), default: []].append(try row.text(1)) }
        return others
    }

    /// The other territories with establishments that are fed under these domains.
    func fed(
        _ domains: [String], outside territory: TerritoryID
    ) async throws(PostgresError) -> [(domain: String, territory: TerritoryID)] {
        var others: [(domain: String, territory: TerritoryID)] = []
        for row in try await run(PostgresBatch(Self.fedOutside, domains, territory.rawValue))[0] {
            if let territory = TerritoryID(rawValue: try row.text(1)) { others.append((try row.text(0), territory)) }
        }
        return others
    }

    private static let reserve = PostgresStatement("select unnest(feed_reserve($1))")

    /// Numbers for establishments that would be created. Those of a plan that comes to nothing are never used.
    func reserve(_ count: Int) async throws(PostgresError) -> [Int32] {
        guard count > 0 else { return [] }
        var numbers: [Int32] = []
        for row in try await run(PostgresBatch(Self.reserve, count))[0] { numbers.append(try row.int32(0)) }
        return numbers
    }

    /// Says which establishment each structure is, or will be.
    func resolve(
        _ resolved: [(scope: Int, key: String, establishment: Int32)], in number: Int
    ) async throws(PostgresError) {
        var batch = PostgresBatch()
        batch.add(
            Self.resolve, number, resolved.map { Int16($0.scope) }, resolved.map(\.key), resolved.map(\.establishment))
        batch.add(Self.members, number)
        _ = try await run(batch)
    }

    // MARK: Counting

    private static let counts = PostgresStatement(
        """
        with person as (
            select u.domain, u.key, min(u.kind) as kind, bool_and(u.role = 'contact') as is_contact,
                bool_or(u.action <> 'leave') as stays, bool_or(u.action = 'leave') as leaves
            from feed_unit u where u.import_number = $1 group by u.domain, u.key
        )
        select case when p.is_contact then 'contact' else p.kind end,
            count(*) filter (where p.stays and f.key is null),
            count(*) filter (where p.stays and f.state <> 'active'),
            count(*) filter (where p.leaves and not p.stays and not exists (
                select from feed_profile o where o.domain = p.domain and o.key = p.key and not exists (
                    select from feed_unit v where v.import_number = $1 and v.domain = p.domain and v.key = p.key
                        and v.establishment_id = o.establishment_id and v.action = 'leave'))),
            count(*)
        from person p left join feed_person f on f.domain = p.domain and f.key = p.key
        group by 1
        """)
    private static let groups = PostgresStatement(
        """
        select u.establishment_id, u.role, u.class, u.action, count(*)
        from feed_unit u where u.import_number = $1 group by 1, 2, 3, 4 order by 1, 2, 3, 4
        """)
    private static let present = PostgresStatement(
        """
        select f.establishment_id, f.role, f.class, count(*) from feed_profile f
        where f.domain in (select domain from feed_scope where import_number = $1)
            and f.establishment_id in (select establishment_id from feed_unit where import_number = $1 and action = 'leave')
        group by 1, 2, 3
        """)
    private static let steps = PostgresStatement(
        """
        insert into feed_step (import_number, establishment_id, people, changes, departures)
        select $1, establishment_id, sum(people), sum(changes), sum(departures) from (
            select establishment_id, count(*) as people, count(*) filter (where action = 'change') as changes,
                count(*) filter (where action = 'leave') as departures
            from feed_unit where import_number = $1 group by 1
            union all
            select s.establishment_id, 0, 0, 0 from feed_stage_structure s
                join feed_scope c on c.import_number = s.import_number and c.scope = s.scope
                left join feed_structure f on f.domain = c.domain and f.key = s.key
            where s.import_number = $1 and s.establishment_id is not null and s.ordinal > 0 and f.digest is distinct from s.digest
        ) x group by establishment_id
        """)

    struct Counts: Sendable {
        /// By `pupil`, `guardian`, `contact`, `staff`.
        var people: [String: (added: Int, returned: Int, disappeared: Int, all: Int)] = [:]
        var groups: [(establishment: Int32, role: String, klass: String, action: String, count: Int)] = []
        var present: [(establishment: Int32, role: String, klass: String, count: Int)] = []
    }

    func counts(_ number: Int) async throws -> Counts {
        async let people = runAtLength(PostgresBatch(Self.counts, number))
        var batch = PostgresBatch(Self.groups, number)
        batch.add(Self.present, number)
        let results = try await run(batch)
        var counts = Counts()
        for row in try await people[0] {
            counts.people[try row.text(0)] = (try row.int(1), try row.int(2), try row.int(3), try row.int(4))
        }
        for row in results[0] {
            counts.groups.append((try row.int32(0), try row.text(1), try row.text(2), try row.text(3), try row.int(4)))
        }
        for row in results[1] {
            counts.present.append((try row.int32(0), try row.text(1), try row.text(2), try row.int(3)))
        }
        return counts
    }

    /// Writes down what there is to do, one line an establishment.
    func addSteps(to number: Int) async throws(PostgresError) { _ = try await run(PostgresBatch(Self.steps, number)) }
}
