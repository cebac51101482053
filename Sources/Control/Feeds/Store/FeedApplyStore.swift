internal import Postgres
internal import Runtime
internal import Tenancy

/// The directory's side of applying: what an establishment's shard is to be told, and accounts and profiles afterwards.
struct FeedApplyStore {
    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    private static let next = PostgresStatement(
        """
        select establishment_id from feed_step where import_number = $1 and state = 'waiting' and establishment_id > 0
        order by establishment_id limit $2
        """)
    private static let people = PostgresStatement(
        """
        select coalesce(array_agg(id)::text, '{}'), coalesce(array_agg(role)::text, '{}'),
            coalesce(array_agg(given_name)::text, '{}'), coalesce(array_agg(family_name)::text, '{}'),
            coalesce(array_agg(birth_date)::text, '{}'), coalesce(array_agg(external)::text, '{}'),
            coalesce(array_agg(source)::text, '{}'), coalesce(array_agg(fed)::text, '{}'),
            not exists (select from feed_profile where establishment_id = $2)
        from (
            select feed_uuid(u.domain || '-' || u.key || '@' || $2::integer) as id,
                case u.role when 'contact' then 'guardian' else u.role end as role, p.given_name, p.family_name, p.birth_date,
                u.domain || '-' || u.key as external, c.source, p.fed
            from feed_unit u
                join feed_scope c on c.import_number = $1 and c.scope = u.scope
                join feed_stage_person p on p.import_number = $1 and p.scope = u.scope and p.key = u.key
                    and p.structure = u.structure
            where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave') x
        """)
    private static let links = PostgresStatement(
        """
        with changed as (
            select scope, key, kind from feed_unit
            where import_number = $1 and establishment_id = $2 and action <> 'leave' and kind in ('pupil', 'guardian')
        ), wanted as (
            select l.scope, l.pupil_key from feed_stage_link l join changed c on c.scope = l.scope and c.key = l.pupil_key
            where l.import_number = $1
            union
            select l.scope, l.pupil_key from feed_stage_link l join changed c on c.scope = l.scope and c.key = l.guardian_key
                join feed_stage_structure s on s.import_number = $1 and s.scope = l.scope and s.key = l.structure
            where l.import_number = $1 and c.kind = 'guardian' and s.establishment_id = $2
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
        select coalesce(max(groups), '[]') from feed_stage_structure where import_number = $1 and establishment_id = $2
        """)
    private static let subjects = PostgresStatement(
        """
        select coalesce(array_agg(code)::text, '{}'), coalesce(array_agg(name)::text, '{}') from (
            select distinct on (t.s) t.s as code, coalesce(s.name, t.s) as name
            from feed_unit u
                join feed_stage_person p on p.import_number = $1 and p.scope = u.scope and p.key = u.key
                    and p.structure = u.structure,
                jsonb_to_recordset(p.fed::jsonb -> 'teaches_what') as t (s text)
                left join feed_stage_subject s on s.import_number = $1 and s.code = t.s
            where u.import_number = $1 and u.establishment_id = $2 and u.kind = 'staff' and u.action <> 'leave'
            order by t.s) x
        """)

    /// Establishments with something left to do.
    func next(_ number: Int, limit: Int) async throws(PostgresError) -> [EstablishmentID] {
        var list: [EstablishmentID] = []
        for row in try await directory.run(PostgresBatch(Self.next, number, limit))[0] {
            list.append(EstablishmentID(rawValue: try row.int32(0)))
        }
        return list
    }

    /// What there is to do in one of them.
    func part(_ number: Int, _ establishment: EstablishmentID) async throws(PostgresError) -> FeedPart {
        var batch = PostgresBatch(Self.people, number, establishment.rawValue)
        batch.add(Self.links, number, establishment.rawValue)
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
        part.isFirst = try people.bool(8)
        part.linkedPupils = try results[1][0].text(0)
        part.linkedGuardians = try results[1][0].text(1)
        part.linkKinds = try results[1][0].text(2)
        part.leaving = try results[2][0].text(0)
        part.groups = try results[3][0].text(0)
        part.subjectCodes = try results[4][0].text(0)
        part.subjectNames = try results[4][0].text(1)
        return part
    }

