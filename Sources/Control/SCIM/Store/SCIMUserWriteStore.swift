internal import Postgres
internal import Runtime
internal import Tenancy

/// Writes of SCIM to accounts and profiles, in the directory; one transaction with its audit entry and with what it owes to
/// the shards.
enum SCIMUserWriteStore {
    /// The row comes back only when nobody has the login.
    static let create = PostgresStatement(
        """
        insert into account (id, login, given_name, family_name, state) values ($1, $2, $3, $4, $5)
        on conflict do nothing returning id
        """)

    /// Locks the account; what another write may have changed meanwhile.
    static let lock = PostgresStatement(
        """
        select a.state, a.updated_at, coalesce((select s.revision from scim_account s where s.account_id = a.id), 0)
        from account a where a.id = $1 for update
        """)
    static let raise = PostgresStatement(
        """
        insert into scim_account (account_id, is_active_unset) values ($1, $2)
        on conflict (account_id) do update set revision = scim_account.revision + 1,
            is_active_unset = excluded.is_active_unset
        """)
    static let change = PostgresStatement(
        """
        update account set login = $2, given_name = $3, family_name = $4, updated_at = clock_timestamp() where id = $1
        """)
    /// The login of somebody who has left is free for others.
    static let freeLogin = PostgresStatement(
        "update account set login = 'ancien-' || id::text, updated_at = now() where id = $1")
    static let shut = PostgresStatement(
        """
        update account set state = 'locked', session_epoch = session_epoch + 1, updated_at = clock_timestamp()
        where id = $1 and state in ('pending', 'active')
        """)
    static let open = PostgresStatement(
        """
        update account set state = case when password_hash is null then 'pending' else 'active' end,
            updated_at = clock_timestamp()
        where id = $1 and state = 'locked'
        """)
    static let endSessions = PostgresStatement("delete from session where account_id = $1 returning id")

    // MARK: The client's numbers

    static let forgetExternal = PostgresStatement(
        "delete from scim_external where domain = $1 and kind = $2 and resource = $3")
    /// What erasure has left of numbers that stand for nobody any more.
    static let clearExternal = PostgresStatement(
        """
        delete from scim_external x where x.domain = $1 and x.kind = 'user' and x.external_id = $2
            and not exists (select from account a where a.id::text = x.resource)
        """)
    /// The row comes back only when the number is free.
    static let putExternal = PostgresStatement(
        """
        insert into scim_external (domain, kind, external_id, resource) values ($1, $2, $3, $4)
        on conflict do nothing returning resource
        """)
    static let external = PostgresStatement(
        "select resource from scim_external where domain = $1 and kind = $2 and external_id = $3")

    /// Fails where the number is another's.
    static let requireExternal = PostgresStatement(
        "insert into scim_external (domain, kind, external_id, resource) values ($1, $2, $3, $4)")
    static let externals = PostgresStatement(
        "select resource, external_id from scim_external where domain = $1 and kind = 'group' and resource = any ($2)")
    /// What is gone has no number, whoever gave it one.
    static let forgetResource = PostgresStatement("delete from scim_external where kind = $1 and resource = $2")

    // MARK: Groups that clients made

    static let noteGroup = PostgresStatement(
        "insert into scim_group (establishment_id, group_id) values ($1, $2) on conflict do nothing")
    static let forgetGroup = PostgresStatement("delete from scim_group where establishment_id = $1 and group_id = $2")
    static let countGroups = PostgresStatement(
        """
        select count(*) from (select from scim_group g join establishment e on e.id = g.establishment_id
            where $1 or e.territory_id = any ($2) or e.id = any ($3) limit $4) x
        """)
    static let newestGroups = PostgresStatement(
        """
        select g.establishment_id, g.group_id from scim_group g join establishment e on e.id = g.establishment_id
        where $1 or e.territory_id = any ($2) or e.id = any ($3)
        order by g.created_at desc, g.establishment_id, g.group_id limit $4 offset $5
        """)

    // MARK: Roles

