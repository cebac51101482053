internal import Postgres
package import Runtime
internal import Tenancy

/// Suspends and erases those who have disappeared, in small pieces; at most 90 days lie between the two ends. With an
/// establishment that is closed all of its people are gone, and nobody gets in any more: they are erased as late.
package final class FeedUpkeep: @unchecked Sendable {
    // Safety: confined to its loop.
    private let loop: EventLoop
    private let store: FeedUpkeepStore
    private let closed: ClosedSchoolStore
    private let drafts: FeedDraftStore
    private let log: Log
    private var timer: TimerID?

    /// Days after which the account of somebody who disappeared is suspended, and after which they are erased.
    package static let suspendedAfter = 30
    package static let erasedAfter = 85
    private static let interval = Duration.seconds(3600)

    package init(_ service: FeedService, log: Log = Log("feeds")) {
        loop = service.admin.loop
        store = FeedUpkeepStore(service.admin.directory, service.admin.tenancy)
        closed = ClosedSchoolStore(service.admin.directory, service.admin.tenancy)
        drafts = FeedDraftStore(service.admin.directory)
        self.log = log
    }

    /// Looks every hour; several processes may.
    package func start() {
        timer = loop.schedule(after: Self.interval) { [weak self] in
            guard let self else { return }
            loop.spawn {
                do {
                    let done = try await self.run()
                    if done.suspended + done.erased > 0 {
                        self.log.notice(
                            "people who disappeared", ("suspended", .integer(done.suspended)),
                            ("erased", .integer(done.erased)))
                    }
                } catch {
                    self.log.warning("upkeep of feeds put off", ("error", .text(String(describing: type(of: error)))))
                }
                self.start()
            }
        }
    }

    package func stop() {
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    /// Does what is due. What a shard that is away keeps from being done waits for the next time, and stops nothing else.
    package func run() async throws -> (suspended: Int, erased: Int) {
        try await drafts.expire()
        var total = (suspended: 0, erased: 0)
        while true {
            let count = try await store.suspend(after: Self.suspendedAfter)
            total.suspended += count
            if count == 0 { break }
        }
        var failed: [EstablishmentID: any Error] = [:]
        while true {
            let count = try await store.erase(after: Self.erasedAfter, failed: &failed)
            total.erased += count
            if count == 0 { break }
        }
        while true {
            let done = try await closed.erase(after: Self.erasedAfter, failed: &failed)
            total.erased += done.people
            if done.establishments == 0 { break }
        }
        for (establishment, error) in failed {
            log.warning(
                "people not erased yet", ("establishment", .integer(Int(establishment.rawValue))),
                ("error", .text(String(describing: type(of: error)))))
        }
        // When nothing could be done the caller has to know why.
        if total.suspended + total.erased == 0, let failure = failed.values.first { throw failure }
        return total
    }
}