    // MARK: Afterwards

    /// A failed step is written down; the import goes on with the others.
    private static let fail = PostgresStatement(
        """
        update feed_step set error = $3 where import_number = $1 and establishment_id = $2 and state = 'waiting'
        """)

    func fail(_ number: Int, _ establishment: EstablishmentID, _ reason: String) async throws(PostgresError) {
        _ = try await directory.run(PostgresBatch(Self.fail, number, establishment.rawValue, reason))
    }

    private static let putPeople = PostgresStatement(
        """
        insert into feed_person (domain, key, kind, ine)
        select u.domain, u.key, u.kind, max(p.ine)
        from feed_unit u join feed_stage_person p on p.import_number = $1 and p.scope = u.scope and p.key = u.key
            and p.structure = u.structure
        where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave'
        group by u.domain, u.key, u.kind order by u.domain, u.key
        on conflict (domain, key) do update set ine = coalesce(excluded.ine, feed_person.ine)
            where excluded.ine is distinct from feed_person.ine
        """)
    /// The same child in a feed of the first and of the second degree is one person; nobody else is ever taken for another.
    private static let knownByINE = PostgresStatement(
        """
        update feed_person f set account_id = o.account_id
        from feed_unit u, feed_person o
        where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave' and u.kind = 'pupil'
            and f.domain = u.domain and f.key = u.key and f.account_id is null and f.ine is not null
            and o.ine = f.ine and o.domain <> f.domain and o.kind = 'pupil' and o.account_id is not null
        """)
    private static let knownAccounts = PostgresStatement(
        """
        update feed_person f set account_id = a.id
        from feed_unit u, account a
        where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave' and u.role <> 'contact'
            and f.domain = u.domain and f.key = u.key and f.account_id is null
            and a.id = feed_uuid('account ' || f.domain || '-' || f.key)
        """)
    private static let reserveNames = PostgresStatement(
        """
        insert into login_name (base, last)
        select p.login_base, count(*)
        from feed_unit u join feed_person f on f.domain = u.domain and f.key = u.key
            join feed_stage_person p on p.import_number = $1 and p.scope = u.scope and p.key = u.key and p.structure = u.structure
        where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave' and u.role <> 'contact'
            and f.account_id is null
        group by p.login_base order by p.login_base
        on conflict (base) do update set last = login_name.last + excluded.last
        """)
    /// Makes the accounts; a login that somebody has already is passed over, and that account made in the next round.
    private static let makeAccounts = PostgresStatement(
        """
        with needed as (
            select f.domain, f.key, feed_uuid('account ' || f.domain || '-' || f.key) as id, p.login_base, p.given_name,
                p.family_name, count(*) over (partition by p.login_base) as together,
                row_number() over (partition by p.login_base order by u.domain, u.key) as place
            from feed_unit u join feed_person f on f.domain = u.domain and f.key = u.key
                join feed_stage_person p on p.import_number = $1 and p.scope = u.scope and p.key = u.key
                    and p.structure = u.structure
            where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave' and u.role <> 'contact'
                and f.account_id is null
        ), made as (
            insert into account (id, login, given_name, family_name, state)
            select n.id, n.login_base || coalesce(nullif(l.last - n.together + n.place, 1)::text, ''), n.given_name,
                n.family_name, 'pending'
            from needed n join login_name l on l.base = n.login_base
            on conflict do nothing returning id
        ), kept as (
            update feed_person f set account_id = m.id from made m join needed n on n.id = m.id
            where f.domain = n.domain and f.key = n.key
        )
        select (select count(*) from needed) - (select count(*) from made)
        """)
    /// Accounts of people who were gone.
    private static let reopen = PostgresStatement(
        """
        with back as (
            update feed_person f set state = 'active', disappeared_at = null, was_locked = false
            from feed_unit u, feed_person old
            where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave'
                and f.domain = u.domain and f.key = u.key and f.state <> 'active'
                and old.domain = f.domain and old.key = f.key
            returning f.account_id, old.was_locked
        )
        update account a set state = case when a.password_hash is null then 'pending' else 'active' end, updated_at = now()
        from back where a.id = back.account_id and back.was_locked and a.state = 'locked'
        """)
    private static let forgetDepartures = PostgresStatement(
        """
        delete from feed_departure d using feed_unit u
        where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave'
            and d.domain = u.domain and d.key = u.key and d.establishment_id = $2
        """)
    private static let nameAccounts = PostgresStatement(
        """
        update account a set given_name = n.given_name, family_name = n.family_name, updated_at = now()
        from unnest($3::uuid[], $4::text[], $5::text[]) as n (person_id, given_name, family_name)
            join feed_profile f on f.establishment_id = $2 and f.person_id = n.person_id
            join feed_person p on p.domain = f.domain and p.key = f.key
        where a.id = p.account_id and (a.given_name, a.family_name) is distinct from (n.given_name, n.family_name)
            and exists (select from feed_unit u where u.import_number = $1 and u.establishment_id = $2 and u.domain = f.domain
                and u.key = f.key and u.action = 'change')
        """)
    private static let putMirror = PostgresStatement(
        """
        insert into feed_profile (domain, key, establishment_id, person_id, role, class, digest)
        select u.domain, u.key, $2, feed_uuid(u.domain || '-' || u.key || '@' || $2::integer), u.role, u.class, u.digest
        from feed_unit u where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave'
        on conflict (domain, key, establishment_id) do update
            set role = excluded.role, class = excluded.class, digest = excluded.digest, person_id = excluded.person_id
        """)
    /// Another role in the same establishment ends the one before.
    private static let endOtherRoles = PostgresStatement(
        """
        delete from profile p using feed_unit u
        where u.import_number = $1 and u.establishment_id = $2 and u.action = 'change'
            and p.establishment_id = $2 and p.person_id = feed_uuid(u.domain || '-' || u.key || '@' || $2::integer)
            and p.role <> u.role and p.source in ('aaf', 'aaf1d', 'csv')
        """)
    private static let putProfiles = PostgresStatement(
        """
        insert into profile (account_id, establishment_id, role, person_id, source)
        select f.account_id, $2, u.role, feed_uuid(u.domain || '-' || u.key || '@' || $2::integer), c.source
        from feed_unit u join feed_scope c on c.import_number = $1 and c.scope = u.scope
            join feed_person f on f.domain = u.domain and f.key = u.key
        where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave' and u.role <> 'contact'
            and f.account_id is not null
        on conflict (account_id, establishment_id, role, person_id) do update
            set valid_to = null, source = excluded.source
            where profile.valid_to is not null or profile.source <> excluded.source
        """)
    private static let putDepartures = PostgresStatement(
        """
        with gone as (
            delete from feed_profile f using feed_unit u
            where u.import_number = $1 and u.establishment_id = $2 and u.action = 'leave'
                and f.domain = u.domain and f.key = u.key and f.establishment_id = $2
            returning f.domain, f.key, f.person_id
        )
        insert into feed_departure (domain, key, establishment_id, person_id)
        select domain, key, $2, person_id from gone
        on conflict (domain, key, establishment_id) do nothing
        """)
    /// Who has somewhere else to be loses this establishment at once; who has nowhere is gone, and keeps the account for a time.
    private static let endProfiles = PostgresStatement(
        """
        with leaving as (
            select u.domain, u.key, feed_uuid(u.domain || '-' || u.key || '@' || $2::integer) as person_id,
                exists (select from feed_profile o where o.domain = u.domain and o.key = u.key)
                or exists (select from feed_unit v where v.import_number = $1 and v.domain = u.domain and v.key = u.key
                    and v.action <> 'leave') as is_elsewhere
            from feed_unit u where u.import_number = $1 and u.establishment_id = $2 and u.action = 'leave'
        ), moved as (
            delete from profile p using leaving l
            where l.is_elsewhere and p.establishment_id = $2 and p.person_id = l.person_id
                and p.source in ('aaf', 'aaf1d', 'csv')
        )
        update feed_person f set state = 'disappeared', disappeared_at = now() from leaving l
        where not l.is_elsewhere and f.domain = l.domain and f.key = l.key and f.state = 'active'
        """)
    private static let dropLinks = PostgresStatement(
        """
        delete from feed_link l using feed_unit u
        where u.import_number = $1 and u.establishment_id = $2 and u.kind = 'pupil'
            and l.domain = u.domain and l.pupil_key = u.key
            and (u.action <> 'leave' or not exists (select from feed_profile o where o.domain = u.domain and o.key = u.key))
        """)
    private static let putLinks = PostgresStatement(
        """
        insert into feed_link (domain, pupil_key, guardian_key, structure, kinship, level, financial, contact, payment, position)
        select u.domain, l.pupil_key, l.guardian_key, l.structure, l.kinship, l.level, l.financial, l.contact, l.payment,
            l.position
        from feed_unit u join feed_stage_link l on l.import_number = $1 and l.scope = u.scope and l.pupil_key = u.key
        where u.import_number = $1 and u.establishment_id = $2 and u.kind = 'pupil' and u.action <> 'leave'
        on conflict do nothing
        """)
    private static let putStructure = PostgresStatement(
        """
        insert into feed_structure (domain, key, establishment_id, digest)
        select c.domain, s.key, $2, s.digest from feed_stage_structure s
            join feed_scope c on c.import_number = $1 and c.scope = s.scope
        where s.import_number = $1 and s.establishment_id = $2 and s.ordinal > 0
        on conflict (domain, key) do update set establishment_id = excluded.establishment_id, digest = excluded.digest
        """)
    private static let finish = PostgresStatement(
        """
        update feed_step set state = 'applied', error = '' where import_number = $1 and establishment_id = $2
        """)
    private static let audit = PostgresStatement(
        """
        insert into audit (actor_kind, actor, address, request_id, action, scope, establishment_id, target, after)
        select $3, $4, $5, $6, 'feed.apply', e.territory_id, e.id, e.uai, jsonb_build_object('import', i.id, 'people', s.people)
        from feed_step s join feed_import i on i.number = s.import_number join establishment e on e.id = s.establishment_id
        where s.import_number = $1 and s.establishment_id = $2
        """)
    /// More homonyms with a login that is not a feed's than there are schools.
    private static let mostRounds = 200

