internal import Postgres
internal import Runtime
internal import Tenancy

/// The sessions that exist, in the directory: what a cookie is checked against when Redis has nothing to say.
struct SessionStore {
    enum Standing: Sendable {
        case valid(Holder)
        /// Signed out, expired, or revoked by a change of the account.
        case ended
    }

    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    /// Writes down a new session and the time of the sign-in; on the occasion removes some sessions that are over, so that
    /// none stays for ever.
    /// - Returns: the account's sessions that the new one displaced; nil when the account changed since it was read.
    func start(
        _ session: Session, client: String, expiresAt: Int64, mostPerAccount: Int
    ) async throws(IdentityError) -> [SessionID]? {
        let account = session.holder.account.rawValue
        var batch = PostgresBatch()
        // First: its lock on the account's row keeps a sign-out everywhere from coming between the two.
        batch.add(Self.noteSignIn, account, session.holder.epoch)
        batch.add(
            Self.insert, session.id.rawValue, account, session.holder.epoch, client, Self.timestamp(session.startedAt),
            Self.timestamp(expiresAt))
        batch.add(Self.deleteDisplaced, account, Int64(mostPerAccount))
        batch.add(Self.deleteSomeExpired)
        batch.add(Self.noteDevice, account, client, session.holder.epoch)
        do {
            let rows = try await directory.run(batch)
            guard rows[1].affected == 1 else { return nil }
            return try Self.identifiers(rows[2])
        } catch {
            throw .directoryUnavailable
        }
    }

    /// Whether a session may go on, and what its account is today.
    func check(_ session: Session) async throws(IdentityError) -> Standing {
        let account = session.holder.account.rawValue
        var batch = PostgresBatch()
        batch.add(Self.accountOfSession, session.id.rawValue, account, session.holder.epoch)
        batch.add(Self.profiles, account)
        batch.add(Self.mandates, account)
        batch.isRepeatable = true
        do {
            let rows = try await directory.run(batch, deadline: .seconds(1))
            guard let row = rows[0].first else { return .ended }
            return .valid(try Holder(row, profiles: rows[1], mandates: rows[2]))
        } catch {
            throw .directoryUnavailable
        }
    }

    /// - Returns: whether the account had such a session.
    func end(_ id: SessionID, of account: AccountID) async throws(IdentityError) -> Bool {
        var batch = PostgresBatch()
        batch.add(Self.delete, id.rawValue, account.rawValue)
        do { return try await directory.run(batch)[0].affected > 0 } catch { throw .directoryUnavailable }
    }

    /// Ends every session of an account, those that are being started included.
    /// - Returns: their numbers.
    func endAll(of account: AccountID) async throws(IdentityError) -> [SessionID] {
        var batch = PostgresBatch()
        batch.add(Self.nextEpoch, account.rawValue)
        batch.add(Self.deleteAll, account.rawValue)
        do {
            let rows = try await directory.run(batch)
            return try Self.identifiers(rows[1])
        } catch {
            throw .directoryUnavailable
        }
    }

    /// The latest sessions of an account that are not over, newest first.
    func list(of account: AccountID, most: Int) async throws(IdentityError) -> [SessionSummary] {
        var batch = PostgresBatch()
        batch.add(Self.latest, account.rawValue, Int64(most))
        do {
            var summaries: [SessionSummary] = []
            for row in try await directory.run(batch)[0] {
                summaries.append(
                    SessionSummary(
                        id: SessionID(rawValue: try row.uuid(0)), client: try row.text(1),
                        startedAt: try row.timestamp(2).microseconds / 1_000_000, isNewDevice: try row.bool(3)))
            }
            return summaries
        } catch {
            throw .directoryUnavailable
        }
    }

    private static func timestamp(_ seconds: Int64) -> PostgresTimestamp {
        PostgresTimestamp(microseconds: seconds * 1_000_000)
    }

    private static func identifiers(_ rows: PostgresRows) throws(PostgresError) -> [SessionID] {
        var identifiers: [SessionID] = []
        for row in rows { identifiers.append(SessionID(rawValue: try row.uuid(0))) }
        return identifiers
    }

    private static let noteSignIn = PostgresStatement(
        """
        update account set last_sign_in_at = now(), first_sign_in_at = coalesce(first_sign_in_at, now())
        where id = $1 and session_epoch = $2 and state = 'active'
        """)

    private static let insert = PostgresStatement(
        """
        insert into session (id, account_id, client, started_at, expires_at)
        select $1, a.id, $4, $5, $6 from account a where a.id = $2 and a.session_epoch = $3 and a.state = 'active'
        """)

    private static let deleteDisplaced = PostgresStatement(
        """
        delete from session where account_id = $1 and id in
            (select id from session where account_id = $1 order by started_at desc, id desc offset $2)
        returning id
        """)

    private static let noteDevice = PostgresStatement(
        """
        insert into known_device (account_id, client)
        select id, $2 from account where id = $1 and session_epoch = $3 and state = 'active'
        on conflict (account_id, client) do update set last_seen_at = now()
        """)

    private static let deleteSomeExpired = PostgresStatement(
        """
        delete from session where id in
            (select id from session where expires_at <= now() order by expires_at limit 10 for update skip locked)
        """)

    private static let accountOfSession = PostgresStatement(
        """
        select a.id, a.session_epoch, a.given_name, a.family_name, a.locale
        from session s join account a on a.id = s.account_id
        where s.id = $1 and a.id = $2 and a.session_epoch = $3 and a.state = 'active' and s.expires_at > now()
        """)

    private static let profiles = PostgresStatement(
        """
        select establishment_id, role, person_id from profile
        where account_id = $1 and valid_from <= current_date and (valid_to is null or valid_to >= current_date)
        order by valid_from, establishment_id, role, person_id
        """)

    private static let mandates = PostgresStatement(
        """
        select role, territory_id from administrator
        where account_id = $1 and valid_from <= current_date and (valid_to is null or valid_to >= current_date)
        group by role, territory_id order by role, territory_id
        """)

    private static let delete = PostgresStatement("delete from session where id = $1 and account_id = $2")

    private static let nextEpoch = PostgresStatement(
        "update account set session_epoch = session_epoch + 1 where id = $1")

    private static let deleteAll = PostgresStatement("delete from session where account_id = $1 returning id")

    private static let latest = PostgresStatement(
        """
        select s.id, s.client, s.started_at,
            coalesce(k.first_seen_at > s.started_at - interval '1 minute' and exists (select from known_device o
                where o.account_id = $1 and o.first_seen_at < k.first_seen_at), false)
        from session s left join known_device k on k.account_id = s.account_id and k.client = s.client
        where s.account_id = $1 and s.expires_at > now() order by s.started_at desc, s.id desc limit $2
        """)
}
