internal import Postgres
package import Runtime
internal import Tenancy
internal import Web

/// Imports on one loop: receives them, plans them, carries them out in steps that anybody may take up again.
package final class FeedService: @unchecked Sendable {
    // Safety: confined to its loop.
    let admin: AdminService
    let pool: BlockingPool
    private let interpreters: BlockingPool
    let staging: FeedStagingStore
    private let applying: FeedApplyStore

    /// How long one step works before it answers.
    private static let stepTime = Duration.seconds(5)
    /// Establishments at once: a few a shard, so that its connection and the directory's have always something to do.
    private static let parallel = 8
    /// Establishments of one step, of which as many are done as it has time for: one after the other without a pause in which
    /// all wait for the last of a few.
    private static let mostAtOnce = 200

    /// - Parameters:
    ///   - pool: threads that may block, for reading archives and XML.
    ///   - interpreters: as many more, for what is read.
    package init(_ admin: AdminService, pool: BlockingPool, interpreters: BlockingPool) {
        self.admin = admin
        self.pool = pool
        self.interpreters = interpreters
        staging = FeedStagingStore(admin.directory)
        applying = FeedApplyStore(admin.directory)
    }

    /// What somebody wants imported.
    struct Order: Sendable {
        let id: UUID
        let territory: TerritoryID?
        let academy: String?
        let isDryRun: Bool
        let actor: AuditActor
        /// Of whoever sends it: where else keys that the files do not prove may be known.
        var charge = Charge(grants: [])
    }

    // MARK: Receiving

    typealias Body = @Sendable () async throws -> [UInt8]?

    /// Takes an archive of AAF files in, compares it with what is there, and says what it would do.
    /// - Throws: `FeedError`; the import is then written down as refused, and nothing was changed.
    /// - Parameter body: gives the archive's next bytes, nil at its end.
    func receive(_ order: Order, _ body: @escaping Body) async throws -> FeedImport {
        let number = try await open(order, kind: "aaf")
        return try await guarding(order, number) {
            let delivery = try await read(body) { [interpreters] input, output in
                try ArchiveFeedReader(import: number, from: input, to: output, interpreters: interpreters).read()
            } progress: { [staging] in
                try await staging.count(number, received: $0)
            }
            let scopes = try FeedPlanner.scopes(of: delivery, academy: order.academy)
            try await check(scopes, of: order)
            try await staging.set(number, .received)
            for old in try await staging.add(scopes, to: number) { try await staging.clear(old) }
            var anomalies = delivery.anomalies
            var rejected = delivery.rejected
            if !delivery.changes.isEmpty {
                let resolved = try await stage(delivery.changes, scopes, number)
                anomalies.add(resolved.anomalies)
                rejected.merge(resolved.rejected, uniquingKeysWith: +)
            }
            return try await plan(
                order, number, scopes, anomalies, rejected, records: delivery.records,
                withoutKey: delivery.withoutKey)
        }
    }

    func open(_ order: Order, kind: String, of establishment: EstablishmentID? = nil) async throws -> Int {
        if let territory = order.territory, admin.tenancy.territories[territory] == nil {
            throw FeedError.unknownTerritory(territory)
        }
        guard
            let number = try await staging.open(
                order.id, kind: kind, territory: order.territory, establishment: establishment, actor: order.actor.name,
                isDryRun: order.isDryRun)
        else { throw FeedError.wrongState("already known: each import needs an identifier of its own") }
        return number
    }

    /// Runs the reception of an import; whatever it fails with, nothing of it stays.
    func guarding(_ order: Order, _ number: Int, _ body: () async throws -> FeedImport) async throws -> FeedImport {
        do {
            return try await body()
        } catch {
            // The reason is the answer; what happens here only tidies up.
            try? await staging.set(number, .refused)
            try? await staging.clear(number)
            throw error
        }
    }

    /// Compares and counts what was staged.
    /// - Parameters:
    ///   - keeping: nobody of these counts as gone.
    ///   - withoutKey: records that were left out and do not say whom they are about.
    func plan(
        _ order: Order, _ number: Int, _ scopes: [FeedScope], _ anomalies: FeedAnomalies, _ rejected: [FeedKind: Int],
        records: Int, keeping: Set<FeedKind> = [], withoutKey: [FeedKind: Int] = [:]
    ) async throws -> FeedImport {
        let planner = FeedPlanner(
            admin.tenancy, admin.directory, territory: order.territory, anomalies: anomalies, keeping: keeping)
        let (result, _) = try await planner.plan(number, scopes, rejected: rejected, withoutKey: withoutKey)
        let state: FeedImport.State = order.isDryRun ? .done : result.alarms.isEmpty ? .planned : .waiting
        try await staging.finish(
            number, state, result: result, received: records)
        if order.isDryRun { try await staging.clear(number) }
        return try await find(order.id)
    }

    /// Reads an archive while it comes, on a thread that may block, and stages what it says.
    func read(
        _ body: @escaping Body,
        with reader: @escaping @Sendable (FeedPipe<[UInt8]>, FeedPipe<StageBlock>) throws -> FeedDelivery,
        progress: @escaping @Sendable (Int) async throws -> Void
    ) async throws -> FeedDelivery {
        let input = FeedPipe<[UInt8]>(capacity: 32)
        let output = FeedPipe<StageBlock>(capacity: 16)
        let (pool, staging, loop) = (pool, staging, admin.loop)
        enum Outcome: Sendable {
            case delivery(FeedDelivery)
            case part
        }
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask(executorPreference: loop) {
                do {
                    while let piece = try await body() { try await input.put(piece) }
                    input.finish()
                } catch {
                    input.finish(throwing: error)
                    throw error
                }
                return .part
            }
            group.addTask(executorPreference: loop) {
                do {
                    let delivery = try await pool.run { try reader(input, output) }
                    output.finish()
                    return .delivery(delivery)
                } catch {
                    output.finish(throwing: error)
                    input.finish(throwing: error)
                    throw error
                }
            }
            group.addTask(executorPreference: loop) {
                do {
                    try await staging.receive(output, progress: progress)
                } catch {
                    output.finish(throwing: error)
                    input.finish(throwing: error)
                    throw error
                }
                return .part
            }
            var delivery: FeedDelivery?
            for try await outcome in group { if case .delivery(let found) = outcome { delivery = found } }
            guard let delivery else { throw FeedError.interrupted }
            return delivery
        }
    }

    private func stage(
        _ changes: [FeedDelivery.Change], _ scopes: [FeedScope], _ number: Int
    ) async throws -> (anomalies: FeedAnomalies, rejected: [FeedKind: Int]) {
        // A delta is bounded: its rows fit.
        let pipe = FeedPipe<StageBlock>(capacity: .max)
        let resolver = FeedDeltaResolver(
            FeedKnownStore(admin.directory, admin.tenancy), scopes,
            StageWriter(import: number) { try pipe.putWaiting($0) })
        let outcome = try await resolver.stage(changes)
        pipe.finish()
        try await staging.receive(pipe) { _ in }
        return outcome
    }

    // MARK: Looking

    /// - Throws: `FeedError.unknownImport`.
    func find(_ id: UUID) async throws -> FeedImport {
        guard let found = try await staging.find(id) else { throw FeedError.unknownImport }
        return found
    }

    func latest(after: UUID?, limit: Int, scope: RowScope) async throws -> [FeedImport.Line] {
        try await staging.latest(after: after, limit: limit, scope: scope)
    }

    // MARK: Carrying out

    /// Does some of what is left, for a few seconds. Repeated until the import is over; safe to repeat at any time, also by
    /// somebody else after a crash.
    /// - Parameters:
    ///   - accepts: agrees to what the guard stopped.
    ///   - isTraced: false for what somebody has ordered before, which is in the log.
    func step(_ id: UUID, accepts: Bool, by actor: AuditActor, isTraced: Bool = true) async throws -> FeedImport {
        let feed = try await find(id)
        switch feed.state {
        case .done: return feed
        case .planned, .applying: break
        case .waiting:
            guard accepts else {
                let alarms = feed.plan.english.split(separator: "\n").filter { $0.hasPrefix("!") }
                throw FeedError.guarded(alarms.joined(separator: "\n"))
            }
        case .receiving, .received, .refused, .superseded: throw FeedError.wrongState(feed.state.rawValue)
        }
        // Who began it, and agreed to what the guard stopped; every step would be too much to read.
        if feed.state != .applying {
            let entry = AuditEntry(
                "import.apply", by: actor, territory: feed.territory, establishment: feed.establishment,
                target: feed.id.description, before: ["state": .string(feed.state.rawValue)],
                after: ["import": .string(feed.id.description), "accept": .bool(feed.state == .waiting)])
            try await staging.begin(feed.number, with: isTraced ? entry : nil)
        }
        try await createEstablishments(feed, by: actor)
        let steps = try await applying.next(feed.number, limit: Self.mostAtOnce)
        try await apply(feed.number, steps, until: .now + Self.stepTime, by: actor)
        if try await applying.next(feed.number, limit: 1).isEmpty {
            try await staging.set(feed.number, .done)
            try await staging.clear(feed.number)
        }
        return try await find(id)
    }

    private func createEstablishments(_ feed: FeedImport, by actor: AuditActor) async throws {
        let store = FeedEstablishmentStore(admin.directory)
        let waiting = try await store.waiting(in: feed.number)
        if !waiting.isEmpty {
            guard let territory = feed.territory.flatMap({ admin.tenancy.territories[$0] }) else {
                throw FeedError.wrongState("without a territory for new establishments")
            }
            try await store.create(waiting, in: territory, for: feed, by: actor)
        }
        try await admin.tenancy.refresh()
        // Also what a crash left half open.
        guard admin.tenancy.map.establishments.values.contains(where: { $0.state == .provisioning }) else { return }
        for opening in try await admin.tenancy.openProvisioned() { _ = try opening.result.get() }
    }

    private func apply(
        _ number: Int, _ steps: [FeedApplyStore.Step], until end: Instant, by actor: AuditActor
    ) async throws {
        let tenancy = admin.tenancy
        let contexts = try steps.map { try tenancy.administrativeContext(for: $0.establishment) }
        let known = Dictionary(steps.map { ($0.establishment, $0) }, uniquingKeysWith: { $1 })
        let outcomes = await tenancy.onEach(contexts, parallel: Self.parallel) { [self] context in
            guard let step = known[context.establishment], Instant.now < end else { return }
            try await apply(number, step, context, by: actor)
        }
        var failure: (any Error)?
        for outcome in outcomes {
            guard case .failure(let error) = outcome.result else { continue }
            failure = error
            try await applying.fail(number, outcome.context.establishment, Self.describe(error))
        }
        // What was done stays done; the next step begins with what failed.
        if let failure { throw failure }
    }

    private static func describe(_ error: any Error) -> String {
        if let error = error as? any ProblemConvertible { return error.problem.code.code }
        return "failed"
    }

    private func apply(
        _ number: Int, _ step: FeedApplyStore.Step, _ context: TenantContext, by actor: AuditActor
    ) async throws {
        guard let establishment = admin.tenancy.map[context.establishment] else { throw FeedError.interrupted }
        let part = try await applying.part(number, step)
        let today = establishment.timeZone.date(microseconds: WallClock.microseconds)
        let names = try await FeedShardStore.apply(
            part, calendar: Self.calendar(of: establishment, admin.tenancy, today), today: today, context, admin.tenancy
        )
        try await applying.conclude(number, step, names: names, by: actor)
    }

    /// The school year of an establishment; one of the usual days where its territory has none.
    static func calendar(of establishment: Establishment, _ tenancy: Tenancy, _ today: CivilDate) -> SchoolCalendar {
        let year = SchoolYear(of: today)
        if let calendar = tenancy.territories[establishment.territory]?.calendar(
            schoolYear: year, zone: establishment.zone)
        {
            return calendar
        }
        let number = Int(year.rawValue)
        let first = CivilDate(year: number, month: 9, day: 1) ?? today
        return SchoolCalendar(
            schoolYear: year, zone: establishment.zone, days: first...(first + 308), holidays: [], terms: [])
    }
}
