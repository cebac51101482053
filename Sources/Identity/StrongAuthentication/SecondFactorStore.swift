internal import Cryptography
internal import Postgres
internal import Runtime
internal import Tenancy

/// Second factors in the directory: secrets of authenticator applications encrypted, public keys of passkeys, hashes of
/// recovery codes.
struct SecondFactorStore: Sendable {
    struct Factor: Sendable {
        enum Kind: Sendable {
            case application(secret: [UInt8])
            case passkey(Passkey.Credential, party: String)
        }

        let id: UUID
        let name: String
        let kind: Kind
        /// Microseconds since 1970.
        let createdAt: Int64
    }

    static let most = 20
    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    private static func label(_ id: UUID) -> String { "preau.second_factor \(id)" }

    func all(of account: AccountID, _ keyring: Keyring) async throws(IdentityError) -> [Factor] {
        try await reading {
            var batch = PostgresBatch(Self.factors, account.rawValue)
            batch.isRepeatable = true
            var factors: [Factor] = []
            for row in try await directory.run(batch)[0] {
                let id = try row.uuid(0)
                let kind: Factor.Kind
                if try row.text(1) == "application" {
                    guard let key = keyring.key(try row.text(3)[...])?.key.sealing,
                        let secret = key.open(try row.bytes(4), context: Array(Self.label(id).utf8))
                    else { continue }
                    kind = .application(secret: secret)
                } else {
                    kind = .passkey(
                        Passkey.Credential(
                            id: try row.bytes(5), publicKey: try row.bytes(6), count: try row.int64(7)),
                        party: try row.text(8))
                }
                factors.append(
                    Factor(id: id, name: try row.text(2), kind: kind, createdAt: try row.timestamp(9).microseconds))
            }
            return factors
        }
    }

    func hasAny(_ account: AccountID) async throws(IdentityError) -> Bool {
        try await reading {
            var batch = PostgresBatch(Self.any, account.rawValue)
            batch.isRepeatable = true
            return try await directory.run(batch)[0].first?.bool(0) ?? false
        }
    }

    func codesLeft(_ account: AccountID) async throws(IdentityError) -> Int {
        try await reading {
            Int(try await directory.run(PostgresBatch(Self.countCodes, account.rawValue))[0].first?.int64(0) ?? 0)
        }
    }

    /// - Returns: whether it was added: not past `most`, and a passkey is one account's.
    func add(
        application secret: [UInt8], name: String, to account: AccountID, step: Int64, _ keyring: Keyring
    ) async throws(IdentityError) -> Bool {
        let id = UUID.v7()
        let current = keyring.current
        return try await reading {
            let sealed = try current.sealing.seal(secret, context: Array(Self.label(id).utf8))
            let batch = PostgresBatch(
                Self.insertApplication, id, account.rawValue, name, current.id, sealed, step, Int64(Self.most))
            return try await directory.run(batch)[0].affected == 1
        }
    }

    func add(
        passkey: Passkey.Credential, party: String, name: String, to account: AccountID
    ) async throws(IdentityError) -> Bool {
        try await reading {
            let batch = PostgresBatch(
                Self.insertPasskey, UUID.v7(), account.rawValue, name, passkey.id, passkey.publicKey, passkey.count,
                party,
                Int64(Self.most))
            return try await directory.run(batch)[0].affected == 1
        }
    }

    func remove(_ id: UUID, of account: AccountID) async throws(IdentityError) -> Bool {
        try await reading {
            var batch = PostgresBatch(Self.delete, id, account.rawValue)
            // Recovery codes are worth nothing by themselves.
            batch.add(Self.deleteCodesWithoutFactor, account.rawValue)
            return try await directory.run(batch)[0].affected == 1
        }
    }

    func replaceCodes(_ hashes: [[UInt8]], of account: AccountID) async throws(IdentityError) {
        try await reading {
            var batch = PostgresBatch(Self.deleteCodes, account.rawValue)
            batch.add(Self.insertCodes, account.rawValue, hashes.map { Hex.encode($0) })
            _ = try await directory.run(batch)
        }
    }

