package import Identity
package import Postgres
internal import Runtime
package import Tenancy

/// Calendar addresses, in the directory: they stay good when an establishment moves to another shard. Only the SHA-256 of
/// the secret in an address is kept.
package struct CalendarFeedStore: Sendable {
    private let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    /// Whose calendar an address shows, to whom it was given.
    package struct Feed: Sendable {
        package let account: AccountID
        package let establishment: EstablishmentID
        /// The pupil or member of staff whose timetable it is.
        package let person: PersonID
        /// What the account is in the establishment today; empty when it is nothing there any more.
        package let profiles: [Profile]
    }

    private static let find = PostgresStatement(
        """
        select f.account_id, f.establishment_id, f.person_id, p.role, p.person_id
        from calendar_feed f
        join account a on a.id = f.account_id and a.state = 'active'
        left join profile p on p.account_id = f.account_id and p.establishment_id = f.establishment_id
            and p.valid_from <= current_date and (p.valid_to is null or p.valid_to >= current_date)
        where f.token_hash = $1 and f.revoked_at is null
        """)
    private static let touch = PostgresStatement(
        """
        update calendar_feed set last_used_at = now()
        where token_hash = $1 and (last_used_at is null or last_used_at < now() - interval '1 hour')
        """)
    private static let revoke = PostgresStatement(
        """
        update calendar_feed set revoked_at = now()
        where account_id = $1 and establishment_id = $2 and person_id = $3 and revoked_at is null
        """)
    private static let insert = PostgresStatement(
        """
        insert into calendar_feed (token_hash, account_id, establishment_id, person_id) values ($1, $2, $3, $4)
        """)
    private static let list = PostgresStatement(
        """
        select establishment_id, person_id, created_at, last_used_at from calendar_feed
        where account_id = $1 and revoked_at is null order by created_at limit 50
        """)

    /// The feed of an address, and a note that it was used (at most once an hour).
    package func find(tokenHash: [UInt8]) async throws -> Feed? {
        var batch = PostgresBatch()
        batch.add(CalendarFeedStore.find, tokenHash)
        batch.add(CalendarFeedStore.touch, tokenHash)
        let rows = try await directory.run(batch)[0]
        guard let first = rows.first else { return nil }
        let establishment = EstablishmentID(rawValue: try first.int32(1))
        let profiles = try rows.compactMap { row -> Profile? in
            guard let role = try row.optionalText(3).flatMap({ Role(rawValue: $0) }) else { return nil }
            return Profile(establishment: establishment, role: role, person: PersonID(rawValue: try row.uuid(4)))
        }
        return Feed(
            account: AccountID(rawValue: try first.uuid(0)), establishment: establishment,
            person: PersonID(rawValue: try first.uuid(2)), profiles: profiles)
    }

    /// Gives a new address; the one given before for the same calendar stops working.
    package func create(
        tokenHash: [UInt8], account: AccountID, establishment: EstablishmentID, person: PersonID
    ) async throws {
        var batch = PostgresBatch()
        batch.add(CalendarFeedStore.revoke, account.rawValue, establishment.rawValue, person.rawValue)
        batch.add(CalendarFeedStore.insert, tokenHash, account.rawValue, establishment.rawValue, person.rawValue)
        _ = try await directory.run(batch)
    }

    package func revoke(account: AccountID, establishment: EstablishmentID, person: PersonID) async throws {
        _ = try await directory.run(
            PostgresBatch(CalendarFeedStore.revoke, account.rawValue, establishment.rawValue, person.rawValue))
    }

    package struct Summary: Sendable {
        package let establishment: EstablishmentID
        package let person: PersonID
        /// Microseconds since 1970.
        package let createdAt: Int64
        package let lastUsedAt: Int64?
    }

    /// The addresses in force of an account.
    package func list(of account: AccountID) async throws -> [Summary] {
        try await directory.run(PostgresBatch(CalendarFeedStore.list, account.rawValue))[0].map { row in
            Summary(
                establishment: EstablishmentID(rawValue: try row.int32(0)), person: PersonID(rawValue: try row.uuid(1)),
                createdAt: try row.timestamp(2).microseconds, lastUsedAt: try row.optionalTimestamp(3)?.microseconds)
        }
    }
}
