package import Postgres
internal import Runtime
package import Tenancy
internal import Web

/// Establishments that are copies: to look at a backup, to try something, for the drill. Each has a number, a code and a place of
/// its own, says in its name what it is, and nobody has a role in it: only who gets a mandate comes in.
package struct Sandboxes: Sendable {
    private let tenancy: Tenancy
    private let store: BackupDirectoryStore
    private let restoring: EstablishmentRestoring

    package init(_ tenancy: Tenancy, directory: PostgresPool) {
        self.tenancy = tenancy
        store = BackupDirectoryStore(directory: directory)
        restoring = EstablishmentRestoring(tenancy, directory: directory)
    }

    /// Where, and under which name, a backup becomes a sandbox.
    package struct Order: Sendable {
        let uai: UAI
        let name: String?
        let shard: ShardID?
    }

    /// Begun again with the same code, it goes on from wherever it was interrupted. Until its end nobody can enter it.
    /// - Throws: `BackupError.notASandbox` for a code that a real establishment has; as `EstablishmentRestoring`.
    func make(
        _ order: Order, from header: BackupHeader, _ events: BackupEvents
    ) async throws -> EstablishmentRestoring.Outcome {
        try await tenancy.refresh()
        let id = try await row(order, header)
        try await tenancy.refresh()
        try await tenancy.place([id])
        let context = try tenancy.administrativeContext(for: id)
        let outcome = try await restoring.replace(in: context, header, events)
        try await store.openSandbox(id)
        try await tenancy.refresh()
        return outcome
    }

    private func row(_ order: Order, _ header: BackupHeader) async throws -> EstablishmentID {
        if let there = try await store.sandbox(order.uai) {
            guard there.isSandbox else { throw BackupError.notASandbox }
            try await store.shutSandbox(there.id)
            return there.id
        }
        let map = tenancy.map
        let original = map[header.uai]
        let shards = map.shards.values.filter { $0.state == .active }
        // Elsewhere when there is an elsewhere: a copy must not weigh on those who work on the original.
        let emptiest = shards.min {
            map.establishments(on: $0.id).count < map.establishments(on: $1.id).count
        }
        guard let shard = order.shard ?? emptiest?.id, shards.contains(where: { $0.id == shard }) else {
            throw BackupError.noPlace("there is no such shard in use")
        }
        let name =
            order.name ?? "[Essai] \(original?.name ?? header.establishment["name"]?.text ?? header.uai.rawValue)"
        guard
            let id = try await store.makeSandbox(
                order.uai, name: String(name.prefix(200)), on: shard, of: header, original: original?.id)
        else { throw BackupError.noPlace("its territory is not one of this platform's") }
        return id
    }

    /// Removes a sandbox and all of its rows. - Throws: `BackupError.notASandbox`.
    package func remove(_ uai: UAI) async throws {
        guard let there = try await store.sandbox(uai) else { throw BackupError.notASandbox }
        guard there.isSandbox else { throw BackupError.notASandbox }
        try await tenancy.refresh()
        try await store.shutSandbox(there.id)
        try await tenancy.refresh()
        if tenancy.map[there.id]?.placement != nil {
            try await tenancy.place([there.id])
            let context = try tenancy.administrativeContext(for: there.id)
            try await tenancy.replacement(in: context) { copy in
                let tables = try await BackupStore.tables(copy)
                try await copy.enterAlone()
                for table in tables.reversed() { _ = try await copy.query(BackupStore.delete(table)) }
                _ = try await copy.query(BackupStore.leave)
            }
        }
        try await store.forgetSandbox(there.id)
        try await tenancy.refresh()
    }
}
