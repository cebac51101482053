internal import Postgres
internal import Runtime
internal import Tenancy

/// An establishment's part of an import, on its shard: one transaction, the same however often it is repeated.
///
/// Lists of people come as PostgreSQL wrote them in the directory and are handed on as they are.
enum FeedShardStore {
    private static let schoolYear = PostgresStatement(
        """
        insert into school_year (establishment_id, year, starts_on, ends_on) select $1, $2, $3, $4
        where not exists (select from school_year where establishment_id = $1 and state = 'current')
        on conflict do nothing
        """)

    // MARK: Groups

    /// A group of that name made by hand becomes the feed's.
    private static let adoptGroups = PostgresStatement(
        """
        with y as (select year from school_year where establishment_id = $1 and state = 'current'),
        named as (
            select distinct on (k, n) k, c, n from (
                select k, c, coalesce(n, c) as n from jsonb_to_recordset($2::jsonb) as g (k text, c text, n text)) x
            order by k, n, c)
        update teaching_group g set external_id = named.c
        from y, named
        where g.establishment_id = $1 and g.school_year = y.year and g.kind = named.k and g.name = named.n
            and g.external_id is null and not exists (
                select from teaching_group o where o.establishment_id = $1 and o.school_year = y.year and o.kind = g.kind
                    and o.external_id = named.c)
        """)
    private static let addGroups = PostgresStatement(
        """
        with y as (select year from school_year where establishment_id = $1 and state = 'current'),
        named as (
            select k, c, coalesce(n, c) as n, coalesce(l, '') as level
            from jsonb_to_recordset($2::jsonb) as g (k text, c text, n text, l text))
        insert into teaching_group (establishment_id, id, school_year, kind, name, level, external_id)
        select $1, gen_random_uuid(), y.year, named.k,
            -- Two classes may be called the same: then the code tells them apart.
            case when count(*) over (partition by named.k, named.n) > 1 or exists (
                select from teaching_group o where o.establishment_id = $1 and o.school_year = y.year and o.kind = named.k
                    and o.name = named.n)
                then named.n || ' (' || named.c || ')' else named.n end,
            case when named.k = 'class' then named.level else '' end, named.c
        from y, named
        where not exists (
            select from teaching_group o where o.establishment_id = $1 and o.school_year = y.year and o.kind = named.k
                and o.external_id = named.c)
        on conflict do nothing
        """)
    /// The name of a class in a feed of the first degree changes with its teacher; its code stays.
    private static let renameGroups = PostgresStatement(
        """
        with y as (select year from school_year where establishment_id = $1 and state = 'current'),
        named as (
            select k, c, n from jsonb_to_recordset($2::jsonb) as g (k text, c text, n text) where n is not null)
        update teaching_group g set name = named.n from y, named
        where g.establishment_id = $1 and g.school_year = y.year and g.kind = named.k and g.external_id = named.c
            and g.name <> named.n and g.name <> named.n || ' (' || named.c || ')' and not exists (
                select from teaching_group o where o.establishment_id = $1 and o.school_year = y.year and o.kind = g.kind
                    and o.name = named.n)
        """)
    private static let subjects = PostgresStatement(
        """
        insert into subject (establishment_id, id, code, name, short_name)
        select $1, gen_random_uuid(), s.code, s.name, left(s.name, 12) from unnest($2::text[], $3::text[]) as s (code, name)
        on conflict (establishment_id, code) do nothing
        """)

    // MARK: People

    // Each insertion twice: `new…` where nobody was fed before and nothing is to be found (looking for it in every index is a
    // fifth of the work), and with what becomes of those who are there.

