package import Postgres
package import Runtime
package import Tenancy

/// Other people's sessions, for those who look after a school: found by person, class, establishment or profile, and ended.
/// Works as the role `preau_admin`.
package struct SessionSearchStore: Sendable {
    package enum Target: Sendable {
        case account(AccountID)
        /// Everybody of an establishment, or those with one role there.
        case establishment(EstablishmentID, Role?)
        /// Some people of an establishment, such as a class.
        case persons(EstablishmentID, [PersonID])
    }

    package struct Found: Sendable {
        package let id: SessionID
        package let login: String
        package let client: String
        /// Microseconds since 1970.
        package let startedAt: Int64
    }

    private let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    private static let mostAtOnce: Int64 = 200

    /// The account of a login, and where it has profiles.
    package func account(
        _ login: Login
    ) async throws(IdentityError) -> (account: AccountID, establishments: [EstablishmentID])? {
        do {
            let rows = try await directory.run(PostgresBatch(Self.byLogin, login.rawValue))[0]
            guard let first = rows.first else { return nil }
            return (
                AccountID(rawValue: try first.uuid(0)),
                try rows.compactMap { try $0.optionalInt32(1).map { EstablishmentID(rawValue: $0) } }
            )
        } catch {
            throw .directoryUnavailable
        }
    }

    /// A page of sessions that are not over, newest first.
    /// - Parameter after: start and number of the last one shown.
    package func list(
        _ target: Target, after: (startedAt: Int64, id: UUID)?, limit: Int
    ) async throws(IdentityError) -> [Found] {
        let after = after ?? (Int64.max / 2, UUID(high: .max, low: .max))
        let time = PostgresTimestamp(microseconds: min(after.startedAt, 4_102_444_800_000_000))
        let batch =
            switch target {
            case .account(let account):
                PostgresBatch(Self.ofAccount, account.rawValue, time, after.id, Int64(limit))
            case .establishment(let establishment, let role):
                PostgresBatch(
                    Self.ofEstablishment, establishment.rawValue, role?.rawValue ?? "", time, after.id, Int64(limit))
            case .persons(let establishment, let persons):
                PostgresBatch(
                    Self.ofPersons, establishment.rawValue, persons.map(\.rawValue), time, after.id, Int64(limit))
            }
        do {
            return try await directory.run(batch)[0].map { row in
                Found(
                    id: SessionID(rawValue: try row.uuid(0)), login: try row.text(1), client: try row.text(2),
                    startedAt: try row.timestamp(3).microseconds)
            }
        } catch {
            throw .directoryUnavailable
        }
    }

    /// Ends the sessions of some two hundred accounts, those being started included, and what clients may go on with.
    /// - Parameter trace: gets the sessions' numbers and what is kept with their end; not called for a school where there are none left.
    /// - Returns: the sessions' numbers; empty when there are none left.
    package func endSome(
        _ target: Target, with trace: (_ ended: [SessionID], inout PostgresBatch) -> Void
    ) async throws(IdentityError) -> [SessionID] {
        let batch =
            switch target {
            case .account(let account): PostgresBatch(Self.endOfAccount, account.rawValue)
            case .establishment(let establishment, let role):
                PostgresBatch(Self.endOfEstablishment, establishment.rawValue, role?.rawValue ?? "", Self.mostAtOnce)
            case .persons(let establishment, let persons):
                PostgresBatch(Self.endOfPersons, establishment.rawValue, persons.map(\.rawValue), Self.mostAtOnce)
            }
        do {
            return try await directory.transaction { transaction in
                let ended = try await transaction.run(batch)[0].map { SessionID(rawValue: try $0.uuid(0)) }
                // Of one account those that are just being started end as well, of which there is no row.
                if case .account = target {} else if ended.isEmpty { return ended }
                var batch = PostgresBatch()
                trace(ended, &batch)
                _ = try await transaction.run(batch)
                return ended
            }
        } catch {
            throw .directoryUnavailable
        }
    }

    private static let byLogin = PostgresStatement(
        """
        select a.id, p.establishment_id from account a left join profile p on p.account_id = a.id where a.login = $1 limit 200
        """)

    private static let ofAccount = PostgresStatement(
        """
        select s.id, a.login, s.client, s.started_at from session s join account a on a.id = s.account_id
        where a.id = $1 and s.expires_at > now() and (s.started_at, s.id) < ($2, $3)
        order by s.started_at desc, s.id desc limit $4
        """)

    private static let ofEstablishment = PostgresStatement(
        """
        select s.id, a.login, s.client, s.started_at
        from (select distinct account_id from profile where establishment_id = $1 and ($2 = '' or role = $2)
                and (valid_to is null or valid_to >= current_date)) p
            join session s on s.account_id = p.account_id join account a on a.id = s.account_id
        where s.expires_at > now() and (s.started_at, s.id) < ($3, $4)
        order by s.started_at desc, s.id desc limit $5
        """)

    private static let ofPersons = PostgresStatement(
        """
        select s.id, a.login, s.client, s.started_at
        from (select distinct account_id from profile where establishment_id = $1 and person_id = any ($2)) p
            join session s on s.account_id = p.account_id join account a on a.id = s.account_id
        where s.expires_at > now() and (s.started_at, s.id) < ($3, $4)
        order by s.started_at desc, s.id desc limit $5
        """)

    private static let endOfAccount = PostgresStatement(
        """
        with chosen as (select id from account where id = $1),
            revoked as (update account set session_epoch = session_epoch + 1 where id in (select id from chosen)),
            ended as (delete from session where account_id in (select id from chosen) returning id)
        select id from ended
        """)

    private static let endOfEstablishment = PostgresStatement(
        """
        with chosen as (select distinct p.account_id as id from profile p join session s on s.account_id = p.account_id
                where p.establishment_id = $1 and ($2 = '' or p.role = $2)
                    and (p.valid_to is null or p.valid_to >= current_date) limit $3),
            revoked as (update account set session_epoch = session_epoch + 1 where id in (select id from chosen)),
            ended as (delete from session where account_id in (select id from chosen) returning id)
        select id from ended
        """)

    private static let endOfPersons = PostgresStatement(
        """
        with chosen as (select distinct p.account_id as id from profile p join session s on s.account_id = p.account_id
                where p.establishment_id = $1 and p.person_id = any ($2) limit $3),
            revoked as (update account set session_epoch = session_epoch + 1 where id in (select id from chosen)),
            ended as (delete from session where account_id in (select id from chosen) returning id)
        select id from ended
        """)
}
