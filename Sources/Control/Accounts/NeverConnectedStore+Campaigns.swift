package import Postgres
package import Runtime
package import Tenancy

/// Campaigns of letters and mail, and what came of them.
extension NeverConnectedStore {
    static let putCampaign = PostgresStatement(
        """
        insert into letter_campaign (id, establishment_id, criteria, created_by) values ($1, $2, $3::jsonb, $4)
        on conflict (id) do nothing
        """)
    static let putRecipients = PostgresStatement(
        """
        insert into letter_recipient (campaign_id, account_id, had_visited)
        select $1, * from unnest($2::uuid[], $3::boolean[]) on conflict do nothing
        """)

    static let putMailCampaign = PostgresStatement(
        """
        insert into letter_campaign (id, establishment_id, criteria, created_by, means) values ($1, $2, $3::jsonb, $4, 'mail')
        on conflict (id) do nothing
        """)
    /// Those to whom this campaign has not written yet; from here on it has.
    static let claimRecipients = PostgresStatement(
        """
        insert into letter_recipient (campaign_id, account_id, had_visited, state)
        select $1, a.id, a.first_sign_in_at is not null, 'sending' from account a where a.id = any ($2::uuid[])
        on conflict do nothing returning account_id
        """)
    static let setSent = PostgresStatement(
        "update letter_recipient set state = 'sent' where campaign_id = $1 and account_id = any ($2::uuid[])")
    static let setRefused = PostgresStatement(
        "update letter_recipient set state = 'refused' where campaign_id = $1 and account_id = any ($2::uuid[])")
    /// The mail server has none of theirs: they are as if nobody had tried.
    static let takeBack = PostgresStatement(
        "delete from letter_recipient where campaign_id = $1 and account_id = any ($2::uuid[])")

    private static let states = PostgresStatement(
        "select state, count(*) from letter_recipient where campaign_id = $1 group by state")

    /// How many recipients are in each state.
    func states(of campaign: UUID) async throws(PostgresError) -> [String: Int] {
        var counts: [String: Int] = [:]
        for row in try await directory.run(PostgresBatch(NeverConnectedStore.states, campaign))[0] {
            counts[try row.text(0)] = try row.int(1)
        }
        return counts
    }

    package struct Campaign: Sendable {
        package let id: UUID
        package let criteria: String
        package let createdAt: Int64
        /// `letter`, `mail`.
        package let means: String
        /// Without those whom the mail server refused.
        package let recipients: Int
        /// Of those who had never signed in when they were written to.
        package let neverBefore: Int
        package let sinceThen: Int
        package let refused: Int
        /// Handed over without an answer, or not handed over because the process died.
        package let unsure: Int
    }

    private static let campaigns = PostgresStatement(
        """
        select c.id, c.criteria, c.created_at, c.means,
            count(r.account_id) filter (where r.state <> 'refused'),
            count(*) filter (where not r.had_visited and r.state <> 'refused'),
            count(*) filter (where not r.had_visited and r.state <> 'refused' and a.first_sign_in_at is not null),
            count(*) filter (where r.state = 'refused'), count(*) filter (where r.state = 'sending')
        from letter_campaign c left join letter_recipient r on r.campaign_id = c.id left join account a on a.id = r.account_id
        where c.establishment_id = $1 group by c.id order by c.id desc limit $2
        """)

    /// The last campaigns of letters and mail and what came of them.
    package func campaigns(
        of establishment: EstablishmentID, limit: Int
    ) async throws(PostgresError) -> [Campaign] {
        var found: [Campaign] = []
        for row in try await directory.run(
            PostgresBatch(NeverConnectedStore.campaigns, establishment, limit), lane: .background)[0]
        {
            found.append(
                Campaign(
                    id: try row.uuid(0), criteria: try row.json(1).text, createdAt: try row.timestamp(2).microseconds,
                    means: try row.text(3), recipients: try row.int(4), neverBefore: try row.int(5),
                    sinceThen: try row.int(6), refused: try row.int(7), unsure: try row.int(8)))
        }
        return found
    }

    // MARK: Addresses

    private static let addresses = PostgresStatement(
        """
        select person_id, coalesce(entered ->> 'email', fed ->> 'email') from person_detail
        where establishment_id = $1 and person_id = any ($2::uuid[])
            and coalesce(entered ->> 'email', fed ->> 'email', '') <> ''
        """)

    /// Where people can be written to, as they or a feed said.
    static func addresses(
        of people: [PersonID], _ context: TenantContext, _ tenancy: Tenancy
    ) async throws(TenancyError) -> [PersonID: String] {
        let rows = try await tenancy.read(TenantBatch(context, addresses, people), lane: .background)[0]
        do throws(PostgresError) {
            var found: [PersonID: String] = [:]
            for row in rows { found[PersonID(rawValue: try row.uuid(0))] = try row.text(1) }
            return found
        } catch { throw .database(error) }
    }
}
