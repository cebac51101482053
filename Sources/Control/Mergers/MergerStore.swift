internal import Postgres
internal import Runtime
internal import Tenancy

/// The SQL of closing one establishment into another. Lists go from shard to shard as PostgreSQL writes arrays.
enum MergerStore {
    // MARK: In the directory

    /// Shuts the one that is closed, for this merger and no other; done twice it is done once.
    static let begin = PostgresStatement(
        """
        update establishment set state = 'suspended', merging_into = $2, updated_at = now()
        where id = $1 and state in ('active', 'suspended') and (merging_into is null or merging_into = $2)
            and merged_into is null and exists (select from establishment k where k.id = $2 and k.state = 'active')
        returning id
        """)
    /// Comparisons made before are no longer true.
    static let supersedeImports = PostgresStatement(
        """
        update feed_import i set state = 'superseded', changed_at = now()
        where i.state in ('received', 'planned', 'waiting', 'applying') and exists (
            select from feed_step s where s.import_number = i.number and s.establishment_id = any ($1))
        """)
    /// Still the merger that this job began; held until the transaction ends.
    static let hold = PostgresStatement(
        "select 1 from establishment where id = $1 and merging_into = $2 and state = 'suspended' for update")
    /// Lets go of it; it stays suspended.
    static let letGo = PostgresStatement(
        "update establishment set merging_into = null, updated_at = now() where id = $1 and merging_into = $2")

    /// Whoever headed the closed one does not head the other one: they come as staff, until a feed or an administrator
    /// says otherwise.
    static let addProfiles = PostgresStatement(
        """
        insert into profile (account_id, establishment_id, role, person_id, source)
        select distinct p.account_id, $2::integer, case p.role when 'head' then 'staff' else p.role end, m.kept, p.source
        from profile p join unnest($3::uuid[], $4::uuid[]) as m (gone, kept) on m.gone = p.person_id
        where p.establishment_id = $1 and (p.valid_to is null or p.valid_to >= current_date)
        on conflict (account_id, establishment_id, role, person_id) do update set valid_to = null
        """)
    static let endProfiles = PostgresStatement(
        """
        update profile set valid_to = greatest(valid_from, current_date - 1)
        where establishment_id = $1 and (valid_to is null or valid_to >= current_date)
        """)
    /// With a fingerprint that no record has: the next import writes them anew.
    static let moveFed = PostgresStatement(
        """
        with gone as (
            delete from feed_profile where establishment_id = $1 returning domain, key, role, class
        )
        insert into feed_profile (domain, key, establishment_id, person_id, role, class, digest)
        select domain, key, $2, feed_uuid(domain || '-' || key || '@' || $2::integer),
            case role when 'head' then 'staff' else role end, class, feed_uuid('merged')
        from gone
        on conflict (domain, key, establishment_id) do nothing
        """)
    static let moveStructures = PostgresStatement(
        "update feed_structure set establishment_id = $2, digest = feed_uuid('merged') where establishment_id = $1")
    static let endMandates = PostgresStatement(
        """
        update administrator set valid_to = greatest(valid_from, current_date - 1)
        where establishment_id = $1 and (valid_to is null or valid_to >= current_date) returning account_id
        """)
    static let close = PostgresStatement(
        """
        update establishment set state = 'closed', merged_into = $2, merging_into = null, updated_at = now() where id = $1
        """)
    /// Its code, and those it had before, lead to the other one.
    static let moveFormerCodes = PostgresStatement(
        "update establishment_former_uai set establishment_id = $2 where establishment_id = $1")
    static let keepCode = PostgresStatement(
        """
        insert into establishment_former_uai (uai, establishment_id) select uai, $2 from establishment where id = $1
        on conflict (uai) do update set establishment_id = excluded.establishment_id, until = now()
        """)

    // MARK: On the shard of the one that is closed

    /// What a person is called in the other one: a feed's people as the feed will call them there (`feed_uuid`), so that its
    /// next delivery finds them; everybody else as now.
    private static func identifier(_ person: String) -> String {
        """
        case when \(person).source in ('aaf', 'aaf1d', 'csv', 'oneroster', 'siecle') and \(person).external_id is not null
            then overlay(overlay(md5(\(person).external_id || '@' || $2::text) placing '8' from 13) placing '8' from 17)::uuid
            else \(person).id end
        """
    }

