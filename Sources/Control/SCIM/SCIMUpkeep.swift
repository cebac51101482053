internal import Postgres
package import Runtime
internal import Tenancy

/// Tells shards what they are owed when they could not be told at once: they did not answer, or the process ended between the
/// directory and the shard.
package final class SCIMUpkeep: @unchecked Sendable {
    // Safety: confined to its loop.
    private let service: SCIMService
    private let log: Log
    private var timer: TimerID?

    private static let interval = Duration.seconds(5)
    /// Younger ones are being told by whoever wrote them.
    private static let patience = 5
    private static let chunk = 50

    package init(_ admin: AdminService, log: Log = Log("scim")) {
        service = SCIMService(admin)
        self.log = log
    }

    /// Looks every few seconds; several processes may.
    package func start() {
        timer = service.admin.loop.schedule(after: Self.interval) { [weak self] in
            guard let self else { return }
            service.admin.loop.spawn {
                do {
                    let done = try await self.run()
                    if done > 0 { self.log.notice("shards told what they were owed", ("people", .integer(done))) }
                } catch {
                    self.log.warning("upkeep put off", ("error", .text(String(describing: type(of: error)))))
                }
                self.start()
            }
        }
    }

    package func stop() {
        if let timer { service.admin.loop.cancel(timer) }
        timer = nil
    }

    /// Does what is due. - Returns: how many accounts are settled now.
    /// - Parameter patience: seconds that a debt may be old.
    package func run(patience: Int = SCIMUpkeep.patience) async throws -> Int {
        var done = 0
        let rows = try await service.admin.directory.run(
            PostgresBatch(SCIMUserWriteStore.late, patience, Self.chunk), lane: .background)[0]
        for row in rows where await service.settle(AccountID(rawValue: try row.uuid(0))) { done += 1 }
        return done
    }
}
