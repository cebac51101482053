internal import Postgres
internal import Runtime
internal import Tenancy

/// Accounts and profiles, once an establishment's shard has its part.
extension FeedApplyStore {
    /// Who is to have an account and has none, with logins of their own: by itself, before all else. Schools that are applied side
    /// by side have names in common, and would wait for each other's end. A number that is not used is only a gap. The same
    /// child in a feed of the first and of the second degree is one person, known by the INE; nobody else is ever taken for
    /// another.
    private static let nameNeeded = PostgresStatement(
        """
        with needed as materialized (
            select feed_uuid('account ' || u.domain || '-' || u.key) as id, u.login_base as base, u.given_name, u.family_name,
                count(*) over (partition by u.login_base) as together,
                row_number() over (partition by u.login_base order by u.domain, u.key) as place
            from feed_unit u left join feed_person f on f.domain = u.domain and f.key = u.key
            where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave' and u.role <> 'contact'
                and f.account_id is null and not (u.kind = 'pupil' and u.ine is not null and exists (
                    select from feed_person o where o.ine = u.ine and o.domain <> u.domain and o.kind = 'pupil'
                        and o.account_id is not null))
                -- `$3`: the first round, in which hardly anybody has one.
                and ($3::boolean or not exists (
                    select from account a where a.id = feed_uuid('account ' || u.domain || '-' || u.key)))
        ), put as (
            insert into login_name (base, last) select base, count(*) from needed group by base order by base
            on conflict (base) do update set last = login_name.last + excluded.last
            returning base, last
        ), last as materialized (
            -- Looked up by its name in one value: PostgreSQL cannot know how much was just put, and would compare all with all.
            select coalesce(jsonb_object_agg(base, last), '{}') as of from put
        )
        select coalesce(array_agg(id)::text, '{}'),
            coalesce(array_agg(base || coalesce(nullif((last.of ->> base)::integer - together + place, 1)::text, ''))::text, '{}'),
            coalesce(array_agg(given_name)::text, '{}'), coalesce(array_agg(family_name)::text, '{}'), count(*)
        from needed, last
        """)
    /// Makes the accounts; one that is there already stays; a login that somebody has already is passed over, and that account
    /// made in the next round.
    private static let makeAccounts = PostgresStatement(
        """
        insert into account (id, login, given_name, family_name, state)
        select id, login, given_name, family_name, 'pending'
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as n (id, login, given_name, family_name)
        on conflict do nothing
        """)
    private static let missing = PostgresStatement(
        """
        select count(*) from unnest($1::uuid[]) as n (id) where not exists (select from account a where a.id = n.id)
        """)
    /// Once everybody's account is there. Whoever was gone is back.
    private static let putPeople = PostgresStatement(
        """
        insert into feed_person (domain, key, kind, ine, account_id)
        select distinct on (u.domain, u.key) u.domain, u.key, u.kind, u.ine, case when u.role <> 'contact' then coalesce(
                (select o.account_id from feed_person o where u.kind = 'pupil' and o.ine = u.ine and o.domain <> u.domain
                    and o.kind = 'pupil' and o.account_id is not null order by o.domain, o.key limit 1),
                feed_uuid('account ' || u.domain || '-' || u.key)) end
        from feed_unit u where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave'
        order by u.domain, u.key
        on conflict (domain, key) do update set ine = coalesce(excluded.ine, feed_person.ine),
                account_id = coalesce(feed_person.account_id, excluded.account_id), state = 'active', disappeared_at = null
            where excluded.ine is distinct from feed_person.ine or feed_person.state <> 'active'
                or feed_person.account_id is null and excluded.account_id is not null
        """)
    /// Accounts that were locked since their people were gone.
    private static let reopen = PostgresStatement(
        """
        with back as (
            update feed_person f set was_locked = false from feed_unit u
            where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave'
                and f.domain = u.domain and f.key = u.key and f.was_locked
            returning f.account_id
        )
        update account a set state = case when a.password_hash is null then 'pending' else 'active' end, updated_at = now()
        from back where a.id = back.account_id and a.state = 'locked'
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
    private static let insertMirror: StaticString =
        """
        insert into feed_profile (domain, key, establishment_id, person_id, role, class, digest)
        select u.domain, u.key, $2, feed_uuid(u.domain || '-' || u.key || '@' || $2::integer), u.role, u.class, u.digest
        from feed_unit u where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave'
        """
    /// Where nobody was fed before: nothing is looked for.
    private static let newMirror = PostgresStatement(insertMirror)
    private static let putMirror = PostgresStatement(
        unsafeSQL: """
            \(insertMirror)
            on conflict (domain, key, establishment_id) do update
                set role = excluded.role, class = excluded.class, digest = excluded.digest, person_id = excluded.person_id
            """)
    /// Another role in the same establishment ends the one before.
    private static let endOtherRoles = PostgresStatement(
        """
        delete from profile p using feed_unit u
        where u.import_number = $1 and u.establishment_id = $2 and u.action = 'change'
            and p.establishment_id = $2 and p.person_id = feed_uuid(u.domain || '-' || u.key || '@' || $2::integer)
            and p.role <> u.role and p.source in ('aaf', 'aaf1d', 'csv', 'oneroster', 'siecle')
        """)
    private static let insertProfiles: StaticString =
        """
        insert into profile (account_id, establishment_id, role, person_id, source)
        select f.account_id, $2, u.role, feed_uuid(u.domain || '-' || u.key || '@' || $2::integer), c.source
        from feed_unit u join feed_scope c on c.import_number = $1 and c.scope = u.scope
            join feed_person f on f.domain = u.domain and f.key = u.key
        where u.import_number = $1 and u.establishment_id = $2 and u.action <> 'leave' and u.role <> 'contact'
            and f.account_id is not null
        """
    private static let newProfiles = PostgresStatement(insertProfiles)
    private static let putProfiles = PostgresStatement(
        unsafeSQL: """
            \(insertProfiles)
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
                and p.source in ('aaf', 'aaf1d', 'csv', 'oneroster', 'siecle')
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
    private static let mostAttempts = 10

    /// Accounts, profiles and what the feed said, once the shard has its part: one transaction.
    func conclude(
        _ number: Int, _ step: Step, names: FeedShardStore.Names, by actor: AuditActor
    ) async throws {
        var attempts = 1
        var isFirst = step.isFirst
        // Another attempt takes the logins that were reserved for the one before: no number is passed over.
        var named: Named?
        while true {
            do {
                let reserved = if let named { named } else { try await needed(number, step) }
                named = reserved
                return try await tryToConclude(number, step, reserved, isFirst: isFirst, names: names, by: actor)
            } catch let error as PostgresError
                where ["40P01", "23503", "23505"].contains(error.sqlState) && attempts < Self.mostAttempts
            {
                // Two schools with people in common, at once: one of them goes first. Or the account of the same child in another
                // feed went meanwhile: then one is made. Or somebody had a profile here before.
                attempts += 1
                if error.sqlState == "23505" { isFirst = false }
                if error.sqlState == "23503" { named = nil }
            }
        }
    }

    private func needed(_ number: Int, _ step: Step) async throws(PostgresError) -> Named {
        let naming = PostgresBatch(Self.nameNeeded, number, step.establishment.rawValue, true)
        return try Named(try await directory.run(naming, lane: .background, deadline: .seconds(60))[0][0])
    }

    private func tryToConclude(
        _ number: Int, _ step: Step, _ first: Named, isFirst: Bool, names: FeedShardStore.Names, by actor: AuditActor
    ) async throws {
        let id = step.establishment.rawValue
        try await directory.transaction(lane: .background, deadline: .seconds(120)) { transaction in
            var named = first
            var rounds = 1
            while try await !Self.make(named, transaction) {
                guard rounds < Self.mostRounds else { throw FeedError.wrongState("out of logins") }
                rounds += 1
                named = try Named(try await transaction.query(Self.nameNeeded, number, id, false)[0])
            }
            var rest = PostgresBatch(Self.putPeople, number, id)
            rest.add(Self.reopen, number, id)
            if step.hasDepartures { rest.add(Self.forgetDepartures, number, id) }
            rest.add(isFirst ? Self.newMirror : Self.putMirror, number, id)
            if step.changesSomebody {
                rest.add(Self.nameAccounts, number, id, names.ids, names.given, names.family)
                rest.add(Self.endOtherRoles, number, id)
            }
            rest.add(isFirst ? Self.newProfiles : Self.putProfiles, number, id)
            if step.removesSomebody {
                rest.add(Self.putDepartures, number, id)
                rest.add(Self.endProfiles, number, id)
            }
            rest.add(Self.dropLinks, number, id)
            rest.add(Self.putLinks, number, id)
            rest.add(Self.putStructure, number, id)
            rest.add(Self.finish, number, id)
            rest.add(Self.audit, number, id, actor.kind.rawValue, actor.name, actor.address, actor.requestID)
            _ = try await transaction.run(rest)
        }
    }

    /// People who are to have accounts: arrays as PostgreSQL writes them.
    private struct Named: Sendable {
        let ids: String
        let logins: String
        let given: String
        let family: String
        let count: Int

        init(_ row: PostgresRow) throws(PostgresError) {
            ids = try row.text(0)
            logins = try row.text(1)
            given = try row.text(2)
            family = try row.text(3)
            count = try row.int(4)
        }
    }

    /// - Returns: whether all of them are there now.
    private static func make(_ named: Named, _ transaction: PostgresTransaction) async throws(PostgresError) -> Bool {
        guard named.count > 0 else { return true }
        let made = try await transaction.query(
            makeAccounts, named.ids, named.logins, named.given, named.family)
        if made.affected == named.count { return true }
        return try await transaction.query(missing, named.ids)[0].int(0) == 0
    }
}
