internal import Postgres
internal import Runtime
internal import Tenancy

/// The directory's side of applying: what an establishment's shard is to be told; accounts and profiles come afterwards.
struct FeedApplyStore {
    let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    private static let next = PostgresStatement(
        """
        select s.establishment_id, not exists (select from feed_profile f where f.establishment_id = s.establishment_id),
            s.changes, s.departures, exists (select from feed_departure d where d.establishment_id = s.establishment_id)
        from feed_step s where s.import_number = $1 and s.state = 'waiting' and s.establishment_id > 0
        -- Neighbours share teachers and families, and would wait for each other.
        order by hashint4(s.establishment_id), s.establishment_id limit $2
        """)
    private static let people = PostgresStatement(
        """
        select coalesce(array_agg(id)::text, '{}'), coalesce(array_agg(role)::text, '{}'),
            coalesce(array_agg(given_name)::text, '{}'), coalesce(array_agg(family_name)::text, '{}'),
            coalesce(array_agg(birth_date)::text, '{}'), coalesce(array_agg(external)::text, '{}'),
            coalesce(array_agg(source)::text, '{}'), coalesce(array_agg(fed)::text, '{}'),
            coalesce((array_agg(id) filter (where role <> 'guardian'))::text, '{}')
        from (
            select feed_uuid(u.domain || '-' || u.key || '@' || $2::integer) as id,
                case u.role when 'contact' then 'guardian' else u.role end as role, p.given_name, p.family_name, p.birth_date,
                u.domain || '-' || u.key as external, c.source, p.fed
            from feed_unit u
                join feed_scope c on c.import_number = $1 and c.scope = u.scope
                join feed_stage_person p on p.ctid = u.staged_at and p.import_number = $1 and p.scope = u.scope and p.key = u.key
            where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave') x
        """)
    private static let links = PostgresStatement(
        """
        with changed as (
            select scope, key, kind from feed_unit
            where import_number = $1 and establishment_id = $2 and action <> 'leave' and kind in ('pupil', 'guardian')
        ), wanted as (
            select scope, key as pupil_key from changed where kind = 'pupil'
            union
            select l.scope, l.pupil_key from feed_stage_link l join changed c on c.scope = l.scope and c.key = l.guardian_key
                join feed_stage_structure s on s.import_number = $1 and s.scope = l.scope and s.key = l.structure
            -- Where nobody was before, the guardians' pupils come with them.
            where not $3 and l.import_number = $1 and c.kind = 'guardian' and s.establishment_id = $2
        ), ranked as (
            select c.domain, l.pupil_key, l.guardian_key, l.level, l.kinship,
                row_number() over (partition by l.scope, l.pupil_key order by (l.level = 1) desc, l.financial desc, l.position) as place
            from feed_stage_link l join wanted w on w.scope = l.scope and w.pupil_key = l.pupil_key
                join feed_scope c on c.import_number = $1 and c.scope = l.scope
            where l.import_number = $1
        )
        select coalesce(array_agg(feed_uuid(domain || '-' || pupil_key || '@' || $2::integer))::text, '{}'),
            coalesce(array_agg(feed_uuid(domain || '-' || guardian_key || '@' || $2::integer))::text, '{}'),
            coalesce(array_agg(case when level = 1 then case when place = 1 then 'legal_1' else 'legal_2' end
                when level = 2 and kinship between 1 and 3 then 'legal_2'
                when level = 2 then 'in_charge' else 'contact' end)::text, '{}')
        from ranked
        """)
    private static let leaving = PostgresStatement(
        """
        select coalesce(array_agg(f.person_id)::text, '{}')
        from feed_unit u join feed_profile f on f.domain = u.domain and f.key = u.key and f.establishment_id = $2
        where u.import_number = $1 and u.establishment_id = $2 and u.action = 'leave'
        """)
    private static let groups = PostgresStatement(
        """
        with structure as (
            select scope, key, groups from feed_stage_structure where import_number = $1 and establishment_id = $2
        ), named as (
            select p.kind as k, p.code as c, p.label as n, p.level as l from structure s
                join feed_stage_place p on p.import_number = $1 and p.scope = s.scope and p.structure = s.key
            union all
            -- Those that the establishment's own record lists, nobody being in some.
            select g.k, g.c, g.n, '' from structure s, jsonb_to_recordset(s.groups::jsonb) as g (k text, c text, n text)
        ), one as (
            select k, c, min(n) filter (where n <> c) as n, max(l) as l from named group by k, c
        )
        select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('k', k, 'c', c, 'n', n, 'l', l))), '[]')::text from one
        """)
    private static let subjects = PostgresStatement(
        """
        select coalesce(array_agg(code)::text, '{}'), coalesce(array_agg(name)::text, '{}') from (
            select distinct on (t.s) t.s as code, coalesce(s.name, t.s) as name
            from feed_unit u
                join feed_stage_person p on p.ctid = u.staged_at and p.import_number = $1 and p.scope = u.scope and p.key = u.key,
                jsonb_to_recordset(p.fed::jsonb -> 'teaches_what') as t (s text)
                left join feed_stage_subject s on s.import_number = $1 and s.code = t.s
            where u.import_number = $1 and u.establishment_id = $2 and u.kind = 'staff' and u.action <> 'leave'
            order by t.s) x
        """)

