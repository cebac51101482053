package import Postgres
internal import Runtime
package import Tenancy
internal import Web

/// Makes and changes accounts in the directory, for seeding, imports and administrators; works as the role `preau_admin`.
///
/// Where sessions end as a consequence, their numbers are returned: give them to `Sessions.forget`, so that they end at
/// once rather than at their next look-up.
package struct AccountProvisioningStore: Sendable {
    private let directory: PostgresPool
    private static let chunk = 500

    package init(_ directory: PostgresPool) { self.directory = directory }

    /// Makes the accounts whose login is new, and brings the names of the others up to date; adds profiles and mandates that
    /// are missing. Leaves passwords, states and languages of known accounts alone. Safe to repeat.
    /// - Parameter source: where the profiles come from: `seed`, `aaf`, `manual`.
    /// - Returns: the accounts' numbers, in the same order; that of an account that was known is its own.
    /// - Throws: `.directoryUnavailable`. Accounts go in groups of 500, each whole or not at all.
    package func put(_ accounts: [NewAccount], source: String) async throws(IdentityError) -> [AccountID] {
        var numbers: [String: AccountID] = [:]
        for start in stride(from: 0, to: accounts.count, by: Self.chunk) {
            let group = accounts[start..<min(accounts.count, start + Self.chunk)]
            // One statement cannot meet the same login twice; its profiles are all kept.
            var seen: Set<String> = []
            let distinct = group.filter { seen.insert($0.login.rawValue).inserted }
            var batch = PostgresBatch()
            batch.add(
                Self.putAccounts, distinct.map(\.id.rawValue), distinct.map(\.login.rawValue),
                distinct.map(\.givenName), distinct.map(\.familyName), distinct.map(\.language.rawValue),
                distinct.map { $0.passwordHash ?? "" })
            let profiles = group.flatMap { account in account.profiles.map { (account.login.rawValue, $0) } }
            batch.add(
                Self.putProfiles, profiles.map(\.0), profiles.map(\.1.establishment.rawValue),
                profiles.map(\.1.role.rawValue), profiles.map(\.1.person.rawValue), source)
            let mandates = group.flatMap { account in account.mandates.map { (account.login.rawValue, $0) } }
            batch.add(
                Self.putMandates, mandates.map(\.0), mandates.map(\.1.role.rawValue),
                mandates.map { $0.1.territory?.rawValue ?? "" })
            for row in try await run(batch)[0] {
                do { numbers[try row.text(0)] = AccountID(rawValue: try row.uuid(1)) } catch {
                    throw .directoryUnavailable
                }
            }
        }
        return accounts.map { numbers[$0.login.rawValue] ?? $0.id }
    }

    /// Makes one account. - Throws: `.loginTaken`, `.directoryUnavailable`.
    package func create(_ account: NewAccount, source: String) async throws(IdentityError) {
        guard try await find(account.login) == nil else { throw .loginTaken }
        let made = try await put([account], source: source)
        // Somebody else was faster with the same login.
        guard made == [account.id] else { throw .loginTaken }
    }

    package func find(_ login: Login) async throws(IdentityError) -> AccountID? {
        var batch = PostgresBatch()
        batch.add(Self.byLogin, login.rawValue)
        do {
            return try await run(batch)[0].first.map { AccountID(rawValue: try $0.uuid(0)) }
        } catch {
            throw .directoryUnavailable
        }
    }

    /// Sets a password, opens an account that waited for one, and ends all its sessions.
    /// - Parameter hash: of `PasswordHasher.hash`.
    /// - Throws: `.unknownAccount`, `.directoryUnavailable`.
    package func setPassword(_ hash: String, of account: AccountID) async throws(IdentityError) -> [SessionID] {
        var batch = PostgresBatch()
        batch.add(Self.updatePassword, account.rawValue, hash)
        batch.add(Self.deleteSessions, account.rawValue)
        return try await ended(by: batch)
    }

    /// Opens or closes an account; ends all its sessions. - Throws: `.unknownAccount`, `.directoryUnavailable`.
    package func setState(_ state: AccountState, of account: AccountID) async throws(IdentityError) -> [SessionID] {
        var batch = PostgresBatch()
        batch.add(Self.updateState, account.rawValue, state.rawValue)
        batch.add(Self.deleteSessions, account.rawValue)
        return try await ended(by: batch)
    }

    /// Gives an account a role in an establishment. Its sessions know within `SessionLimits.refresh`.
    package func addProfile(
        _ profile: Profile, to account: AccountID, source: String
    ) async throws(IdentityError) {
        var batch = PostgresBatch()
        batch.add(
            Self.addProfile, account.rawValue, profile.establishment.rawValue, profile.role.rawValue,
            profile.person.rawValue, source)
        _ = try await run(batch)
    }

    /// Takes a role away. Its sessions know within `SessionLimits.refresh`.
    package func removeProfile(_ profile: Profile, from account: AccountID) async throws(IdentityError) {
        var batch = PostgresBatch()
        batch.add(
            Self.removeProfile, account.rawValue, profile.establishment.rawValue, profile.role.rawValue,
            profile.person.rawValue)
        _ = try await run(batch)
    }

    private func ended(by batch: PostgresBatch) async throws(IdentityError) -> [SessionID] {
        let rows = try await run(batch)
        guard rows[0].affected == 1 else { throw .unknownAccount }
        do {
            var identifiers: [SessionID] = []
            for row in rows[1] { identifiers.append(SessionID(rawValue: try row.uuid(0))) }
            return identifiers
        } catch {
            throw .directoryUnavailable
        }
    }

    private func run(_ batch: PostgresBatch) async throws(IdentityError) -> [PostgresRows] {
        do { return try await directory.run(batch, lane: .background) } catch { throw .directoryUnavailable }
    }

    private static let putAccounts = PostgresStatement(
        """
        insert into account (id, login, given_name, family_name, locale, password_hash, password_changed_at, state)
        select id, login, given, family, locale, nullif(hash, ''), case when hash <> '' then now() end,
            case when hash <> '' then 'active' else 'pending' end
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
            as new (id, login, given, family, locale, hash)
        on conflict (login) do update
            set given_name = excluded.given_name, family_name = excluded.family_name, updated_at = now()
        returning login, id
        """)

    private static let putProfiles = PostgresStatement(
        """
        insert into profile (account_id, establishment_id, role, person_id, source)
        select distinct a.id, new.establishment, new.role, new.person, $5
        from unnest($1::text[], $2::integer[], $3::text[], $4::uuid[]) as new (login, establishment, role, person)
            join account a on a.login = new.login
        on conflict (account_id, establishment_id, role, person_id) do update
            set valid_to = null, source = excluded.source
        """)

    private static let putMandates = PostgresStatement(
        """
        insert into administrator (account_id, role, territory_id)
        select distinct a.id, new.role, nullif(new.territory, '')
        from unnest($1::text[], $2::text[], $3::text[]) as new (login, role, territory)
            join account a on a.login = new.login
        on conflict (account_id, territory_id, establishment_id, role) do nothing
        """)

    private static let byLogin = PostgresStatement("select id from account where login = $1")

    private static let updatePassword = PostgresStatement(
        """
        update account set password_hash = $2, password_changed_at = now(), updated_at = now(),
            session_epoch = session_epoch + 1, state = case state when 'pending' then 'active' else state end
        where id = $1
        """)

    private static let updateState = PostgresStatement(
        """
        update account set state = $2, session_epoch = session_epoch + 1, updated_at = now() where id = $1
        """)

    private static let deleteSessions = PostgresStatement("delete from session where account_id = $1 returning id")

    private static let addProfile = PostgresStatement(
        """
        insert into profile (account_id, establishment_id, role, person_id, source) values ($1, $2, $3, $4, $5)
        on conflict (account_id, establishment_id, role, person_id) do update
            set valid_to = null, source = excluded.source
        """)

    private static let removeProfile = PostgresStatement(
        """
        delete from profile where account_id = $1 and establishment_id = $2 and role = $3 and person_id = $4
        """)
}