    private static let insertPeople: StaticString =
        """
        insert into person (establishment_id, id, role, given_name, family_name, birth_date, external_id, source)
        select $1, n.* from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::date[], $7::text[], $8::text[])
            as n (id, role, given_name, family_name, birth_date, external_id, source)
        """
    private static let newPeople = PostgresStatement(insertPeople)
    private static let people = PostgresStatement(
        unsafeSQL: """
            with written as (
                \(insertPeople)
                on conflict (establishment_id, id) do update set role = excluded.role,
                    -- What a person or an administrator entered stays.
                    given_name = coalesce((select d.entered ->> 'given_name' from person_detail d
                        where d.establishment_id = excluded.establishment_id and d.person_id = excluded.id), excluded.given_name),
                    family_name = coalesce((select d.entered ->> 'family_name' from person_detail d
                        where d.establishment_id = excluded.establishment_id and d.person_id = excluded.id), excluded.family_name),
                    birth_date = coalesce(excluded.birth_date, person.birth_date), external_id = excluded.external_id,
                    source = excluded.source, left_on = null, updated_at = now()
                returning id, given_name, family_name)
            select coalesce(array_agg(id)::text, '{}'), coalesce(array_agg(given_name)::text, '{}'),
                coalesce(array_agg(family_name)::text, '{}') from written
            """)
    private static let insertDetails: StaticString =
        """
        insert into person_detail (establishment_id, person_id, fed)
        select $1, n.id, n.fed::jsonb from unnest($2::uuid[], $3::text[]) as n (id, fed)
        """
    private static let newDetails = PostgresStatement(insertDetails)
    private static let details = PostgresStatement(
        unsafeSQL: """
            \(insertDetails)
            on conflict (establishment_id, person_id) do update set fed = excluded.fed, updated_at = now()
            """)

    // MARK: Classes, groups, lessons

    private static let endMemberships = PostgresStatement(
        """
        update membership m set ends_on = greatest(m.starts_on, $3::date - 1)
        from teaching_group g, person_detail d
        where m.establishment_id = $1 and m.person_id = any ($2::uuid[]) and m.source = 'feed' and m.ends_on is null
            and g.establishment_id = $1 and g.id = m.group_id
            and g.school_year = (select year from school_year where establishment_id = $1 and state = 'current')
            and d.establishment_id = $1 and d.person_id = m.person_id
            and not exists (
                select from jsonb_to_recordset(d.fed -> 'places') as p (k text, c text, u date)
                where p.k = g.kind and p.c = g.external_id and (p.u is null or p.u >= $3::date))
        """)
    private static let wantedMemberships =
        """
        with y as (select year, starts_on from school_year where establishment_id = $1 and state = 'current'),
        placed as materialized (
            select d.person_id, p.k, p.c, p.r, p.f, p.u
            from person_detail d, jsonb_to_recordset(d.fed -> 'places') as p (k text, c text, r text, f date, u date)
            where d.establishment_id = $1 and d.person_id = any ($2::uuid[]) and d.fed ? 'places'
        ), wanted as (
            select distinct on (p.person_id, g.id) p.person_id, g.id as group_id, y.year, p.r,
                greatest(coalesce(p.f, case when $4::boolean then y.starts_on else $3::date end), y.starts_on) as starts_on, p.u
            from y, placed p, teaching_group g
            where g.establishment_id = $1 and g.school_year = y.year and g.kind = p.k and g.external_id = p.c
            order by p.person_id, g.id, array_position(array['main_teacher', 'teacher', 'pupil'], p.r)
        )
        """
    private static let insertMemberships =
        """
        insert into membership (establishment_id, school_year, group_id, person_id, role, starts_on, ends_on, source)
        select $1, w.year, w.group_id, w.person_id, w.r, w.starts_on,
            case when w.u is not null then greatest(w.starts_on, w.u) end, 'feed'
        from wanted w
        """
    private static let newMemberships = PostgresStatement(
        unsafeSQL: """
            \(wantedMemberships)
            \(insertMemberships)
            """)
    private static let addMemberships = PostgresStatement(
        unsafeSQL: """
            \(wantedMemberships), kept as (
                update membership m set role = w.r, ends_on = case when w.u is not null then greatest(m.starts_on, w.u) end from wanted w
                where m.establishment_id = $1 and m.person_id = w.person_id and m.group_id = w.group_id and m.ends_on is null
                    and m.source = 'feed' and (m.role <> w.r or w.u is not null)
            )
            \(insertMemberships)
            where not exists (
                select from membership m where m.establishment_id = $1 and m.person_id = w.person_id and m.group_id = w.group_id
                    and (m.ends_on is null or (w.u is not null and m.ends_on = greatest(w.starts_on, w.u))))
            on conflict (establishment_id, group_id, person_id, starts_on) do update
                set role = excluded.role, ends_on = excluded.ends_on
                where membership.source = 'feed'
            """)
    private static let endAssignments = PostgresStatement(
        """
        delete from teaching_assignment a using teaching_group g, subject s, person_detail d
        where a.establishment_id = $1 and a.person_id = any ($2::uuid[]) and a.source = 'feed'
            and g.establishment_id = $1 and g.id = a.group_id and s.establishment_id = $1 and s.id = a.subject_id
            and d.establishment_id = $1 and d.person_id = a.person_id
            and not exists (
                select from jsonb_to_recordset(d.fed -> 'teaches_what') as t (k text, c text, s text)
                where t.k = g.kind and t.c = g.external_id and t.s = s.code)
        """)
    private static let addAssignments = PostgresStatement(
        """
        -- By itself, as `placed` above: joined in another order, everybody's details are read once for each group.
        with taught as materialized (
            select d.person_id, t.k, t.c, t.s
            from person_detail d, jsonb_to_recordset(d.fed -> 'teaches_what') as t (k text, c text, s text)
            where d.establishment_id = $1 and d.person_id = any ($2::uuid[]) and d.fed ? 'teaches_what'
        )
        insert into teaching_assignment (establishment_id, school_year, group_id, person_id, subject_id, source)
        select distinct $1::integer, g.school_year, g.id, t.person_id, s.id, 'feed'
        from taught t, teaching_group g, subject s
        where g.establishment_id = $1 and g.kind = t.k and g.external_id = t.c
            and g.school_year = (select year from school_year where establishment_id = $1 and state = 'current')
            and s.establishment_id = $1 and s.code = t.s
        on conflict do nothing
        """)

