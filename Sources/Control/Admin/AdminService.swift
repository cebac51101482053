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
    let hasher: PasswordHasher
    let isProduction: Bool
    private let migrate: @Sendable (EventLoop, Shard) async -> MigrationOutcome

    /// - Parameter migrate: brings one shard up to date, as the schema's owner.
    package init(
        loop: EventLoop, directory: PostgresPool, tenancy: Tenancy, hasher: PasswordHasher, isProduction: Bool,
        migrate: @escaping @Sendable (EventLoop, Shard) async -> MigrationOutcome
    ) {
        self.loop = loop
        self.directory = directory
        self.tenancy = tenancy
        self.hasher = hasher
        self.isProduction = isProduction
        self.migrate = migrate
        nodes = NodeStore(directory)
    }

    /// What the caller may see: everything with the operators' token, else the territories of their mandates.
    enum Scope {
        case everything
        case territories(Set<TerritoryID>)

        func contains(_ territory: TerritoryID) -> Bool {
            switch self {
            case .everything: true
            case .territories(let territories): territories.contains(territory)
            }
        }
    }

    func scope(_ call: Call) throws -> Scope {
        if call[OperatorKey.self] == true { return .everything }
        let mandates = try call.requireSession().holder.mandates
        if mandates.contains(where: { $0.role == .platformAdmin }) { return .everything }
        return .territories(Set(mandates.compactMap(\.territory)))
    }

    /// Who acts, for the audit log.
    func actor(_ call: Call) -> AuditActor {
        if let session = call.session { return AuditActor(kind: .account, name: session.holder.account.description) }
        return AuditActor(kind: .token, name: "operator")
    }

    /// Makes a shard known, brings its schema up to date, and puts it to use. Safe to repeat.
    /// - Throws: `ControlError.shardNotMigrated`; the shard is then known and not in use.
    func addShard(_ id: ShardID, name: String, address: Shard.Address, weight: Int) async throws -> Shard {
        try await ShardStore.register(id, name: name, address: address, weight: weight, in: directory)
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