    /// Who comes back to an establishment is the person who left it.
    static let returning = PostgresStatement(
        """
        select d.domain, d.key, d.person_id from feed_departure d join feed_person f on f.domain = d.domain and f.key = d.key
        where f.account_id = $1 and d.establishment_id = $2 order by d.left_at desc, d.person_id limit 1
        """)
    static let forgetDeparture = PostgresStatement(
        """
        with gone as (delete from feed_departure where domain = $1 and key = $2 and establishment_id = $3)
        update feed_person set state = 'active', disappeared_at = null, was_locked = false where domain = $1 and key = $2
        """)
    static let putProfile = PostgresStatement(
        """
        insert into profile (account_id, establishment_id, role, person_id, source) values ($1, $2, $3, $4, 'scim')
        on conflict (account_id, establishment_id, role, person_id) do update set valid_to = null
        """)
    static let endProfile = PostgresStatement(
        "delete from profile where account_id = $1 and establishment_id = $2 and role = $3 and person_id = $4")

    /// A person whom a feed knows leaves as if the feed had said so; should it still name them, they come back with it.
    static let departFed = PostgresStatement(
        """
        with gone as (
            delete from feed_profile f using feed_person m
            where m.account_id = $1 and f.domain = m.domain and f.key = m.key and f.establishment_id = $2 and f.person_id = $3
            returning f.domain, f.key
        )
        insert into feed_departure (domain, key, establishment_id, person_id) select domain, key, $2, $3 from gone
        on conflict (domain, key, establishment_id) do nothing
        """)
    /// Everybody else, under their person's number.
    static let depart = PostgresStatement(
        """
        with known as (
            insert into feed_person (domain, key, kind, account_id) select 'scim', $3::uuid::text, $4, $1
            where not exists (select from feed_departure d where d.establishment_id = $2 and d.person_id = $3::uuid)
            on conflict (domain, key) do update set account_id = excluded.account_id returning domain, key
        )
        insert into feed_departure (domain, key, establishment_id, person_id) select domain, key, $2, $3::uuid from known
        on conflict (domain, key, establishment_id) do nothing
        """)
    /// Those of the account who are nowhere any more are suspended, and erased in time by the upkeep of feeds. An account is
    /// locked only when nothing else holds it open: another school, a mandate.
    static let suspend = PostgresStatement(
        """
        with locked as (
            update account a set state = 'locked', session_epoch = session_epoch + 1, updated_at = clock_timestamp()
            where a.id = $1 and a.state in ('pending', 'active')
                and not exists (select from administrator m where m.account_id = a.id)
                and not exists (select from profile p where p.account_id = a.id
                    and (p.valid_to is null or p.valid_to >= current_date))
            returning a.id
        ), gone as (
            update feed_person f set state = 'suspended', disappeared_at = now(), was_locked = exists (select from locked)
            where f.account_id = $1 and f.state = 'active'
                and not exists (select from feed_profile p where p.domain = f.domain and p.key = f.key)
        )
        select exists (select from locked)
        """)

    // MARK: What shards are owed

    static let owe = PostgresStatement(
        """
        insert into scim_pending (account_id, establishment_id, person_id, payload) values ($1, $2, $3, $4::jsonb)
        on conflict (account_id, establishment_id, person_id) do update
            set payload = scim_pending.payload || excluded.payload
        """)
    static let owed = PostgresStatement(
        """
        select establishment_id, person_id, payload from scim_pending where account_id = $1
        order by establishment_id, person_id for update
        """)
    static let settled = PostgresStatement(
        "delete from scim_pending where account_id = $1 and establishment_id = $2 and person_id = $3")
    /// Accounts whose shard was not told at once.
    static let late = PostgresStatement(
        """
        select distinct account_id from (select account_id from scim_pending
            where created_at < now() - make_interval(secs => $1) order by created_at limit $2) x
        """)
    /// A shard that fails keeps what it is owed, behind the others.
    static let putOff = PostgresStatement("update scim_pending set created_at = now() where account_id = $1")
    static let lateMembers = PostgresStatement(
        "select distinct account_id from scim_pending where establishment_id = $1 and account_id = any ($2)")

    // MARK: Members of groups

    static let accountsOf = PostgresStatement(
        """
        select distinct on (p.person_id) p.person_id, p.account_id from profile p join account a on a.id = p.account_id
        where p.establishment_id = $1 and p.person_id = any ($2) and a.state <> 'closed'
            and (p.valid_to is null or p.valid_to >= current_date)
        order by p.person_id, p.account_id
        """)
    static let peopleOf = PostgresStatement(
        """
        select p.account_id, p.person_id, p.role from profile p join account a on a.id = p.account_id
        where p.establishment_id = $1 and p.account_id = any ($2) and p.role <> 'guardian' and a.state <> 'closed'
            and (p.valid_to is null or p.valid_to >= current_date)
        order by p.account_id, array_position(array['pupil', 'teacher'], p.role), p.person_id
        """)
}
