internal import Postgres
internal import Tenancy

/// First administrators and what is there already, in the directory.
enum ProvisioningStore {
    /// Which of these codes are an establishment's, closed ones included, or were.
    static let known = PostgresStatement(
        """
        select uai from establishment where uai = any ($1)
        union select uai from establishment_former_uai where uai = any ($1)
        """)
    static let accounts = PostgresStatement("select login, id from account where login = any ($1)")

    /// Accounts that wait for their activation. Their numbers come from the job's, `$1`, and their login: a job that does this
    /// once more knows its own, and nobody else's account is ever taken for one. A login that is there is left as it is.
    static let makeAccounts = PostgresStatement(
        """
        insert into account (id, login, given_name, family_name, state)
        select feed_uuid('provision ' || $1::text || ' ' || login), login, given, family, 'pending'
        from (select distinct on (login) login, given, family
            from unnest($2::text[], $3::text[], $4::text[]) with ordinality as r (login, given, family, place)
            order by login, place) r
        on conflict do nothing
        """)

    /// `$5`: the number of an account that was there and that whoever asked may give a mandate; empty for one of this job's.
    /// Rows: the mandates that were not there yet.
    static let giveMandates = PostgresStatement(
        """
        insert into administrator (account_id, establishment_id, role, granted_by)
        select a.id, w.establishment, 'establishment_admin', $2
        from unnest($3::text[], $4::integer[], $5::text[]) as w (login, establishment, known)
            join account a on a.login = w.login and a.state <> 'closed'
                and a.id = coalesce(nullif(w.known, '')::uuid, feed_uuid('provision ' || $1::text || ' ' || w.login))
        on conflict (account_id, territory_id, establishment_id, role) do nothing
        returning account_id, establishment_id
        """)

    /// Those whose administrator's login was somebody else's when the job came to it.
    static let withoutAdministrator = PostgresStatement(
        """
        select w.id from unnest($1::integer[]) as w (id) where not exists (
            select from administrator m where m.establishment_id = w.id and m.role = 'establishment_admin')
        """)
}
