internal import Postgres
internal import Runtime
internal import Tenancy

/// Codes in the directory, as nodes use them: they look, and change nothing but through functions that do one thing.
struct ActivationStore {
    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    /// Somebody who may have a code; nil when nobody has this login.
    func account(_ login: Login) async throws(IdentityError) -> (id: AccountID, isPrivileged: Bool)? {
        do {
            guard let row = try await directory.run(PostgresBatch(Self.byLogin, login.rawValue))[0].first else {
                return nil
            }
            return (AccountID(rawValue: try row.uuid(0)), try row.bool(1))
        } catch { throw .directoryUnavailable }
    }

    /// Whose letter it is; nil for one that has been used or is too old.
    func login(ofLetter letter: UUID) async throws(IdentityError) -> String? {
        do {
            return try await directory.run(PostgresBatch(Self.byLetter, letter))[0].first.map {
                row throws(PostgresError) in try row.text(0)
            }
        } catch { throw .directoryUnavailable }
    }

    func isValid(_ hashes: [String], of account: AccountID) async throws(IdentityError) -> Bool {
        do {
            return try await !directory.run(PostgresBatch(Self.valid, account.rawValue, hashes))[0].isEmpty
        } catch { throw .directoryUnavailable }
    }

    /// Uses the code up and sets the password. - Returns: false when the code was not valid any more.
    func redeem(
        _ hashes: [String], of account: AccountID, passwordHash: String, address: String
    ) async throws(IdentityError) -> Bool {
        do {
            return try await directory.run(
                PostgresBatch(Self.redeem, account.rawValue, hashes, passwordHash, address))[0][0].bool(0)
        } catch { throw .directoryUnavailable }
    }

    /// Notes that somebody says that they have lost their password; does the same when nobody has this login.
    func requestReset(_ login: Login) async throws(IdentityError) {
        do { _ = try await directory.run(PostgresBatch(Self.request, login.rawValue)) } catch {
            throw .directoryUnavailable
        }
    }

    private static let byLogin = PostgresStatement(
        """
        select a.id, exists (select from administrator m where m.account_id = a.id)
            or exists (select from profile p where p.account_id = a.id and p.role = 'head')
        from account a where a.login = $1 and a.state in ('pending', 'active')
        """)
    private static let byLetter = PostgresStatement(
        """
        select a.login from access_code c join account a on a.id = c.account_id
        where c.letter = $1 and c.expires_at > now()
        """)
    private static let valid = PostgresStatement(
        "select 1 from access_code where account_id = $1 and code_hash = any ($2) and expires_at > now()")
    private static let redeem = PostgresStatement("select preau_redeem_code($1, $2, $3, $4)")
    private static let request = PostgresStatement("select preau_request_reset($1)")
}
