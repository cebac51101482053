package import Postgres
internal import Runtime
package import Tenancy

/// Finds accounts among millions: by the beginnings of names and logins, or those of one establishment, always within what
/// somebody has in their charge. What a search costs is bounded by what it shows, not by how many there are.
package struct AccountSearchStore: Sendable {
    private let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    package struct Query: Sendable {
        package var scope = RowScope.everything
        /// Folded; empty for all of an establishment.
        package var words: [String] = []
        /// What was typed when it may be a login: one word, in lower case.
        package var login: String?
        package var establishment: EstablishmentID?
        package var role: String?
        package var state: String?
        package var neverConnected = false
        /// Microseconds since 1970: those whose last visit is before it.
        package var unseenSince: Int64?
        package var askedForCode = false

        package init() {}
    }

    /// Where a list goes on.
    package struct Place: Sendable {
        package let family: String
        package let given: String
        package let id: AccountID
    }

    private static let columns =
        """
        a.id, a.login, a.given_name, a.family_name, a.state, a.first_sign_in_at, a.last_sign_in_at,
        exists (select from administrator m where m.account_id = a.id),
        exists (select from reset_request r where r.account_id = a.id),
        a.family_key, a.given_key
        """

    /// By name. Of one establishment with a cursor; of a search the first `limit`, since who finds more types another letter.
    package func search(
        _ query: Query, after: Place?, limit: Int
    ) async throws(PostgresError) -> [(account: FoundAccount, place: Place)] {
        var batch = PostgresBatch()
        let fromEstablishments: Bool
        if case .only(let territories, _) = query.scope, territories.isEmpty {
            fromEstablishments = true
        } else {
            fromEstablishments = query.establishment != nil
        }
        if fromEstablishments || query.words.isEmpty {
            addByEstablishment(query, after, limit, to: &batch)
        } else {
            addByWords(query, limit, to: &batch)
        }
        batch.isRepeatable = true
        let rows = try await directory.run(batch)[0]
        var found: [(FoundAccount, Place)] = []
        var ids: [AccountID] = []
        for row in rows { ids.append(AccountID(rawValue: try row.uuid(0))) }
        let roles = try await roles(of: ids)
        for row in rows {
            let id = AccountID(rawValue: try row.uuid(0))
            found.append(
                (
                    FoundAccount(
                        id: id, login: try row.text(1), givenName: try row.text(2), familyName: try row.text(3),
                        state: try row.text(4), firstVisit: try row.optionalTimestamp(5)?.microseconds,
                        lastVisit: try row.optionalTimestamp(6)?.microseconds, roles: roles[id] ?? [],
                        isAdministrator: try row.bool(7), hasAskedForCode: try row.bool(8)),
                    Place(family: try row.text(9), given: try row.text(10), id: id)
                ))
        }
        return found.map { (account: $0.0, place: $0.1) }
    }

    package func find(_ id: AccountID) async throws(PostgresError) -> FoundAccount? {
        var batch = PostgresBatch()
        batch.add(
            PostgresStatement(unsafeSQL: "select \(AccountSearchStore.columns) from account a where a.id = $1"),
            values: [id.rawValue])
        guard let row = try await directory.run(batch)[0].first else { return nil }
        return FoundAccount(
            id: id, login: try row.text(1), givenName: try row.text(2), familyName: try row.text(3),
            state: try row.text(4), firstVisit: try row.optionalTimestamp(5)?.microseconds,
            lastVisit: try row.optionalTimestamp(6)?.microseconds, roles: try await roles(of: [id])[id] ?? [],
            isAdministrator: try row.bool(7), hasAskedForCode: try row.bool(8))
    }

    /// Roles of the accounts of one page.
    private func roles(of ids: [AccountID]) async throws(PostgresError) -> [AccountID: [FoundAccount.Role]] {
        guard !ids.isEmpty else { return [:] }
        var roles: [AccountID: [FoundAccount.Role]] = [:]
        for row in try await directory.run(PostgresBatch(AccountSearchStore.rolesOf, ids.map(\.rawValue)))[0] {
            roles[AccountID(rawValue: try row.uuid(0)), default: []].append(
                FoundAccount.Role(
                    establishment: EstablishmentID(rawValue: try row.int32(1)), role: try row.text(2),
                    source: try row.text(3)))
        }
        return roles
    }

    private static let rolesOf = PostgresStatement(
        """
        select distinct account_id, establishment_id, role, source from profile
        where account_id = any ($1) and (valid_to is null or valid_to >= current_date)
        order by account_id, establishment_id, role
        """)

    // MARK: Statements

    private func filters(_ query: Query, to conditions: inout FilterConditions) {
        if let state = query.state {
            conditions.add("a.state = ", state)
        } else {
            conditions.add("a.state <> 'closed'")
        }
        if query.neverConnected { conditions.add("a.first_sign_in_at is null") }
        if let since = query.unseenSince {
            conditions.add("coalesce(a.last_sign_in_at, '-infinity') < ", PostgresTimestamp(microseconds: since))
        }
        if query.askedForCode { conditions.add("exists (select from reset_request r where r.account_id = a.id)") }
    }

    /// Through the profiles of an establishment, or of the few that somebody has: as many rows as it has people.
    private func addByEstablishment(_ query: Query, _ after: Place?, _ limit: Int, to batch: inout PostgresBatch) {
        var conditions = FilterConditions()
        if let establishment = query.establishment {
            conditions.add("p.establishment_id = ", establishment.rawValue)
        }
        if case .only(_, let establishments) = query.scope, query.establishment == nil {
            conditions.add("p.establishment_id = any (", establishments.map(\.rawValue), ")")
        }
        conditions.add("(p.valid_to is null or p.valid_to >= current_date)")
        if let role = query.role { conditions.add("p.role = ", role) }
        filters(query, to: &conditions)
        if !query.words.isEmpty {
            conditions.add(
                query.words, beginWordsOf: "a.family_key || ' ' || a.given_key || ' ' || preau_fold(a.login)")
        }
        if let after {
            conditions.addRow(
                "(a.family_key, a.given_key, a.id) > ", [after.family, after.given, after.id.rawValue])
        }
        batch.add(
            PostgresStatement(
                unsafeSQL:
                    """
                    select distinct on (a.family_key, a.given_key, a.id) \(AccountSearchStore.columns)
                    from profile p join account a on a.id = p.account_id
                    \(conditions.sql) order by a.family_key, a.given_key, a.id limit \(limit)
                    """), values: conditions.values)
    }

    /// The beginnings of a login, or of a family name and a given name in either order; each branch is a range of an index that
    /// stops at `limit`.
    private func addByWords(_ query: Query, _ limit: Int, to batch: inout PostgresBatch) {
        var branches: [String] = []
        var values: [any PostgresBindable] = []
        func branch(_ ranges: [(column: StaticString, prefix: String)]) {
            var conditions = FilterConditions(numberedFrom: values.count)
            for (column, prefix) in ranges {
                conditions.add("\(column) >= ", prefix)
                conditions.add("\(column) < ", prefix + "\u{10FFFF}")
            }
            filters(query, to: &conditions)
            if let role = query.role {
                conditions.add("exists (select from profile p where p.account_id = a.id and p.role = ", role, ")")
            }
            addScope(query.scope, to: &conditions)
            values += conditions.values
            branches.append(
                """
                (select \(AccountSearchStore.columns) from account a \(conditions.sql)
                order by \(ranges[0].column) limit \(limit))
                """)
        }
        let words = query.words
        if let login = query.login { branch([("a.login collate \"C\"", login)]) }
        if words.count == 1 {
            branch([("a.family_key", words[0])])
            branch([("a.given_key", words[0])])
        } else {
            for split in 1..<min(words.count, 4) {
                let (first, second) = (words[..<split].joined(separator: " "), words[split...].joined(separator: " "))
                branch([("a.family_key", first), ("a.given_key", second)])
                branch([("a.given_key", first), ("a.family_key", second)])
            }
            branch([("a.family_key", words.joined(separator: " "))])
        }
        batch.add(
            PostgresStatement(
                unsafeSQL: branches.joined(separator: " union ") + " order by family_key, given_key, id limit \(limit)"),
            values: values)
    }

    private func addScope(_ scope: RowScope, to conditions: inout FilterConditions) {
        guard case .only(let territories, let establishments) = scope else { return }
        // By mandates too: who administers a new school has no profile.
        conditions.add(
            """
            exists (select from (
                select establishment_id, null::text as territory_id from profile where account_id = a.id
                union all select establishment_id, territory_id from administrator where account_id = a.id
            ) tie left join establishment e on e.id = tie.establishment_id
            where coalesce(tie.territory_id, e.territory_id) = any (
            """, territories.map(\.rawValue), ")", " or e.id = any (", establishments.map(\.rawValue), "))")
    }
}
