internal import Postgres

/// What administrators do to accounts, in the directory; each statement goes with its audit entry.
enum AccountActStore {
    /// One live code an account: a new one takes the place of the one before.
    static let putCodes = PostgresStatement(
        """
        insert into access_code (account_id, letter, purpose, code_hash, issued_by, expires_at)
        select account, letter, $1, hash, $2, now() + make_interval(secs => $3)
        from unnest($4::uuid[], $5::uuid[], $6::text[]) as c (account, letter, hash)
        on conflict (account_id) do update set letter = excluded.letter, purpose = excluded.purpose,
            code_hash = excluded.code_hash, issued_by = excluded.issued_by, created_at = now(),
            expires_at = excluded.expires_at
        """)

    /// Whoever gets a code has been helped.
    static let forgetRequests = PostgresStatement("delete from reset_request where account_id = any ($1)")

    static let setState = PostgresStatement(
        """
        update account set state = $2, session_epoch = session_epoch + 1, updated_at = now()
        where id = $1 and state = any ($3) returning id
        """)
    static let endSessions = PostgresStatement("delete from session where account_id = $1 returning id")

    /// An account that was locked before it had a password waits for its activation again.
    static let unlock = PostgresStatement(
        """
        update account set state = case when password_hash is null then 'pending' else 'active' end, updated_at = now()
        where id = $1 and state = 'locked' returning id
        """)

    // MARK: One person, two accounts

    /// Pairs of the same folded names among an establishment's people and everybody of its territory, the likeliest first.
    static let duplicates = PostgresStatement(
        """
        select a.id, b.id, a.login, b.login, a.given_name || ' ' || a.family_name, a.state, b.state,
            array(select distinct role from profile where account_id = a.id order by role),
            array(select distinct role from profile where account_id = b.id order by role),
            exists (select from profile p join profile q on q.establishment_id = p.establishment_id and q.role = p.role
                where p.account_id = a.id and q.account_id = b.id),
            exists (select from profile p join profile q on q.role = p.role and q.establishment_id <> p.establishment_id
                where p.account_id = a.id and q.account_id = b.id)
        from (select distinct account_id as id from profile where establishment_id = $1 and (valid_to is null
                or valid_to >= current_date)) own
            join account a on a.id = own.id and a.state <> 'closed'
            join account b on b.family_key = a.family_key and b.given_key = a.given_key and b.id <> a.id and b.state <> 'closed'
        where exists (select from profile p join establishment e on e.id = p.establishment_id
                where p.account_id = b.id and e.territory_id = $2)
            and not exists (select from account_distinct d where d.first_id = least(a.id, b.id)
                and d.second_id = greatest(a.id, b.id))
            and (a.id < b.id or not exists (select from profile p where p.account_id = b.id and p.establishment_id = $1))
        order by a.family_key, a.given_key, a.id, b.id limit $3
        """)

    static let setDistinct = PostgresStatement(
        """
        insert into account_distinct (first_id, second_id, decided_by) values (least($1::uuid, $2::uuid), greatest($1::uuid, $2::uuid), $3)
        on conflict do nothing
        """)

    /// Both rows, locked in one order: account, state, whether it has mandates.
    static let lockPair = PostgresStatement(
        """
        select a.id, a.state, exists (select from administrator m where m.account_id = a.id)
        from account a where a.id in ($1, $2) order by a.id for update
        """)