    /// Marks the step of a code as used. - Returns: false when it, or a later one, was used before on any node.
    func use(application id: UUID, step: Int64) async throws(IdentityError) -> Bool {
        try await reading { try await directory.run(PostgresBatch(Self.useStep, id, step))[0].affected == 1 }
    }

    func use(passkey id: UUID, count: Int64) async throws(IdentityError) -> Bool {
        try await reading { try await directory.run(PostgresBatch(Self.useCount, id, count))[0].affected == 1 }
    }

    /// Uses a recovery code up.
    func use(code hash: [UInt8], of account: AccountID) async throws(IdentityError) -> Bool {
        try await reading {
            try await directory.run(PostgresBatch(Self.useCode, account.rawValue, hash))[0].affected == 1
        }
    }

    /// Encrypts anew, a few hundred at a time, what was encrypted under a session key that is on its way out. As preau_admin.
    func reseal(_ keyring: Keyring) async throws(IdentityError) {
        let current = keyring.current
        try await reading {
            for row in try await directory.run(PostgresBatch(Self.sealedOtherwise, current.id))[0] {
                let id = try row.uuid(0)
                let name = try row.text(1)
                guard let old = keyring.key(name[...])?.key,
                    let secret = old.sealing.open(try row.bytes(2), context: Array(Self.label(id).utf8))
                else { continue }
                let sealed = try current.sealing.seal(secret, context: Array(Self.label(id).utf8))
                _ = try await directory.run(PostgresBatch(Self.replaceSealed, id, current.id, sealed, name))
            }
        }
    }

    private static let sealedOtherwise = PostgresStatement(
        "select id, sealed_by, sealed from second_factor where kind = 'application' and sealed_by <> $1 limit 500")
    private static let replaceSealed = PostgresStatement(
        "update second_factor set sealed_by = $2, sealed = $3 where id = $1 and sealed_by = $4")

    private func reading<Value>(_ body: () async throws -> Value) async throws(IdentityError) -> Value {
        do { return try await body() } catch { throw .directoryUnavailable }
    }

    private static let factors = PostgresStatement(
        """
        select id, kind, name, sealed_by, sealed, credential_id, public_key, sign_count, party, created_at
        from second_factor where account_id = $1 order by created_at, id
        """)
    private static let any = PostgresStatement("select exists (select from second_factor where account_id = $1)")
    private static let countCodes = PostgresStatement("select count(*) from recovery_code where account_id = $1")
    private static let insertApplication = PostgresStatement(
        """
        insert into second_factor (id, account_id, kind, name, sealed_by, sealed, last_step)
        select $1, $2, 'application', $3, $4, $5, $6
        where (select count(*) from second_factor where account_id = $2) < $7
        """)
    private static let insertPasskey = PostgresStatement(
        """
        insert into second_factor (id, account_id, kind, name, credential_id, public_key, sign_count, party)
        select $1, $2, 'passkey', $3, $4, $5, $6, $7
        where (select count(*) from second_factor where account_id = $2) < $8
        on conflict (credential_id) do nothing
        """)
    private static let delete = PostgresStatement("delete from second_factor where id = $1 and account_id = $2")
    private static let deleteCodesWithoutFactor = PostgresStatement(
        """
        delete from recovery_code where account_id = $1
            and not exists (select from second_factor where account_id = $1)
        """)
    private static let deleteCodes = PostgresStatement("delete from recovery_code where account_id = $1")
    private static let insertCodes = PostgresStatement(
        """
        insert into recovery_code (account_id, code_hash) select $1, decode(code, 'hex') from unnest($2::text[]) code
        on conflict do nothing
        """)
    private static let useStep = PostgresStatement(
        "update second_factor set last_step = $2, last_used_at = now() where id = $1 and last_step < $2")
    private static let useCount = PostgresStatement(
        """
        update second_factor set sign_count = $2, last_used_at = now()
        where id = $1 and (sign_count < $2 or (sign_count = 0 and $2 = 0))
        """)
    private static let useCode = PostgresStatement(
        "delete from recovery_code where account_id = $1 and code_hash = $2")
}