    // MARK: Families

    private static let endGuardianships = PostgresStatement(
        """
        update guardianship r set ends_on = greatest(r.starts_on, $3::date - 1)
        where r.establishment_id = $1 and r.pupil_id = any ($2::uuid[]) and r.source = 'feed' and r.ends_on is null
            and not exists (
                select from unnest($4::uuid[], $5::uuid[]) as n (pupil_id, guardian_id)
                where n.pupil_id = r.pupil_id and n.guardian_id = r.guardian_id)
        """)
    private static let insertGuardianships: StaticString =
        """
        insert into guardianship (establishment_id, guardian_id, pupil_id, kind, sees_data, starts_on, source)
        select $1, n.guardian_id, n.pupil_id, n.kind, n.kind in ('legal_1', 'legal_2'), $2::date, 'feed'
        from unnest($3::uuid[], $4::uuid[], $5::text[]) as n (pupil_id, guardian_id, kind)
            join person p on p.establishment_id = $1 and p.id = n.pupil_id
            join person g on g.establishment_id = $1 and g.id = n.guardian_id
        """
    private static let newGuardianships = PostgresStatement(insertGuardianships)
    private static let addGuardianships = PostgresStatement(
        unsafeSQL: """
            \(insertGuardianships)
            on conflict (establishment_id, guardian_id, pupil_id) do update
                set kind = excluded.kind, sees_data = excluded.sees_data, ends_on = null
                where guardianship.source = 'feed' and (guardianship.kind, guardianship.sees_data, guardianship.ends_on)
                    is distinct from (excluded.kind, excluded.sees_data, null)
            """)

    // MARK: Leaving

