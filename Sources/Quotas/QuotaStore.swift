internal import Postgres
internal import Tenancy

/// Quotas in the directory.
enum QuotaStore {
    private static let quotas = PostgresStatement(
        "select scope_kind, scope, case when isfinite(valid_from) then valid_from end, rate, ceil from quota")

    static let reading: PostgresBatch = {
        var batch = PostgresBatch()
        batch.add(DirectoryTopic.versions)
        batch.add(quotas)
        batch.isRepeatable = true
        return batch
    }()

    static func book(from results: [PostgresRows]) throws(PostgresError) -> QuotaBook {
        var steps: [RuleScope: [QuotaStep]] = [:]
        for row in results[1] {
            guard let scope = RuleScope(kind: try row.text(0), name: try row.text(1)) else { continue }
            steps[scope, default: []].append(
                QuotaStep(from: try row.optionalDate(2), rate: try row.int(3), ceil: try row.int(4)))
        }
        return QuotaBook(version: try DirectoryTopic.version(of: "policy", in: results[0]), steps: steps)
    }
}
