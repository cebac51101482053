internal import Postgres
internal import Runtime
internal import Tenancy

/// What people agreed to, in the directory.
struct ConsentStore: Sendable {
    struct Given: Sendable {
        let service: UUID
        let scopes: Set<String>
        /// Microseconds since 1970.
        let at: Int64
    }

    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    /// Nil when the person never agreed to anything, or took it back.
    func scopes(of account: AccountID, for service: UUID) async throws(IdentityError) -> Set<String>? {
        try await all(of: account).first { $0.service == service }?.scopes
    }

    /// Newest first; a person agrees to a few dozen at most.
    func all(of account: AccountID) async throws(IdentityError) -> [Given] {
        do {
            return try await directory.run(PostgresBatch(Self.list, account.rawValue))[0].map { row in
                Given(
                    service: try row.uuid(0),
                    scopes: Set(try row.text(1).split(separator: " ").map(String.init)),
                    at: try row.timestamp(2).microseconds)
            }
        } catch {
            throw .directoryUnavailable
        }
    }

    /// Keeps that the person agreed to these, and to nothing else from now on.
    func give(_ scopes: Set<String>, of account: AccountID, for service: UUID) async throws(IdentityError) {
        do {
            _ = try await directory.run(
                PostgresBatch(Self.put, account.rawValue, service, scopes.sorted().joined(separator: " ")))
        } catch {
            throw .directoryUnavailable
        }
    }

    /// Takes it back, and with it what the application has to come again without asking.
    func take(_ service: UUID, from account: AccountID) async throws(IdentityError) {
        var batch = PostgresBatch(Self.remove, account.rawValue, service)
        batch.add(Self.endGrants, account.rawValue, service)
        do { _ = try await directory.run(batch) } catch { throw .directoryUnavailable }
    }

    private static let list = PostgresStatement(
        """
        select service_id, scopes, given_at from consent where account_id = $1
        order by given_at desc, service_id limit 200
        """)
    private static let put = PostgresStatement(
        """
        insert into consent (account_id, service_id, scopes) values ($1, $2, $3)
        on conflict (account_id, service_id) do update set scopes = excluded.scopes, given_at = now()
        """)
    private static let remove = PostgresStatement("delete from consent where account_id = $1 and service_id = $2")
    private static let endGrants = PostgresStatement(
        "delete from refresh_grant where account_id = $1 and service_id = $2")
}
