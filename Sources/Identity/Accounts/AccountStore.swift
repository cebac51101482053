internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// Accounts as sign-in needs them, in the directory.
struct AccountStore {
    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    /// Nil when nobody has this login. One round trip, and the same work for an unknown login.
    func account(_ login: Login) async throws(IdentityError) -> AccountRecord? {
        var batch = PostgresBatch()
        batch.add(Self.accountByLogin, login.rawValue)
        batch.add(Self.profilesByLogin, login.rawValue)
        batch.add(Self.mandatesByLogin, login.rawValue)
        batch.isRepeatable = true
        do {
            let rows = try await directory.run(batch)
            guard let row = rows[0].first else { return nil }
            return AccountRecord(
                holder: try Holder(row, profiles: rows[1], mandates: rows[2]), passwordHash: try row.optionalText(5),
                isOpen: try row.text(6) == "active", isFirstSignIn: try row.bool(7),
                hasSecondFactor: try row.bool(8), isPasswordOff: try row.bool(9))
        } catch {
            throw .directoryUnavailable
        }
    }

    /// Keeps the epoch: the password is the same, hashed at another cost.
    func replacePasswordHash(_ hash: String, of account: AccountID) async throws(IdentityError) {
        try await write(Self.replaceHash, account, hash)
    }

    func setLanguage(_ language: Language, of account: AccountID) async throws(IdentityError) {
        try await write(Self.updateLocale, account, language.rawValue)
    }

    private func write(
        _ statement: PostgresStatement, _ account: AccountID, _ value: String
    ) async throws(IdentityError) {
        var batch = PostgresBatch()
        batch.add(statement, account.rawValue, value)
        do { _ = try await directory.run(batch) } catch { throw .directoryUnavailable }
    }

    // The first five columns are those of Holder.init.
    private static let accountByLogin = PostgresStatement(
        """
        select id, session_epoch, given_name, family_name, locale, password_hash, state, first_sign_in_at is null,
            exists (select from second_factor f where f.account_id = account.id),
            exists (select from password_off) and exists (select from profile p where p.account_id = account.id)
                and not exists (select from profile p left join password_off o using (establishment_id, role)
                    where p.account_id = account.id and o.role is null
                        and (p.valid_to is null or p.valid_to >= current_date))
                and not exists (select from administrator m where m.account_id = account.id)
        from account where login = $1
        """)

    private static let profilesByLogin = PostgresStatement(
        """
        select p.establishment_id, p.role, p.person_id
        from account a join profile p on p.account_id = a.id
        where a.login = $1 and p.valid_from <= current_date and (p.valid_to is null or p.valid_to >= current_date)
        order by p.valid_from, p.establishment_id, p.role, p.person_id
        """)

    private static let mandatesByLogin = PostgresStatement(
        """
        select m.role, m.territory_id
        from account a join administrator m on m.account_id = a.id
        where a.login = $1 and m.valid_from <= current_date and (m.valid_to is null or m.valid_to >= current_date)
        group by m.role, m.territory_id order by m.role, m.territory_id
        """)

    private static let replaceHash = PostgresStatement(
        "update account set password_hash = $2, updated_at = now() where id = $1")

    private static let updateLocale = PostgresStatement(
        "update account set locale = $2, updated_at = now() where id = $1")
}

extension Holder {
    /// - Parameters:
    ///   - row: account, epoch, given name, family name, locale.
    ///   - profiles: establishment, role, person.
    ///   - mandates: role, territory.
    convenience init(_ row: PostgresRow, profiles: PostgresRows, mandates: PostgresRows) throws(PostgresError) {
        var held: [Profile] = []
        for row in profiles {
            guard let role = Role(rawValue: try row.text(1)) else { continue }
            held.append(
                Profile(
                    establishment: EstablishmentID(rawValue: try row.int32(0)), role: role,
                    person: PersonID(rawValue: try row.uuid(2))))
        }
        var given: [Mandate] = []
        for row in mandates {
            guard let role = Role(rawValue: try row.text(0)) else { continue }
            given.append(Mandate(role: role, territory: try row.optionalText(1).flatMap(TerritoryID.init(rawValue:))))
        }
        let name = try row.text(2) + " " + row.text(3)
        self.init(
            account: AccountID(rawValue: try row.uuid(0)), epoch: try row.int32(1), name: name,
            language: Language(rawValue: try row.text(4)) ?? .fr, profiles: held, mandates: given)
    }
}
