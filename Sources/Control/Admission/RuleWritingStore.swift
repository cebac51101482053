internal import Admission
internal import Postgres
internal import Tenancy
internal import Web

/// Rules and caps set by people, in the directory, each with its line in the audit log.
struct RuleWritingStore: Sendable {
    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    enum Kind: String {
        case window
        case admission
    }

    /// One transaction: what was there, the change, the trace.
    func put(
        _ kind: Kind, _ scope: RuleScope, _ name: String, _ document: JSON, in place: AuditPlace,
        by actor: AuditActor
    ) async throws(PostgresError) {
        var batch = PostgresBatch()
        batch.add(
            Self.traceChange, actor.kind.rawValue, actor.name, actor.requestID, "rule.set", scope.kind, scope.name,
            kind.rawValue, name, document.serialized, actor.address, place.territory?.rawValue ?? "",
            place.establishment?.rawValue)
        batch.add(Self.upsert, scope.kind, scope.name, kind.rawValue, name, document.serialized)
        _ = try await directory.run(batch)
    }

    /// - Returns: whether there was such a rule.
    func remove(
        _ kind: Kind, _ scope: RuleScope, _ name: String, in place: AuditPlace, by actor: AuditActor
    ) async throws(PostgresError) -> Bool {
        var batch = PostgresBatch()
        batch.add(
            Self.traceChange, actor.kind.rawValue, actor.name, actor.requestID, "rule.remove", scope.kind, scope.name,
            kind.rawValue, name, nil as String?, actor.address, place.territory?.rawValue ?? "",
            place.establishment?.rawValue)
        batch.add(Self.delete, scope.kind, scope.name, kind.rawValue, name)
        return try await directory.run(batch)[1].affected > 0
    }

    struct Identity: Sendable {
        let name: String
        let login: String
    }

    /// Names and logins of accounts: at most a page of them, or as many as a rule has exceptions.
    func identities(of accounts: [AccountID]) async throws(PostgresError) -> [AccountID: Identity] {
        guard !accounts.isEmpty else { return [:] }
        var found: [AccountID: Identity] = [:]
        for row in try await directory.run(PostgresBatch(Self.accountNames, accounts.map(\.rawValue)))[0] {
            found[AccountID(rawValue: try row.uuid(0))] = Identity(
                name: try row.text(1) + " " + row.text(2), login: try row.text(3))
        }
        return found
    }

    /// Accounts by login, of people with a profile in one of these establishments; nil: of anybody.
    func accounts(
        _ logins: [String], in establishments: [EstablishmentID]?
    ) async throws(PostgresError) -> [String: AccountID] {
        guard !logins.isEmpty else { return [:] }
        var found: [String: AccountID] = [:]
        let schools = (establishments ?? []).map { Int64($0.rawValue) }
        let batch = PostgresBatch(Self.accountsOfLogins, logins, establishments == nil, schools)
        for row in try await directory.run(batch)[0] {
            found[try row.text(0)] = AccountID(rawValue: try row.uuid(1))
        }
        return found
    }

    private static let traceChange = PostgresStatement(
        """
        insert into audit (actor_kind, actor, request_id, action, target, before, after, address, scope, establishment_id)
        select $1, $2, $3, $4, $5 || ' ' || $6 || ' ' || $7 || ' ' || $8,
            (select document from rule where scope_kind = $5 and scope = $6 and kind = $7 and name = $8), $9::jsonb,
            $10, $11, $12
        """)

    private static let upsert = PostgresStatement(
        """
        insert into rule (scope_kind, scope, kind, name, document, source) values ($1, $2, $3, $4, $5::jsonb, 'console')
        on conflict (scope_kind, scope, kind, name) do update set document = excluded.document, source = 'console',
            territory_id = null, updated_at = now()
        """)

    private static let delete = PostgresStatement(
        "delete from rule where scope_kind = $1 and scope = $2 and kind = $3 and name = $4")

    private static let accountNames = PostgresStatement(
        "select id, given_name, family_name, login from account where id = any ($1::uuid[])")

    private static let accountsOfLogins = PostgresStatement(
        """
        select login, id from account a
        where login = any ($1::text[]) and state <> 'closed' and ($2::boolean or exists
            (select 1 from profile p where p.account_id = a.id and p.establishment_id = any ($3::bigint[])
             and (p.valid_to is null or p.valid_to >= current_date)))
        """)
}