    /// `$2` is the other establishment's number, as text.
    static let people = PostgresStatement(
        unsafeSQL: """
            select coalesce(array_agg(id)::text, '{}'), coalesce(array_agg(kept)::text, '{}'), coalesce(array_agg(role)::text, '{}'),
                coalesce(array_agg(given_name)::text, '{}'), coalesce(array_agg(family_name)::text, '{}'),
                coalesce(array_agg(birth_date)::text, '{}'), coalesce(array_agg(external_id)::text, '{}'),
                coalesce(array_agg(source)::text, '{}'), coalesce(array_agg(fed)::text, '{}'),
                coalesce(array_agg(entered)::text, '{}'), count(*)
            from (
                select p.id, \(identifier("p")) as kept, case p.role when 'head' then 'staff' else p.role end as role, p.given_name,
                    p.family_name, p.birth_date, p.external_id, p.source, coalesce(d.fed, '{}')::text as fed,
                    coalesce(d.entered, '{}')::text as entered
                from person p left join person_detail d on d.establishment_id = $1 and d.person_id = p.id
                where p.establishment_id = $1 and p.left_on is null and p.source <> 'erased') x
            """)
    static let year = PostgresStatement(
        "select year, starts_on, ends_on from school_year where establishment_id = $1 and state = 'current'")
    static let groups = PostgresStatement(
        """
        select coalesce(array_agg(id)::text, '{}'), coalesce(array_agg(kind)::text, '{}'), coalesce(array_agg(name)::text, '{}'),
            coalesce(array_agg(level)::text, '{}'), coalesce(array_agg(external_id)::text, '{}'), count(*)
        from teaching_group where establishment_id = $1
            and school_year = (select year from school_year where establishment_id = $1 and state = 'current')
        """)
    static let memberships = PostgresStatement(
        unsafeSQL: """
            select coalesce(array_agg(m.group_id)::text, '{}'), coalesce(array_agg(\(identifier("p")))::text, '{}'),
                coalesce(array_agg(m.role)::text, '{}'), coalesce(array_agg(m.starts_on)::text, '{}'),
                coalesce(array_agg(m.ends_on)::text, '{}'), coalesce(array_agg(m.source)::text, '{}')
            from membership m join person p on p.establishment_id = $1 and p.id = m.person_id and p.left_on is null
            where m.establishment_id = $1 and (m.ends_on is null or m.ends_on >= current_date)
                and m.school_year = (select year from school_year where establishment_id = $1 and state = 'current')
            """)
    static let guardianships = PostgresStatement(
        unsafeSQL: """
            select coalesce(array_agg(x.guardian)::text, '{}'), coalesce(array_agg(x.pupil)::text, '{}'),
                coalesce(array_agg(x.kind)::text, '{}'), coalesce(array_agg(x.sees_data)::text, '{}'),
                coalesce(array_agg(x.starts_on)::text, '{}'), coalesce(array_agg(x.ends_on)::text, '{}'),
                coalesce(array_agg(x.source)::text, '{}')
            from (
                select \(identifier("g")) as guardian, \(identifier("p")) as pupil, r.kind, r.sees_data, r.starts_on, r.ends_on, r.source
                from guardianship r
                    join person g on g.establishment_id = $1 and g.id = r.guardian_id and g.left_on is null
                    join person p on p.establishment_id = $1 and p.id = r.pupil_id and p.left_on is null
                where r.establishment_id = $1 and (r.ends_on is null or r.ends_on >= current_date)) x
            """)
    static let assignments = PostgresStatement(
        unsafeSQL: """
            select coalesce(array_agg(a.group_id)::text, '{}'), coalesce(array_agg(\(identifier("p")))::text, '{}'),
                coalesce(array_agg(s.code)::text, '{}'), coalesce(array_agg(s.name)::text, '{}'),
                coalesce(array_agg(s.short_name)::text, '{}'), coalesce(array_agg(a.source)::text, '{}')
            from teaching_assignment a join person p on p.establishment_id = $1 and p.id = a.person_id and p.left_on is null
                join subject s on s.establishment_id = $1 and s.id = a.subject_id
            where a.establishment_id = $1
                and a.school_year = (select year from school_year where establishment_id = $1 and state = 'current')
            """)

    // MARK: On the shard of the one that is kept

