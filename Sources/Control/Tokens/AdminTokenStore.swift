internal import Identity
package import Postgres
internal import Runtime
internal import Tenancy

/// The tokens of programs, in the directory.
package struct AdminTokenStore: Sendable {
    private let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    private static let columns =
        "id, name, role, territory_id, establishment_id, rights, created_at, expires_at, last_used_at"

    /// One that is good now.
    func find(hash: [UInt8]) async throws(PostgresError) -> AdminToken? {
        guard let row = try await directory.query(AdminTokenStore.byHash, hash).first else { return nil }
        return try AdminTokenStore.token(row)
    }

    private static let byHash = PostgresStatement(
        unsafeSQL: "select \(columns) from admin_token where hash = $1 and expires_at > now()")

    /// Remembers that it is used, to the hour: no write for each request.
    func touch(_ id: UUID) async throws(PostgresError) { _ = try await directory.query(AdminTokenStore.touch, id) }

    private static let touch = PostgresStatement(
        """
        update admin_token set last_used_at = now()
        where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 hour')
        """)

    /// The newest first, those that have run out as well. A page reads all tokens of the scope and sorts them: they are fewer
    /// than mandates, which see.
    /// - Parameters:
    ///   - words: folded beginnings of words of its name; nil: all.
    ///   - after: of the last one of the page before, which may have been taken back since.
    func list(
        _ scope: RowScope, words: [String]?, after: ListPlace?, limit: Int
    ) async throws(PostgresError) -> [AdminToken] {
        var conditions = FilterConditions()
        conditions.add(through: scope, territory: "territory_id", establishment: "establishment_id")
        if let words { conditions.add(words, beginWordsOf: "preau_fold(name)") }
        if let after { conditions.addRow("(created_at, id) < ", after.row) }
        var batch = PostgresBatch()
        batch.add(
            PostgresStatement(
                unsafeSQL:
                    """
                    select \(AdminTokenStore.columns) from admin_token \(conditions.sql)
                    order by created_at desc, id desc limit \(limit)
                    """),
            values: conditions.values)
        batch.isRepeatable = true
        return try await directory.run(batch)[0].map(AdminTokenStore.token)
    }

    func find(_ id: UUID) async throws(PostgresError) -> AdminToken? {
        try await directory.query(AdminTokenStore.byID, id).first.map(AdminTokenStore.token)
    }

    private static let byID = PostgresStatement(unsafeSQL: "select \(columns) from admin_token where id = $1")

    /// - Parameters:
    ///   - days: how long it is good.
    ///   - repetition: what tells one wish from another, also when it is sent again; nil: each is another.
    /// - Returns: its number; nil when the same wish asked for something else before, or for a token that has been used since.
    static func add(
        name: String, hash: [UInt8], _ draft: MandateDraft, days: Int, repetition: String?, by actor: AuditActor,
        _ transaction: PostgresTransaction
    ) async throws(PostgresError) -> UUID? {
        try await transaction.query(
            insert, UUID.v7(), name, hash, draft.role.rawValue, draft.territory?.rawValue,
            draft.establishment?.rawValue, draft.rights.map { $0.map(\.rawValue) }, actor.name, days, repetition
        ).first?.uuid(0)
    }

    /// The secret is not kept: sent again, a wish gets another one in the place of the first, which then opens nothing.
    private static let insert = PostgresStatement(
        """
        insert into admin_token (id, name, hash, role, territory_id, establishment_id, rights, created_by, expires_at)
        values (coalesce(feed_uuid('token ' || $10::text), $1), $2, $3, $4, $5, $6, $7, $8,
            now() + make_interval(days => $9))
        on conflict (id) do update set hash = excluded.hash, expires_at = excluded.expires_at
            where admin_token.last_used_at is null
                and (admin_token.name, admin_token.role, admin_token.territory_id, admin_token.establishment_id,
                    admin_token.rights) is not distinct from (excluded.name, excluded.role, excluded.territory_id,
                    excluded.establishment_id, excluded.rights)
        returning id
        """)

    static let remove = PostgresStatement("delete from admin_token where id = $1")

    private static func token(_ row: PostgresRow) throws(PostgresError) -> AdminToken {
        guard let role = Role(rawValue: try row.text(2)) else { throw .decoding(column: 2, expected: "a role") }
        return AdminToken(
            id: try row.uuid(0), name: try row.text(1), role: role, territory: try row.optional(3),
            establishment: try row.optional(4),
            rights: try row.optionalArray(5, of: String.self).map { $0.compactMap(AdminRight.init(rawValue:)) },
            createdAt: try row.timestamp(6).microseconds,
            expiresAt: try row.timestamp(7).microseconds, lastUsedAt: try row.optionalTimestamp(8)?.microseconds)
    }
}
