internal import Cryptography
package import Postgres
internal import Runtime

/// The signing keys in the directory: encrypted, so that a copy of it signs nothing.
package struct SigningKeyStore: Sendable {
    private let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    /// What operators are shown of a key.
    package struct Description: Sendable {
        package let id: String
        package let algorithm: String
        /// `tokens`, `saml` or `saml_opening`.
        package let purpose: String
        package let state: String
        /// Microseconds since 1970.
        package let changedAt: Int64
    }

    private static func name(_ id: String) -> String { "preau.signing_key " + id }

    /// The keys that can be opened; the log is told of the others.
    func all(_ keyring: Keyring, log: Log) async throws(IdentityError) -> SigningKeys {
        do {
            var batch = PostgresBatch(Self.keys)
            batch.isRepeatable = true
            var keys: [SigningKey] = []
            for row in try await directory.run(batch)[0] {
                let id = try row.text(0)
                guard let state = SigningKey.State(rawValue: try row.text(2)),
                    let sealing = keyring.key(try row.text(3)[...])?.key.sealing,
                    let der = sealing.open(try row.bytes(4), context: Array(Self.name(id).utf8)),
                    let key = try? PrivateKey(der: der), SigningKey.id(of: key.publicNumbers) == id,
                    let purpose = SigningKey.Purpose(rawValue: try row.text(6))
                else {
                    log.error(
                        "a signing key cannot be opened: is its session key still in the file?", ("key", .text(id)))
                    continue
                }
                keys.append(SigningKey(id: id, state: state, key: key, purpose: purpose))
            }
            return SigningKeys(keys)
        } catch {
            throw .directoryUnavailable
        }
    }

    package func list() async throws(IdentityError) -> [Description] {
        do {
            return try await directory.run(PostgresBatch(Self.keys))[0].map { row in
                Description(
                    id: try row.text(0), algorithm: try row.text(1), purpose: try row.text(6), state: try row.text(2),
                    changedAt: try row.timestamp(5).microseconds)
            }
        } catch {
            throw .directoryUnavailable
        }
    }

    // MARK: As the role preau_admin

    func add(
        _ key: PrivateKey, _ purpose: SigningKey.Purpose, _ state: SigningKey.State, _ keyring: Keyring,
        with trace: (_ key: String, inout PostgresBatch) -> Void = { _, _ in }
    ) async throws(IdentityError) {
        let id = SigningKey.id(of: key.publicNumbers)
        let current = keyring.current
        guard let sealed = try? current.sealing.seal(key.der, context: Array(Self.name(id).utf8)) else {
            throw .directoryUnavailable
        }
        var batch = PostgresBatch(
            Self.insert, id, key.algorithm.rawValue, state.rawValue, current.id, sealed, purpose.rawValue)
        trace(id, &batch)
        try await run(batch)
    }

    /// Lets a prepared key that everybody had time to fetch sign in the place of the present one.
    /// - Parameter seconds: how long it has been published at least.
    func activate(
        _ algorithm: SignatureAlgorithm, _ purpose: SigningKey.Purpose, preparedFor seconds: Int64
    ) async throws(IdentityError) {
        var batch = PostgresBatch(Self.retire, algorithm.rawValue, seconds, purpose.rawValue)
        batch.add(Self.promote, algorithm.rawValue, seconds, purpose.rawValue)
        try await run(batch)
    }

    /// Destroys keys retired for so long that nothing they signed is looked at any more.
    func destroy(_ purpose: SigningKey.Purpose, retiredFor seconds: Int64) async throws(IdentityError) {
        try await run(PostgresBatch(Self.delete, seconds, purpose.rawValue))
    }

    /// Encrypts anew what was encrypted under a session key that is on its way out.
    func reseal(_ keyring: Keyring) async throws(IdentityError) {
        let current = keyring.current
        do {
            for row in try await directory.run(PostgresBatch(Self.keys))[0] {
                let id = try row.text(0)
                let name = try row.text(3)
                guard name != current.id, let old = keyring.key(name[...])?.key,
                    let der = old.sealing.open(try row.bytes(4), context: Array(Self.name(id).utf8))
                else { continue }
                let sealed = try current.sealing.seal(der, context: Array(Self.name(id).utf8))
                _ = try await directory.run(PostgresBatch(Self.replace, id, current.id, sealed, name))
            }
        } catch {
            throw .directoryUnavailable
        }
    }

    private func run(_ batch: PostgresBatch) async throws(IdentityError) {
        do { _ = try await directory.run(batch) } catch { throw .directoryUnavailable }
    }

    private static let keys = PostgresStatement(
        """
        select kid, algorithm, state, sealed_by, sealed, changed_at, purpose from signing_key
        order by created_at desc, kid limit 100
        """
    )

    private static let insert = PostgresStatement(
        """
        insert into signing_key (kid, algorithm, state, sealed_by, sealed, purpose) values ($1, $2, $3, $4, $5, $6)
        on conflict do nothing
        """)

    private static let retire = PostgresStatement(
        """
        update signing_key set state = 'retired', changed_at = now()
        where algorithm = $1 and purpose = $3 and state = 'active' and exists (select from signing_key p
            where p.algorithm = $1 and p.purpose = $3 and p.state = 'prepared' and p.changed_at <= now() - $2 * interval '1 second')
        """)

    private static let promote = PostgresStatement(
        """
        update signing_key set state = 'active', changed_at = now()
        where kid = (select kid from signing_key where algorithm = $1 and purpose = $3 and state = 'prepared'
                and changed_at <= now() - $2 * interval '1 second' order by created_at, kid limit 1)
            and not exists (select from signing_key where algorithm = $1 and purpose = $3 and state = 'active')
        """)

    private static let delete = PostgresStatement(
        """
        delete from signing_key
        where purpose = $2 and state = 'retired' and changed_at <= now() - $1 * interval '1 second'
        """)

    private static let replace = PostgresStatement(
        "update signing_key set sealed_by = $2, sealed = $3 where kid = $1 and sealed_by = $4")
}