    static let putYear = PostgresStatement(
        """
        insert into school_year (establishment_id, year, starts_on, ends_on) select $1, $2, $3, $4
        where not exists (select from school_year where establishment_id = $1 and state = 'current')
        on conflict do nothing
        """)
    /// Somebody who is there already stays as they are.
    static let putPeople = PostgresStatement(
        """
        insert into person (establishment_id, id, role, given_name, family_name, birth_date, external_id, source)
        select $1, n.* from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::date[], $7::text[], $8::text[])
            as n (id, role, given_name, family_name, birth_date, external_id, source)
        on conflict do nothing
        """)
    /// Who had left comes back.
    static let welcome = PostgresStatement(
        """
        update person set left_on = null, updated_at = now()
        where establishment_id = $1 and id = any ($2::uuid[]) and left_on is not null
        """)
    static let putDetails = PostgresStatement(
        """
        insert into person_detail (establishment_id, person_id, fed, entered)
        select $1, n.id, n.fed::jsonb, n.entered::jsonb from unnest($2::uuid[], $3::text[], $4::text[]) as n (id, fed, entered)
            join person p on p.establishment_id = $1 and p.id = n.id
        on conflict (establishment_id, person_id) do update
            set entered = excluded.entered || person_detail.entered, updated_at = now()
        """)
    /// Two classes of one name: the one that comes has the other's code after its name. `$8`: the code of the closed one.
    static let putGroups = PostgresStatement(
        """
        insert into teaching_group (establishment_id, id, school_year, kind, name, level, external_id)
        select $1, n.id, $2, n.kind,
            case when exists (select from teaching_group o where o.establishment_id = $1 and o.school_year = $2 and o.kind = n.kind
                and o.name = n.name and o.id <> n.id) then n.name || ' (' || $8 || ')' else n.name end, n.level,
            case when exists (select from teaching_group o where o.establishment_id = $1 and o.school_year = $2 and o.kind = n.kind
                and o.external_id = n.external_id and o.id <> n.id) then null else n.external_id end
        from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[]) as n (id, kind, name, level, external_id)
        where exists (select from school_year y where y.establishment_id = $1 and y.year = $2 and y.state = 'current')
        on conflict do nothing
        """)
    static let putMemberships = PostgresStatement(
        """
        insert into membership (establishment_id, school_year, group_id, person_id, role, starts_on, ends_on, source)
        select $1, g.school_year, n.group_id, n.person_id, n.role, n.starts_on, n.ends_on, n.source
        from unnest($2::uuid[], $3::uuid[], $4::text[], $5::date[], $6::date[], $7::text[])
                as n (group_id, person_id, role, starts_on, ends_on, source)
            join teaching_group g on g.establishment_id = $1 and g.id = n.group_id
            join person p on p.establishment_id = $1 and p.id = n.person_id
        on conflict do nothing
        """)
    static let putGuardianships = PostgresStatement(
        """
        insert into guardianship (establishment_id, guardian_id, pupil_id, kind, sees_data, starts_on, ends_on, source)
        select $1, n.guardian, n.pupil, n.kind, n.sees_data, n.starts_on, n.ends_on, n.source
        from unnest($2::uuid[], $3::uuid[], $4::text[], $5::boolean[], $6::date[], $7::date[], $8::text[])
                as n (guardian, pupil, kind, sees_data, starts_on, ends_on, source)
            join person g on g.establishment_id = $1 and g.id = n.guardian
            join person p on p.establishment_id = $1 and p.id = n.pupil
        where n.guardian <> n.pupil
        on conflict do nothing
        """)
    static let putSubjects = PostgresStatement(
        """
        insert into subject (establishment_id, id, code, name, short_name)
        select distinct on (s.code) $1::integer, gen_random_uuid(), s.code, s.name, s.short_name
        from unnest($2::text[], $3::text[], $4::text[]) as s (code, name, short_name)
        on conflict (establishment_id, code) do nothing
        """)
    static let putAssignments = PostgresStatement(
        """
        insert into teaching_assignment (establishment_id, school_year, group_id, person_id, subject_id, source)
        select $1, g.school_year, n.group_id, n.person_id, s.id, n.source
        from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) as n (group_id, person_id, code, source)
            join teaching_group g on g.establishment_id = $1 and g.id = n.group_id
            join person p on p.establishment_id = $1 and p.id = n.person_id
            join subject s on s.establishment_id = $1 and s.code = n.code
        on conflict do nothing
        """)
    static let raiseVersion = PostgresStatement(
        "update timetable set version = version + 1 where establishment_id = $1")
    /// The self-test: everybody who was to come is there.
    static let missing = PostgresStatement(
        """
        select count(*) from unnest($2::uuid[]) as n (id)
        where not exists (select from person p where p.establishment_id = $1 and p.id = n.id and p.left_on is null)
        """)
}
