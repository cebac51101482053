internal import Identity
package import Postgres
package import Runtime
package import Tenancy

/// Who administers what, in the directory.
package struct MandateStore: Sendable {
    private let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    /// A mandate as it was given.
    package struct Given: Dated {
        package let id: UUID
        package let account: AccountID
        package let login: String
        package let name: String
        package let role: Role
        package let territory: TerritoryID?
        package let establishment: EstablishmentID?
        /// Nil: all that the role has.
        package let rights: [AdminRight]?
        package let from: CivilDate
        package let until: CivilDate?
        /// Microseconds since 1970: first given; giving it again changes its rights and dates.
        package let createdAt: Int64

        package var place: ListPlace { ListPlace(createdAt: createdAt, id: id) }
    }

    /// What an account has in its charge today: its mandates, and the establishments that it heads.
    package func charge(of account: AccountID, _ territories: Territories) async throws(PostgresError) -> Charge {
        var batch = PostgresBatch(MandateStore.mandates, account.rawValue)
        batch.add(MandateStore.headships, account.rawValue)
        batch.isRepeatable = true
        let rows = try await directory.run(batch)
        var grants = try MandateStore.grants(rows[0], territories)
        let headed = try rows[1].map { row throws(PostgresError) in EstablishmentID(rawValue: try row.int32(0)) }
        if !headed.isEmpty { grants.append(Charge.Grant(establishments: Set(headed), rights: MandateStore.headRights)) }
        return Charge(grants: grants)
    }

    /// What an account would have in its charge once whoever holds it signed in: mandates that are still to begin, and those of
    /// an account that waits for its activation or is locked, count as well. Who may act on it is judged by this.
    package func reach(of account: AccountID, _ territories: Territories) async throws(PostgresError) -> Charge {
        var batch = PostgresBatch(MandateStore.everyMandate, account.rawValue)
        batch.isRepeatable = true
        return Charge(grants: try MandateStore.grants(try await directory.run(batch)[0], territories))
    }

    private static func grants(
        _ rows: PostgresRows, _ territories: Territories
    ) throws(PostgresError) -> [Charge.Grant] {
        var grants: [Charge.Grant] = []
        for row in rows {
            guard let role = Role(rawValue: try row.text(0)) else { continue }
            let rights = try row.optionalArray(3, of: String.self).map {
                Set($0.compactMap(AdminRight.init(rawValue:)))
            }
            grants.append(
                MandateStore.grant(
                    role, territory: try row.optional(1), establishment: try row.optional(2), rights: rights,
                    territories))
        }
        return grants
    }

    /// What somebody who heads an establishment may do in it without any mandate.
    static let headRights: Set<AdminRight> = [.accounts, .audit]

    /// - Parameter rights: nil for all that the role has.
    static func grant(
        _ role: Role, territory: TerritoryID?, establishment: EstablishmentID?, rights: Set<AdminRight>?,
        _ territories: Territories
    ) -> Charge.Grant {
        var all = Set(AdminRight.allCases)
        // A single establishment has no rules, quotas or shards of its own to change.
        if role == .establishmentAdmin { all.subtract([.moves, .backups, .quotas, .rules, .establishments]) }
        if role == .territoryAdmin || role == .regionAdmin { all.subtract([.moves]) }
        let rights = rights.map(all.intersection) ?? all
        switch role {
        case .platformAdmin: return Charge.Grant(isEverything: true, rights: rights)
        case .establishmentAdmin:
            return Charge.Grant(establishments: Set([establishment].compactMap { $0 }), rights: rights)
        default: return Charge.Grant(territories: descendants(of: territory, territories), rights: rights)
        }
    }

    /// A territory and all below it.
    private static func descendants(of territory: TerritoryID?, _ territories: Territories) -> Set<TerritoryID> {
        guard let territory else { return [] }
        var found: Set<TerritoryID> = [territory]
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for each in territories.all where !found.contains(each.id) {
                if let parent = each.parent, found.contains(parent) {
                    found.insert(each.id)
                    isGrowing = true
                }
            }
        }
        return found
    }

    private static let mandates = PostgresStatement(
        """
        select m.role, m.territory_id, m.establishment_id, m.rights
        from administrator m join account a on a.id = m.account_id
        where m.account_id = $1 and a.state = 'active' and m.valid_from <= current_date
            and (m.valid_to is null or m.valid_to >= current_date)
        """)
    private static let everyMandate = PostgresStatement(
        """
        select m.role, m.territory_id, m.establishment_id, m.rights from administrator m
        where m.account_id = $1 and (m.valid_to is null or m.valid_to >= current_date)
        """)
    private static let headships = PostgresStatement(
        """
        select distinct p.establishment_id from profile p join account a on a.id = p.account_id
        where p.account_id = $1 and a.state = 'active' and p.role = 'head' and p.valid_from <= current_date
            and (p.valid_to is null or p.valid_to >= current_date)
        """)

    // MARK: Lists

    /// Which of the mandates.
    package struct Filter: Sendable {
        package var scope: RowScope
        /// Folded beginnings of words of a login or a name; nil: anybody's.
        package var words: [String]?
        /// Over this one itself, not over a territory that it is in.
        package var establishment: EstablishmentID?

        package init(_ scope: RowScope, words: [String]? = nil, establishment: EstablishmentID? = nil) {
            self.scope = scope
            self.words = words
            self.establishment = establishment
        }
    }

    /// The newest first, each at its place for as long as it is there.
    ///
    /// A page reads and sorts all mandates of the scope, and words are compared with the account of each: no index serves
    /// either. They are thousands, not millions, and nobody but those who delegate asks: 5 ms a page and 120 ms a search
    /// among 10,000 mandates and two million accounts.
    /// - Parameter after: of the last one of the page before, which may have been taken away since.
    package func list(_ filter: Filter, after: ListPlace?, limit: Int) async throws(PostgresError) -> [Given] {
        var conditions = FilterConditions()
        conditions.add(through: filter.scope, territory: "m.territory_id", establishment: "m.establishment_id")
        if let establishment = filter.establishment {
            conditions.add("m.establishment_id = ", establishment.rawValue)
        }
        if let words = filter.words {
            conditions.add(words, beginWordsOf: "a.family_key || ' ' || a.given_key || ' ' || preau_fold(a.login)")
        }
        if let after { conditions.addRow("(m.created_at, m.id) < ", after.row) }
        let order = "order by m.created_at desc, m.id desc limit \(limit)"
        // Without words to compare, the accounts of one page are looked up and not those of all.
        let rows =
            filter.words == nil
            ? "from (select * from administrator m \(conditions.sql) \(order)) m join account a on a.id = m.account_id"
            : "\(MandateStore.source) \(conditions.sql)"
        var batch = PostgresBatch()
        batch.add(
            PostgresStatement(unsafeSQL: "select \(MandateStore.columns) \(rows) \(order)"), values: conditions.values)
        batch.isRepeatable = true
        var found: [Given] = []
        for row in try await directory.run(batch)[0] {
            if let given = try MandateStore.given(row) { found.append(given) }
        }
        return found
    }

    package func find(_ id: UUID) async throws(PostgresError) -> Given? {
        var batch = PostgresBatch()
        batch.add(
            PostgresStatement(unsafeSQL: "select \(MandateStore.columns) \(MandateStore.source) where m.id = $1"),
            values: [id])
        guard let row = try await directory.run(batch)[0].first else { return nil }
        return try MandateStore.given(row)
    }

    private static let columns =
        """
        m.id, m.account_id, a.login, a.given_name || ' ' || a.family_name, m.role, m.territory_id, m.establishment_id,
        m.rights, m.valid_from, m.valid_to, m.created_at
        """
    private static let source = "from administrator m join account a on a.id = m.account_id"

    private static func given(_ row: PostgresRow) throws(PostgresError) -> Given? {
        guard let role = Role(rawValue: try row.text(4)) else { return nil }
        return Given(
            id: try row.uuid(0), account: AccountID(rawValue: try row.uuid(1)), login: try row.text(2),
            name: try row.text(3), role: role, territory: try row.optional(5), establishment: try row.optional(6),
            rights: try row.optionalArray(7, of: String.self).map { $0.compactMap(AdminRight.init(rawValue:)) },
            from: try row.date(8), until: try row.optionalDate(9),
            createdAt: try row.timestamp(10).microseconds)
    }

    // MARK: Giving and taking away

    /// A mandate to be given, or changed: one account has a role over a thing once.
    package struct Draft: Sendable {
        package let account: AccountID
        package let role: Role
        package let territory: TerritoryID?
        package let establishment: EstablishmentID?
        package let rights: [AdminRight]?
        package let from: CivilDate?
        package let until: CivilDate?
    }

    package static func add(_ draft: Draft, by actor: AuditActor, to batch: inout PostgresBatch) {
        batch.add(
            put, draft.account.rawValue, draft.territory?.rawValue, draft.establishment?.rawValue, draft.role.rawValue,
            draft.rights.map { $0.map(\.rawValue) }, draft.from, draft.until, actor.name)
    }

    private static let put = PostgresStatement(
        """
        insert into administrator (account_id, territory_id, establishment_id, role, rights, valid_from, valid_to, granted_by)
        values ($1, $2, $3, $4, $5, coalesce($6, current_date), $7, $8)
        on conflict (account_id, territory_id, establishment_id, role) do update set rights = excluded.rights,
            valid_from = excluded.valid_from, valid_to = excluded.valid_to, granted_by = excluded.granted_by
        returning id
        """)

    /// The mandate that this one would take the place of, locked, unless it is over: its rights and dates.
    package static func current(
        _ draft: Draft, _ transaction: PostgresTransaction
    ) async throws(PostgresError) -> (rights: [AdminRight]?, from: CivilDate, until: CivilDate?)? {
        let rows = try await transaction.query(
            same, draft.account.rawValue, draft.territory?.rawValue, draft.establishment?.rawValue,
            draft.role.rawValue)
        return try rows.first.map { row throws(PostgresError) in
            (
                try row.optionalArray(0, of: String.self).map { $0.compactMap(AdminRight.init(rawValue:)) },
                try row.date(1), try row.optionalDate(2)
            )
        }
    }

    private static let same = PostgresStatement(
        """
        select rights, valid_from, valid_to from administrator
        where account_id = $1 and territory_id is not distinct from $2::text
            and establishment_id is not distinct from $3::integer and role = $4
            and (valid_to is null or valid_to >= current_date)
        for update
        """)

    package static let remove = PostgresStatement("delete from administrator where id = $1")
}
