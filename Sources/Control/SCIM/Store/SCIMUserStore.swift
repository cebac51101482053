internal import Postgres
internal import Runtime
internal import Tenancy

/// Reads accounts from the directory for SCIM, always within a scope. A search begins at an index and stops at a bound: what
/// it costs follows from what it may find, never from how many accounts or establishments there are.
struct SCIMUserStore {
    /// Beyond so many candidates a search is refused.
    static let mostCandidates = 10_000

    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    /// What an index can begin with.
    enum Anchor: Sendable {
        case id(UUID)
        case login(String)
        case loginPrefix(String)
        case externalID(String)
        case establishment(EstablishmentID)
        /// Of folded names; the filter itself looks closer.
        case familyPrefix(String)
        case givenPrefix(String)
        case nobody
        /// Whoever is in scope.
        case anybody
    }

    private static let columns =
        """
        a.id, a.login, a.given_name, a.family_name, a.state, a.created_at, a.updated_at, coalesce(s.revision, 0),
        coalesce(s.is_active_unset, false), x.external_id,
        array(select p.establishment_id from profile p where p.account_id = a.id and \(live)
            order by p.establishment_id, p.role, p.person_id),
        array(select p.role from profile p where p.account_id = a.id and \(live)
            order by p.establishment_id, p.role, p.person_id),
        array(select p.person_id from profile p where p.account_id = a.id and \(live)
            order by p.establishment_id, p.role, p.person_id)
        """
    private static let live = "(p.valid_to is null or p.valid_to >= current_date)"
    private static let source =
        """
        account a left join scim_account s on s.account_id = a.id
        left join scim_external x on x.domain = $1 and x.kind = 'user' and x.resource = a.id::text
        """

    private static let byID = PostgresStatement(
        unsafeSQL: "select \(columns) from \(source) where a.id = any ($2) and a.state <> 'closed'")

    /// - Parameter domain: whose `externalId` is shown.
    func find(_ ids: [AccountID], domain: String) async throws(PostgresError) -> [SCIMUser] {
        guard !ids.isEmpty else { return [] }
        var batch = PostgresBatch(Self.byID, domain, ids.map(\.rawValue))
        batch.isRepeatable = true
        return try await directory.run(batch)[0].map(Self.user)
    }

    private static let roles = PostgresStatement(
        "select count(*) from (select from profile limit $1) x")
    private static let rolesWithin = PostgresStatement(
        """
        select count(*) from (select from establishment e join profile p on p.establishment_id = e.id
            where e.territory_id = any ($1) or e.id = any ($2) limit $3) x
        """)

    /// Whether a scope is small enough to be looked through without an index of what is looked for.
    func isSmall(_ scope: RowScope) async throws(PostgresError) -> Bool {
        let limit = Self.mostCandidates * 4
        var batch: PostgresBatch
        switch scope {
        case .everything: batch = PostgresBatch(Self.roles, limit + 1)
        case .only(let territories, let establishments):
            batch = PostgresBatch(
                Self.rolesWithin, territories.map(\.rawValue), establishments.map(\.rawValue), limit + 1)
        }
        batch.isRepeatable = true
        return try await directory.run(batch)[0][0].int(0) <= limit
    }

    /// The newest first. - Returns: how many there are, nil when they are too many; those of one page.
    func page(
        _ scope: RowScope, domain: String, offset: Int, count: Int
    ) async throws(PostgresError) -> (total: Int, users: [SCIMUser])? {
        var conditions = FilterConditions(numberedFrom: 1)
        Self.restrict(&conditions, to: scope)
        var batch = PostgresBatch()
        // The first value names the domain, in this one only so that both have the same.
        batch.add(
            PostgresStatement(
                unsafeSQL: """
                    select count(*) from (select from account a \(conditions.sql) and $1::text is not null
                    limit \(Self.mostCandidates + 1)) x
                    """), values: [domain] + conditions.values)
        batch.isRepeatable = true
        let total = try await directory.run(batch)[0][0].int(0)
        guard total <= Self.mostCandidates else { return nil }
        guard count > 0, offset < total else { return (total, []) }
        var page = PostgresBatch()
        page.add(
            PostgresStatement(
                unsafeSQL: """
                    select \(Self.columns) from \(Self.source) \(conditions.sql)
                    order by a.created_at desc, a.id limit \(count) offset \(offset)
                    """), values: [domain] + conditions.values)
        page.isRepeatable = true
        return (total, try await directory.run(page)[0].map(Self.user))
    }