    private static let leave = PostgresStatement(
        """
        update person set left_on = $3::date, updated_at = now()
        where establishment_id = $1 and id = any ($2::uuid[]) and left_on is null
        """)
    private static let leaveGroups = PostgresStatement(
        """
        update membership set ends_on = greatest(starts_on, $3::date - 1)
        where establishment_id = $1 and person_id = any ($2::uuid[]) and ends_on is null
        """)
    private static let leaveLessons = PostgresStatement(
        "delete from teaching_assignment where establishment_id = $1 and person_id = any ($2::uuid[])")
    private static let leaveFamilies = PostgresStatement(
        """
        update guardianship set ends_on = greatest(starts_on, $3::date - 1)
        where establishment_id = $1 and (pupil_id = any ($2::uuid[]) or guardian_id = any ($2::uuid[])) and ends_on is null
        """)
    /// Whatever a node keeps of the timetable in memory may name somebody who changed.
    private static let raiseVersion = PostgresStatement(
        "update timetable set version = version + 1 where establishment_id = $1")

    /// Names as they stand after the import: arrays as PostgreSQL writes them.
    struct Names: Sendable {
        let ids: String
        let given: String
        let family: String
    }

    /// Applies it. - Returns: the names of those who were written; of nobody where all are new.
    static func apply(
        _ part: FeedPart, calendar: SchoolCalendar, today: CivilDate, _ context: TenantContext, _ tenancy: Tenancy
    ) async throws(TenancyError) -> Names {
        if part.isFirst {
            var batch = TenantBatch(context)
            addSchool(part, calendar: calendar, to: &batch)
            batch.add(
                newPeople, part.ids, part.roles, part.given, part.family, part.births, part.externals, part.sources)
            batch.add(newDetails, part.ids, part.fed)
            batch.add(newMemberships, part.placed, today, true)
            batch.add(addAssignments, part.placed)
            batch.add(newGuardianships, today, part.linkedPupils, part.linkedGuardians, part.linkKinds)
            batch.add(raiseVersion)
            do {
                _ = try await tenancy.write(batch, lane: .background, deadline: .seconds(120))
                return Names(ids: "{}", given: "{}", family: "{}")
            } catch .database(let error) where error.sqlState == "23505" {
                // Somebody is here all the same: the step was cut off before the directory knew of it, or all had left.
            }
        }
        return try await change(part, calendar: calendar, today: today, context, tenancy)
    }

    private static func change(
        _ part: FeedPart, calendar: SchoolCalendar, today: CivilDate, _ context: TenantContext, _ tenancy: Tenancy
    ) async throws(TenancyError) -> Names {
        var batch = TenantBatch(context)
        addSchool(part, calendar: calendar, to: &batch)
        let names = batch.count
        batch.add(people, part.ids, part.roles, part.given, part.family, part.births, part.externals, part.sources)
        batch.add(details, part.ids, part.fed)
        batch.add(endMemberships, part.ids, today)
        batch.add(addMemberships, part.ids, today, part.isFirst)
        batch.add(endAssignments, part.ids)
        batch.add(addAssignments, part.ids)
        batch.add(endGuardianships, part.ids, today, part.linkedPupils, part.linkedGuardians)
        batch.add(addGuardianships, today, part.linkedPupils, part.linkedGuardians, part.linkKinds)
        addLeaving(part.leaving, today: today, to: &batch)
        batch.add(raiseVersion)
        let rows = try await tenancy.write(batch, lane: .background, deadline: .seconds(120))
        do {
            let row = rows[names][0]
            return Names(ids: try row.text(0), given: try row.text(1), family: try row.text(2))
        } catch {
            throw .database(error)
        }
    }

    private static func addSchool(_ part: FeedPart, calendar: SchoolCalendar, to batch: inout TenantBatch) {
        batch.add(schoolYear, calendar.schoolYear.rawValue, calendar.days.lowerBound, calendar.days.upperBound)
        batch.add(adoptGroups, part.groups)
        batch.add(addGroups, part.groups)
        batch.add(renameGroups, part.groups)
        batch.add(subjects, part.subjectCodes, part.subjectNames)
    }

    /// People who leave: they stay, without groups, lessons and family, until they are erased or come back.
    /// - Parameter people: an array as PostgreSQL writes it.
    static func addLeaving(_ people: String, today: CivilDate, to batch: inout TenantBatch) {
        batch.add(leaveGroups, people, today)
        batch.add(leaveLessons, people)
        batch.add(leaveFamilies, people, today)
        batch.add(leave, people, today)
    }
}