    /// Everything by which somebody comes to the account that goes leads to the one that stays: what it is in establishments, who
    /// feeds and SCIM clients call so, who other identity providers call so, and its calendars. What both have is left behind,
    /// and so comes back by itself. Passwords, second factors, known devices, codes, consents and applications' grants are
    /// proofs of one account and stay with it, closed; debts to shards are paid from where they are. The row lists what moved,
    /// for the way back.
    static let move = PostgresStatement(
        """
        with profiles as (
            update profile p set account_id = $1 where p.account_id = $2 and not exists (
                select from profile q where q.account_id = $1 and q.establishment_id = p.establishment_id
                    and q.role = p.role and q.person_id = p.person_id)
            returning jsonb_build_object('establishment', p.establishment_id, 'role', p.role, 'person', p.person_id) as moved
        ), people as (
            update feed_person set account_id = $1 where account_id = $2
            returning jsonb_build_object('domain', domain, 'key', key) as moved
        ), links as (
            update upstream_link l set account_id = $1 where l.account_id = $2 and not exists (
                select from upstream_link k where k.account_id = $1 and k.provider_id = l.provider_id)
            returning jsonb_build_object('provider', l.provider_id, 'subject', l.subject) as moved
        ), numbers as (
            update scim_external x set resource = $1::uuid::text
            where x.kind = 'user' and x.resource = $2::uuid::text and not exists (
                select from scim_external y where y.kind = 'user' and y.domain = x.domain and y.resource = $1::uuid::text)
            returning jsonb_build_object('scim', x.domain, 'number', x.external_id) as moved
        ), calendars as (
            update calendar_feed set account_id = $1 where account_id = $2
            returning jsonb_build_object('calendar', encode(token_hash, 'hex')) as moved
        )
        select coalesce(jsonb_agg(moved), '[]') from (
            select moved from profiles union all select moved from people union all select moved from links
            union all select moved from numbers union all select moved from calendars) x
        """)
    static let closeMerged = PostgresStatement(
        """
        update account set state = 'closed', merged_into = $1, session_epoch = session_epoch + 1, updated_at = now()
        where id = $2
        """)
    static let keepMerge = PostgresStatement(
        """
        insert into account_merge (id, kept_id, merged_id, moved, state_before, merged_by) values ($1, $2, $3, $4::jsonb, $5, $6)
        """)

    static let lastMerge = PostgresStatement(
        """
        select id, kept_id, moved, state_before from account_merge where merged_id = $1 and undone_at is null
        order by merged_at desc limit 1 for update
        """)
    /// What was moved, where it still is; and what feeds have since said of the people that go back.
    static let moveBack = PostgresStatement(
        """
        with moved as (select m from jsonb_array_elements($3::jsonb) as x (m)),
        people as (
            update feed_person f set account_id = $2 from moved
            where f.account_id = $1 and f.domain = m ->> 'domain' and f.key = m ->> 'key'
        ), links as (
            update upstream_link l set account_id = $2 from moved
            where l.account_id = $1 and l.provider_id = m ->> 'provider' and l.subject = m ->> 'subject'
                and not exists (select from upstream_link k where k.account_id = $2 and k.provider_id = l.provider_id)
        ), numbers as (
            update scim_external x set resource = $2::uuid::text from moved
            where x.kind = 'user' and x.resource = $1::uuid::text and x.domain = m ->> 'scim'
                and x.external_id = m ->> 'number' and not exists (
                select from scim_external y where y.kind = 'user' and y.domain = x.domain and y.resource = $2::uuid::text)
        ), calendars as (
            update calendar_feed c set account_id = $2 from moved
            where c.account_id = $1 and c.token_hash = decode(m ->> 'calendar', 'hex')
        ), own as (
            select (m ->> 'establishment')::integer as establishment_id, (m ->> 'person')::uuid as person_id,
                m ->> 'role' as role
            from moved where m ? 'establishment'
            union all
            select f.establishment_id, f.person_id, null from feed_profile f join moved
                on f.domain = m ->> 'domain' and f.key = m ->> 'key'
            union all
            select d.establishment_id, d.person_id, null from feed_departure d join moved
                on d.domain = m ->> 'domain' and d.key = m ->> 'key'
        )
        update profile p set account_id = $2
        where p.account_id = $1 and exists (
            select from own where own.establishment_id = p.establishment_id and own.person_id = p.person_id
                and (own.role is null or own.role = p.role))
            and not exists (select from profile q where q.account_id = $2 and q.establishment_id = p.establishment_id
                and q.role = p.role and q.person_id = p.person_id)
        """)
    static let reopenMerged = PostgresStatement(
        "update account set state = $2, merged_into = null, updated_at = now() where id = $1")
    static let undoMerge = PostgresStatement("update account_merge set undone_at = now() where id = $1")
}