    /// Accounts, profiles and what the feed said, once the shard has its part: one transaction.
    func conclude(
        _ number: Int, _ establishment: EstablishmentID, names: FeedShardStore.Names, by actor: AuditActor
    ) async throws {
        let id = establishment.rawValue
        try await directory.transaction(lane: .background, deadline: .seconds(120)) { transaction in
            var batch = PostgresBatch(Self.putPeople, number, id)
            batch.add(Self.knownByINE, number, id)
            batch.add(Self.knownAccounts, number, id)
            batch.add(Self.reserveNames, number, id)
            batch.add(Self.makeAccounts, number, id)
            var results = try await transaction.run(batch)
            var left = try results[4][0].int(0)
            var rounds = 0
            while left > 0 {
                rounds += 1
                guard rounds < Self.mostRounds else { throw FeedError.wrongState("out of logins") }
                var round = PostgresBatch(Self.reserveNames, number, id)
                round.add(Self.makeAccounts, number, id)
                results = try await transaction.run(round)
                left = try results[1][0].int(0)
            }
            var rest = PostgresBatch(Self.reopen, number, id)
            rest.add(Self.forgetDepartures, number, id)
            rest.add(Self.putMirror, number, id)
            rest.add(Self.nameAccounts, number, id, names.ids, names.given, names.family)
            rest.add(Self.endOtherRoles, number, id)
            rest.add(Self.putProfiles, number, id)
            rest.add(Self.putDepartures, number, id)
            rest.add(Self.endProfiles, number, id)
            rest.add(Self.dropLinks, number, id)
            rest.add(Self.putLinks, number, id)
            rest.add(Self.putStructure, number, id)
            rest.add(Self.finish, number, id)
            rest.add(Self.audit, number, id, actor.kind.rawValue, actor.name, actor.address, actor.requestID)
            _ = try await transaction.run(rest)
        }
    }
}
