internal import Cryptography
package import Postgres
internal import Runtime
package import Tenancy
package import Web

/// Identity providers and links to them, in the directory.
package struct UpstreamStore: Sendable {
    private let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    private static func context(_ id: String) -> [UInt8] { Array("preau.upstream \(id)".utf8) }

    /// The providers that are open; one that cannot be read does not take the others away.
    func all(_ keyring: Keyring, log: Log) async throws(IdentityError) -> [UpstreamProvider] {
        try await reading {
            var batch = PostgresBatch(Self.providers)
            batch.isRepeatable = true
            var found: [UpstreamProvider] = []
            for row in try await directory.run(batch)[0] {
                let id = try row.text(0)
                var parser = JSONParser(Array(try row.json(6).text.utf8))
                guard let key = keyring.key(try row.text(4)[...])?.key.sealing,
                    let secret = key.open(try row.bytes(5), context: Self.context(id)), let json = try? parser.parse(),
                    let provider = UpstreamProvider(
                        id: id, name: try row.text(1),
                        territory: try row.optionalText(2).flatMap(TerritoryID.init(rawValue:)),
                        clientID: try row.text(3), secret: String(decoding: secret, as: UTF8.self), settings: json)
                else {
                    log.error("unreadable identity provider", ("id", .text(id)))
                    continue
                }
                found.append(provider)
            }
            return found
        }
    }

    /// As preau_admin. - Throws: `.partnerNameTaken`.
    package func add(
        id: String, name: String, territory: TerritoryID?, clientID: String, secret: String, settings: JSON,
        _ keyring: Keyring, with trace: PartnerStore.Trace
    ) async throws(IdentityError) {
        let current = keyring.current
        let sealed: [UInt8]
        do {
            sealed = try current.sealing.seal(Array(secret.utf8), context: Self.context(id))
        } catch {
            throw .directoryUnavailable
        }
        let batch = PostgresBatch(
            Self.insert, id, name, territory?.rawValue, clientID, current.id, sealed,
            JSONText(String(decoding: settings.bytes, as: UTF8.self)))
        try await writing(batch, trace, otherwise: .partnerNameTaken)
    }

    /// What somebody is told of a provider that is there, open or not.
    package func describe(
        _ id: String
    ) async throws(IdentityError) -> (name: String, territory: TerritoryID?, settings: JSON)? {
        try await reading {
            guard let row = try await directory.run(PostgresBatch(Self.described, id))[0].first else { return nil }
            var parser = JSONParser(Array(try row.json(2).text.utf8))
            return (
                try row.text(0), try row.optionalText(1).flatMap(TerritoryID.init(rawValue:)),
                (try? parser.parse()) ?? .null
            )
        }
    }

    /// The change and its trace, both or neither. - Parameter missed: thrown when nothing was changed; nil: that is well too.
    private func writing(
        _ batch: PostgresBatch, _ trace: PartnerStore.Trace, otherwise missed: IdentityError?
    ) async throws(IdentityError) {
        do {
            try await directory.transaction { transaction in
                guard try await transaction.run(batch)[0].affected > 0 else {
                    if let missed { throw missed }
                    return
                }
                var batch = PostgresBatch()
                trace(&batch)
                _ = try await transaction.run(batch)
            }
        } catch let error as IdentityError {
            throw error
        } catch {
            throw .directoryUnavailable
        }
    }

    /// As preau_admin. - Throws: `.unknownPartner`.
    package func remove(_ id: String, with trace: PartnerStore.Trace) async throws(IdentityError) {
        try await writing(PostgresBatch(Self.delete, id), trace, otherwise: .unknownPartner)
    }

    /// As preau_admin: switches local passwords off, or on again, for a role in an establishment. Where they are so already
    /// nothing is done, and nothing traced.
    package func setPasswords(
        off isOff: Bool, for role: Role, in establishment: EstablishmentID, with trace: PartnerStore.Trace
    ) async throws(IdentityError) {
        try await writing(
            PostgresBatch(isOff ? Self.passwordsOff : Self.passwordsOn, establishment.rawValue, role.rawValue), trace,
            otherwise: nil)
    }

    /// Encrypts the secrets anew under the first session key. As preau_admin.
    func reseal(_ keyring: Keyring) async throws(IdentityError) {
        let current = keyring.current
        try await reading {
            for row in try await directory.run(PostgresBatch(Self.sealedOtherwise, current.id))[0] {
                let id = try row.text(0)
                guard let old = keyring.key(try row.text(1)[...])?.key,
                    let secret = old.sealing.open(try row.bytes(2), context: Self.context(id))
                else { continue }
                let sealed = try current.sealing.seal(secret, context: Self.context(id))
                _ = try await directory.run(PostgresBatch(Self.replaceSealed, id, current.id, sealed, old.id))
            }
        }
    }

    // MARK: Links

    struct Account: Sendable {
        let holder: Holder
        let hasSecondFactor: Bool
    }

    /// Who of ours somebody of theirs is; nil when nobody, or an account that is not open.
    func account(_ provider: String, subject: String) async throws(IdentityError) -> Account? {
        try await account(Self.linked, provider, subject)
    }

    /// The open account of a login that nobody of this provider is linked to.
    func unlinked(_ login: Login, _ provider: String) async throws(IdentityError) -> Account? {
        try await account(Self.byLogin, provider, login.rawValue)
    }

    /// The open account of whom a feed calls so, and whom nobody of this provider is linked to.
    func unlinked(_ reference: FeedReference, _ provider: String) async throws(IdentityError) -> Account? {
        try await account(PostgresBatch(Self.byReference, provider, reference.academy, reference.key))
    }

    private func account(
        _ statement: PostgresStatement, _ provider: String, _ value: String
    ) async throws(IdentityError) -> Account? {
        try await account(PostgresBatch(statement, provider, value))
    }

    private func account(_ found: PostgresBatch) async throws(IdentityError) -> Account? {
        try await reading {
            guard let row = try await directory.run(found)[0].first else { return nil }
            let id = try row.uuid(0)
            var batch = PostgresBatch(Self.profiles, id)
            batch.add(Self.mandates, id)
            let held = try await directory.run(batch)
            return Account(
                holder: try Holder(row, profiles: held[0], mandates: held[1]), hasSecondFactor: try row.bool(5))
        }
    }

    /// - Returns: false when one of the two is linked already.
    func link(_ provider: String, subject: String, to account: AccountID) async throws(IdentityError) -> Bool {
        try await reading {
            try await directory.run(PostgresBatch(Self.insertLink, provider, subject, account.rawValue))[0].affected
                == 1
        }
    }

    func unlink(_ provider: String, from account: AccountID) async throws(IdentityError) {
        _ = try await reading { try await directory.run(PostgresBatch(Self.deleteLink, provider, account.rawValue)) }
    }

    /// The providers that an account is linked to.
    func links(of account: AccountID) async throws(IdentityError) -> Set<String> {
        try await reading {
            Set(try await directory.run(PostgresBatch(Self.linksOf, account.rawValue))[0].map { try $0.text(0) })
        }
    }

    private func reading<Value>(_ body: () async throws -> Value) async throws(IdentityError) -> Value {
        do { return try await body() } catch { throw .directoryUnavailable }
    }

    private static let providers = PostgresStatement(
        """
        select id, name, territory_id, client_id, sealed_by, sealed, settings from upstream_provider
        where is_enabled order by name, id limit 500
        """)
    private static let insert = PostgresStatement(
        """
        insert into upstream_provider (id, name, territory_id, client_id, sealed_by, sealed, settings)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
        """)
    private static let delete = PostgresStatement("delete from upstream_provider where id = $1")
    private static let sealedOtherwise = PostgresStatement(
        "select id, sealed_by, sealed from upstream_provider where sealed_by <> $1 limit 500")
    private static let replaceSealed = PostgresStatement(
        "update upstream_provider set sealed_by = $2, sealed = $3 where id = $1 and sealed_by = $4")
    private static let passwordsOff = PostgresStatement(
        "insert into password_off (establishment_id, role) values ($1, $2) on conflict do nothing")
    private static let passwordsOn = PostgresStatement(
        "delete from password_off where establishment_id = $1 and role = $2")
    private static let described = PostgresStatement(
        "select name, territory_id, settings from upstream_provider where id = $1")

    // The first five columns are those of Holder.init.
    private static let linked = PostgresStatement(
        """
        select a.id, a.session_epoch, a.given_name, a.family_name, a.locale,
            exists (select from second_factor f where f.account_id = a.id)
        from upstream_link l join account a on a.id = l.account_id
        where l.provider_id = $1 and l.subject = $2 and a.state = 'active'
        """)
    private static let byLogin = PostgresStatement(
        """
        select a.id, a.session_epoch, a.given_name, a.family_name, a.locale,
            exists (select from second_factor f where f.account_id = a.id)
        from account a
        where a.login = $2 and a.state = 'active'
            and not exists (select from upstream_link l where l.provider_id = $1 and l.account_id = a.id)
        """)
    private static let byReference = PostgresStatement(
        """
        select a.id, a.session_epoch, a.given_name, a.family_name, a.locale,
            exists (select from second_factor f where f.account_id = a.id)
        from account a
        where a.id = preau_feed_account($2, $3) and a.state = 'active'
            and not exists (select from upstream_link l where l.provider_id = $1 and l.account_id = a.id)
        """)
    private static let profiles = PostgresStatement(
        """
        select establishment_id, role, person_id from profile
        where account_id = $1 and valid_from <= current_date and (valid_to is null or valid_to >= current_date)
        order by valid_from, establishment_id, role, person_id
        """)
    private static let mandates = PostgresStatement(
        """
        select role, territory_id from administrator
        where account_id = $1 and valid_from <= current_date and (valid_to is null or valid_to >= current_date)
        group by role, territory_id order by role, territory_id
        """)
    private static let insertLink = PostgresStatement(
        "insert into upstream_link (provider_id, subject, account_id) values ($1, $2, $3) on conflict do nothing")
    private static let deleteLink = PostgresStatement(
        "delete from upstream_link where provider_id = $1 and account_id = $2")
    private static let linksOf = PostgresStatement("select provider_id from upstream_link where account_id = $1")
}