    /// Units that programs before this one made lack what their accounts need.
    private static let complete = PostgresStatement(
        """
        update feed_unit u set ine = p.ine, login_base = p.login_base, given_name = p.given_name, family_name = p.family_name,
            staged_at = p.ctid
        from feed_stage_person p
        where u.import_number = $1 and u.establishment_id = $2 and u.staged_at is null and u.action <> 'leave'
            and p.import_number = $1 and p.scope = u.scope and p.key = u.key and p.structure = u.structure
        """)

    /// What there is to do in an establishment, so that nothing else is tried.
    struct Step: Sendable {
        let establishment: EstablishmentID
        /// Nobody was fed here before.
        let isFirst: Bool
        let changesSomebody: Bool
        let removesSomebody: Bool
        /// Somebody has left who may come back.
        let hasDepartures: Bool
        /// Planned by programs before this one.
        let isOfBefore: Bool
    }

    /// Establishments with something left to do.
    func next(_ number: Int, limit: Int) async throws(PostgresError) -> [Step] {
        var list: [Step] = []
        for row in try await directory.run(PostgresBatch(Self.next, number, limit))[0] {
            let changes = try row.optionalInt32(2)
            let departures = try row.optionalInt32(3)
            list.append(
                Step(
                    establishment: EstablishmentID(rawValue: try row.int32(0)), isFirst: try row.bool(1),
                    changesSomebody: changes != 0, removesSomebody: departures != 0, hasDepartures: try row.bool(4),
                    isOfBefore: changes == nil))
        }
        return list
    }

    /// What there is to do in one of them.
    func part(_ number: Int, _ step: Step) async throws(PostgresError) -> FeedPart {
        let establishment = step.establishment
        if step.isOfBefore {
            _ = try await directory.run(
                PostgresBatch(Self.complete, number, establishment.rawValue), lane: .background, deadline: .seconds(60))
        }
        var batch = PostgresBatch(Self.people, number, establishment.rawValue)
        batch.add(Self.links, number, establishment.rawValue, step.isFirst)
        batch.add(Self.leaving, number, establishment.rawValue)
        batch.add(Self.groups, number, establishment.rawValue)
        batch.add(Self.subjects, number, establishment.rawValue)
        batch.isRepeatable = true
        let results = try await directory.run(batch, deadline: .seconds(60))
        var part = FeedPart()
        let people = results[0][0]
        part.ids = try people.text(0)
        part.roles = try people.text(1)
        part.given = try people.text(2)
        part.family = try people.text(3)
        part.births = try people.text(4)
        part.externals = try people.text(5)
        part.sources = try people.text(6)
        part.fed = try people.text(7)
        part.placed = try people.text(8)
        part.isFirst = step.isFirst
        part.linkedPupils = try results[1][0].text(0)
        part.linkedGuardians = try results[1][0].text(1)
        part.linkKinds = try results[1][0].text(2)
        part.leaving = try results[2][0].text(0)
        part.groups = try results[3][0].text(0)
        part.subjectCodes = try results[4][0].text(0)
        part.subjectNames = try results[4][0].text(1)
        return part
    }

    /// A failed step is written down; the import goes on with the others.
    private static let fail = PostgresStatement(
        """
        update feed_step set error = $3 where import_number = $1 and establishment_id = $2 and state = 'waiting'
        """)

    func fail(_ number: Int, _ establishment: EstablishmentID, _ reason: String) async throws(PostgresError) {
        _ = try await directory.run(PostgresBatch(Self.fail, number, establishment.rawValue, reason))
    }
}
