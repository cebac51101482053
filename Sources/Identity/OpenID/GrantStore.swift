internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// What clients that may go on without asking again were given, in the directory: by the SHA-256 of their refresh token.
struct GrantStore: Sendable {
    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    struct Grant: Sendable {
        let id: UUID
        let service: UUID
        let document: JSON
        /// As the directory has the person now.
        let holder: Holder
    }

    func add(
        _ id: UUID, service: UUID, holder: Holder, document: JSON, tokenHash: [UInt8], life: Int64
    ) async throws(IdentityError) {
        var batch = PostgresBatch(
            Self.insert, id, service, holder.account.rawValue, holder.epoch,
            JSONText(String(decoding: document.bytes, as: UTF8.self)), tokenHash, life)
        batch.add(Self.deleteSomeExpired)
        do { _ = try await directory.run(batch) } catch { throw .directoryUnavailable }
    }

    /// Takes a refresh token for its successor. One that was used before was stolen, by whoever used it first or now: its grant
    /// ends for both.
    /// - Returns: nil for a token that is worth nothing.
    func rotate(
        _ tokenHash: [UInt8], to next: [UInt8], service: UUID
    ) async throws(IdentityError) -> (grant: Grant?, wasReused: Bool) {
        do {
            let rows = try await directory.run(PostgresBatch(Self.rotate, tokenHash, next, service))
            guard let row = rows[0].first else {
                let ended = try await directory.run(PostgresBatch(Self.endReused, tokenHash))[0].affected
                return (nil, ended > 0)
            }
            var parser = JSONParser(Array(try row.json(2).text.utf8))
            guard let holder = try await holder(of: AccountID(rawValue: try row.uuid(1))),
                let document = try? parser.parse()
            else { return (nil, false) }
            return (Grant(id: try row.uuid(0), service: service, document: document, holder: holder), false)
        } catch {
            throw .directoryUnavailable
        }
    }

    /// Somebody as the directory has them now. Nil for an account that is not active.
    func holder(of account: AccountID) async throws(IdentityError) -> Holder? {
        do {
            var batch = PostgresBatch(Self.holder, account.rawValue)
            batch.add(Self.profiles, account.rawValue)
            batch.add(Self.mandates, account.rawValue)
            batch.isRepeatable = true
            let people = try await directory.run(batch)
            return try people[0].first.map { try Holder($0, profiles: people[1], mandates: people[2]) }
        } catch {
            throw .directoryUnavailable
        }
    }

    func end(_ id: UUID) async throws(IdentityError) {
        do { _ = try await directory.run(PostgresBatch(Self.endByID, id)) } catch { throw .directoryUnavailable }
    }

    /// - Returns: the grant that ended.
    func end(tokenHash: [UInt8], service: UUID) async throws(IdentityError) -> UUID? {
        do {
            return try await directory.run(PostgresBatch(Self.endByToken, tokenHash, service))[0].first?.uuid(0)
        } catch {
            throw .directoryUnavailable
        }
    }

    /// When a token that is good ends, and whose it is; nil for any other.
    func look(
        _ tokenHash: [UInt8], service: UUID
    ) async throws(IdentityError) -> (account: AccountID, expiresAt: Int64, document: JSON)? {
        do {
            guard let row = try await directory.run(PostgresBatch(Self.look, tokenHash, service))[0].first else {
                return nil
            }
            var parser = JSONParser(Array(try row.json(2).text.utf8))
            return (
                AccountID(rawValue: try row.uuid(0)), try row.timestamp(1).microseconds / 1_000_000,
                (try? parser.parse()) ?? .null
            )
        } catch {
            throw .directoryUnavailable
        }
    }

    private static let insert = PostgresStatement(
        """
        insert into refresh_grant (id, service_id, account_id, session_epoch, document, token_hash, expires_at)
        values ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 second')
        """)

    private static let deleteSomeExpired = PostgresStatement(
        """
        delete from refresh_grant where id in
            (select id from refresh_grant where expires_at <= now() order by expires_at limit 10 for update skip locked)
        """)

    private static let rotate = PostgresStatement(
        """
        with rotated as (
            update refresh_grant g set token_hash = $2, generation = generation + 1
            from account a
            where g.token_hash = $1 and g.service_id = $3 and g.expires_at > now()
                and a.id = g.account_id and a.state = 'active' and a.session_epoch = g.session_epoch
            returning g.id, g.account_id, g.document
        ), used as (insert into refresh_token_used (token_hash, grant_id) select $1, id from rotated)
        select id, account_id, document from rotated
        """)

    private static let endReused = PostgresStatement(
        "delete from refresh_grant where id in (select grant_id from refresh_token_used where token_hash = $1)")

    private static let endByID = PostgresStatement("delete from refresh_grant where id = $1")

    private static let endByToken = PostgresStatement(
        "delete from refresh_grant where token_hash = $1 and service_id = $2 returning id")

    private static let look = PostgresStatement(
        """
        select g.account_id, g.expires_at, g.document from refresh_grant g join account a on a.id = g.account_id
        where g.token_hash = $1 and g.service_id = $2 and g.expires_at > now() and a.state = 'active'
            and a.session_epoch = g.session_epoch
        """)

    private static let holder = PostgresStatement(
        "select id, session_epoch, given_name, family_name, locale from account where id = $1 and state = 'active'")

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
}
