internal import HTTP
package import Identity
package import Postgres
package import Runtime
package import Tenancy
internal import Web

/// The control plane on one loop.
package final class AdminService: @unchecked Sendable {
    // Safety: confined to its loop.
    let loop: EventLoop
    let directory: PostgresPool
    let tenancy: Tenancy
    let nodes: NodeStore
    let jobs: JobStore
    let audit: AuditStore
    let mandates: MandateStore
    let tokens: AdminTokenStore
    let accountSearch: AccountSearchStore
    let neverConnected: NeverConnectedStore
    let keyring: Keyring
    private let endSessions: @Sendable ([SessionID]) async -> Void
    let hasher: PasswordHasher
    let isProduction: Bool
    /// Whether partner applications on plain HTTP and on this machine may be registered.
    let allowsPlainPartners: Bool
    /// The platform's own host name, which no establishment can have.
    package var reservedHost: String?
    /// Whether a mail server is configured.
    package var sendsMail = false
    /// Makes what looks after the signing keys.
    package var keyKeeper: () -> SigningKeyKeeper? = { nil }
    private let migrate: @Sendable (EventLoop, Shard) async -> MigrationOutcome

    /// - Parameters:
    ///   - endSessions: ends sessions at once, everywhere.
    ///   - migrate: brings one shard up to date, as the schema's owner.
    package init(
        loop: EventLoop, directory: PostgresPool, tenancy: Tenancy, keyring: Keyring, hasher: PasswordHasher,
        isProduction: Bool, allowsPlainPartners: Bool = false,
        endSessions: @escaping @Sendable ([SessionID]) async -> Void,
        migrate: @escaping @Sendable (EventLoop, Shard) async -> MigrationOutcome
    ) {
        self.loop = loop
        self.directory = directory
        self.tenancy = tenancy
        self.hasher = hasher
        self.keyring = keyring
        self.endSessions = endSessions
        self.isProduction = isProduction
        self.allowsPlainPartners = allowsPlainPartners
        self.migrate = migrate
        nodes = NodeStore(directory)
        jobs = JobStore(directory)
        audit = AuditStore(directory)
        mandates = MandateStore(directory)
        tokens = AdminTokenStore(directory)
        accountSearch = AccountSearchStore(directory)
        neverConnected = NeverConnectedStore(directory)
    }

    var cursors: CursorSigner { keyring.cursors }

    /// Ends sessions at once, everywhere.
    func forget(_ sessions: [SessionID]) async { await endSessions(sessions) }

    /// Who acts, for the audit log.
    func actor(_ call: Call) -> AuditActor {
        let (address, request) = (call.request.remoteAddress, call.request.id)
        guard call[OperatorKey.self] != true, let session = call.session else {
            let name = call[AdminTokenKey.self]?.name ?? "operator"
            return AuditActor(kind: .token, name: name, address: address, requestID: request)
        }
        return AuditActor(
            kind: .account, name: session.holder.account.description, address: address, requestID: request)
    }

    /// Makes a shard known, brings its schema up to date, and puts it to use. Safe to repeat.
    /// - Throws: `ControlError.shardNotMigrated`; the shard is then known and not in use.
    func addShard(
        _ id: ShardID, name: String, address: Shard.Address, weight: Int, by actor: AuditActor
    ) async throws -> Shard {
        func describe(_ name: String, _ address: Shard.Address, _ weight: Int) -> JSON {
            [
                "name": .string(name), "host": .string(address.host), "port": .integer(address.port),
                "database": .string(address.database), "weight": .integer(weight),
            ]
        }
        let known = try await ShardStore.all(directory).first { $0.id == id }
        let entry = AuditEntry(
            known == nil ? "shard.add" : "shard.update", by: actor, target: id.description,
            before: known.map { describe($0.name, $0.address, $0.weight) }, after: describe(name, address, weight))
        try await ShardStore.register(id, name: name, address: address, weight: weight, in: directory) { batch in
            AuditStore.add(entry, to: &batch)
        }
        guard let shard = try await ShardStore.all(directory).first(where: { $0.id == id }) else {
            throw ControlError.shardNotMigrated(id, reason: "it was removed meanwhile")
        }
        if let error = await migrate(loop, shard).error {
            throw ControlError.shardNotMigrated(id, reason: error.description)
        }
        if shard.state == .registered { _ = try await ShardStore.setState(of: id, .active, in: directory) }
        try await tenancy.refresh()
        return try await ShardStore.all(directory).first { $0.id == id } ?? shard
    }
}
