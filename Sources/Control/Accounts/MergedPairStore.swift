internal import Postgres
internal import Tenancy

/// Accounts that were merged and can be made two again.
struct MergedPair: Sendable {
    let merged: AccountID
    let mergedLogin: String
    let kept: AccountID
    let keptLogin: String
    let name: String
    /// Microseconds since 1970.
    let mergedAt: Int64
}

/// Mergers of accounts, in the directory.
enum MergedPairStore {
    private static let ofEstablishment = PostgresStatement(
        """
        select m.merged_id, a.login, m.kept_id, k.login, a.given_name || ' ' || a.family_name, m.merged_at
        from account_merge m join account a on a.id = m.merged_id join account k on k.id = m.kept_id
        where m.undone_at is null and a.merged_into = m.kept_id and exists (
            select from profile p where p.account_id = m.kept_id and p.establishment_id = $1
                and (p.valid_to is null or p.valid_to >= current_date))
        order by m.merged_at desc limit $2
        """)

    /// Those whose account that was kept is of an establishment, the latest first.
    static func of(
        _ establishment: EstablishmentID, limit: Int, in directory: PostgresPool
    ) async throws(PostgresError) -> [MergedPair] {
        var batch = PostgresBatch(ofEstablishment, establishment, limit)
        batch.isRepeatable = true
        return try await directory.run(batch, lane: .background)[0].map { row throws(PostgresError) in
            MergedPair(
                merged: AccountID(rawValue: try row.uuid(0)), mergedLogin: try row.text(1),
                kept: AccountID(rawValue: try row.uuid(2)), keptLogin: try row.text(3), name: try row.text(4),
                mergedAt: try row.timestamp(5).microseconds)
        }
    }
}