    /// Everybody that the anchors lead to; nil when they are too many.
    func candidates(
        _ anchors: [Anchor], _ scope: RowScope, domain: String
    ) async throws(PostgresError) -> [SCIMUser]? {
        var values: [any PostgresBindable] = [domain]
        var branches: [String] = []
        for anchor in anchors {
            var conditions = FilterConditions(numberedFrom: values.count)
            Self.add(anchor, to: &conditions)
            Self.restrict(&conditions, to: scope)
            values += conditions.values
            branches.append("(select a.id from account a \(conditions.sql) limit \(Self.mostCandidates + 1))")
        }
        guard !branches.isEmpty else { return [] }
        var batch = PostgresBatch()
        batch.add(
            PostgresStatement(
                unsafeSQL: """
                    with found as materialized (select id from (\(branches.joined(separator: " union "))) b
                        limit \(Self.mostCandidates + 1))
                    select \(Self.columns) from found f join account a on a.id = f.id
                    left join scim_account s on s.account_id = a.id
                    left join scim_external x on x.domain = $1 and x.kind = 'user' and x.resource = a.id::text
                    order by a.created_at desc, a.id
                    """), values: values)
        batch.isRepeatable = true
        let rows = try await directory.run(batch)[0]
        return rows.count <= Self.mostCandidates ? try rows.map(Self.user) : nil
    }

    private static func add(_ anchor: Anchor, to conditions: inout FilterConditions) {
        switch anchor {
        case .id(let id): conditions.add("a.id = ", id)
        case .login(let login): conditions.add("a.login = ", login)
        case .loginPrefix(let prefix): addRange("a.login collate \"C\"", prefix, &conditions)
        case .familyPrefix(let prefix): addRange("a.family_key", prefix, &conditions)
        case .givenPrefix(let prefix): addRange("a.given_key", prefix, &conditions)
        case .externalID(let text):
            conditions.add(
                "a.id = any (array(select e.resource::uuid from scim_external e where e.domain = $1 and e.kind = 'user' and e.external_id = ",
                text, "))")
        case .establishment(let id):
            conditions.add(
                "a.id in (select p.account_id from profile p where (p.valid_to is null or p.valid_to >= current_date) and p.establishment_id = ",
                id.rawValue, ")")
        case .nobody: conditions.add("false")
        case .anybody: break
        }
    }

    private static func addRange(_ column: StaticString, _ prefix: String, _ conditions: inout FilterConditions) {
        conditions.add("\(column) >= ", prefix)
        conditions.add("\(column) < ", prefix + "\u{10FFFF}")
    }

    /// Only who is somebody now in what is in scope.
    private static func restrict(_ conditions: inout FilterConditions, to scope: RowScope) {
        conditions.add("a.state <> 'closed'")
        switch scope {
        case .everything:
            conditions.add(
                "exists (select from profile p where p.account_id = a.id and (p.valid_to is null or p.valid_to >= current_date))"
            )
        case .only(let territories, let establishments):
            conditions.add(
                "exists (select from profile p join establishment e on e.id = p.establishment_id where p.account_id = a.id and (p.valid_to is null or p.valid_to >= current_date) and (e.territory_id = any (",
                territories.map(\.rawValue), ")", " or e.id = any (", establishments.map(\.rawValue), ")))")
        }
    }

    // MARK: Who has left

    /// Somebody who may come back: an account without any role now.
    struct Departed: Sendable {
        let id: AccountID
        let login: String
        let externalID: String?
        /// Where they left.
        let establishments: [EstablishmentID]
    }

    private static let departed = PostgresStatement(
        """
        select a.id, a.login, x.external_id,
            array(select d.establishment_id from feed_person f join feed_departure d on d.domain = f.domain and d.key = f.key
                where f.account_id = a.id)
        from account a left join scim_external x on x.domain = $1 and x.kind = 'user' and x.resource = a.id::text
        where a.id = any (array(select e.resource::uuid from scim_external e where e.domain = $1 and e.kind = 'user'
                and e.external_id = $2) || array(select b.id from account b where b.login = $3))
            and a.state <> 'closed' and not exists (select from administrator m where m.account_id = a.id)
            and not exists (select from profile p where p.account_id = a.id and (p.valid_to is null or p.valid_to >= current_date))
        """)

    func departed(
        externalID: String?, login: String, domain: String, _ transaction: PostgresTransaction
    ) async throws(PostgresError) -> [Departed] {
        try await transaction.query(Self.departed, domain, externalID, login).map { row throws(PostgresError) in
            Departed(
                id: AccountID(rawValue: try row.uuid(0)), login: try row.text(1), externalID: try row.optionalText(2),
                establishments: try row.array(3, of: Int32.self).map(EstablishmentID.init(rawValue:)))
        }
    }

    private static func user(_ row: PostgresRow) throws(PostgresError) -> SCIMUser {
        let establishments = try row.array(10, of: Int32.self)
        let roles = try row.array(11, of: String.self)
        let people = try row.array(12, of: UUID.self)
        let profiles = zip(establishments, zip(roles, people)).map {
            SCIMUser.Profile(
                establishment: EstablishmentID(rawValue: $0), role: $1.0, person: PersonID(rawValue: $1.1))
        }
        return SCIMUser(
            id: AccountID(rawValue: try row.uuid(0)), login: try row.text(1), givenName: try row.text(2),
            familyName: try row.text(3), state: try row.text(4), created: try row.timestamp(5).microseconds,
            modified: try row.timestamp(6).microseconds, revision: try row.int64(7), isActiveUnset: try row.bool(8),
            externalID: try row.optionalText(9), profiles: profiles)
    }
}
