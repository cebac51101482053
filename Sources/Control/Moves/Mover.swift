package import Postgres
package import Runtime
package import Tenancy

/// Moves establishments between shards while they are in use, one state after the other, each written down before it is
/// begun. Whoever finds a move that nobody works on can go on with it, from what the directory says alone.
///
/// Copying is a snapshot and, from the same instant on, logical replication. The pause is short because nothing but the end
/// of that replication is waited for in it. Details: docs/decisions/0013
package final class Mover: @unchecked Sendable {
    // Safety: confined to its loop.
    package let loop: EventLoop
    package let store: MoveStore
    /// This run of this process; another run, or another process, is another owner.
    package let owner: String
    let tenancy: Tenancy
    let template: PostgresConfiguration
    let metrics: Metrics
    let log: Log
    /// Tables copied at once.
    let parallel = 3

    /// Limits of the steps.
    package struct Limits: Sendable {
        /// For the transactions that are open when a slot is made.
        package var slot = Duration.seconds(10)
        package var catchUp = Duration.seconds(900)
        /// How long the fence may wait for writers under way, and how often it is tried.
        package var fence = Duration.milliseconds(40)
        package var pauses = 25
        /// From the freeze to the flip; past it the pause is given up. Shorter than the freeze that ends by itself.
        package var pause = Duration.milliseconds(500)
        package var freezeSeconds = 2.0
        package var verification = Duration.seconds(900)
        package var attempts = 5

        package init() {}
    }

    let limits: Limits
    /// Microseconds since 1970.
    let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - template: how to connect to a shard as the mover.
    ///   - process: this process's name, the same each time it is started.
    package init(
        loop: EventLoop, directory: PostgresPool, tenancy: Tenancy, shards template: PostgresConfiguration,
        process: String, metrics: Metrics, log: Log, limits: Limits = Limits(),
        now: @escaping @Sendable () -> Int64 = { WallClock.microseconds }
    ) {
        self.loop = loop
        self.tenancy = tenancy
        self.template = template
        self.metrics = metrics
        self.limits = limits
        self.now = now
        self.log = log
        store = MoveStore(directory)
        owner = "\(process)/\(UUID.v7())"
    }

    /// Works on a move that `MoveStore.claim` has given to this owner, until it rests or is somebody else's. What stands in
    /// the way is written down in the move.
    package func advance(_ move: Move) async {
        loop.assertCurrent()
        let log = log.with(
            ("move", .integer(Int(move.id))), ("establishment", .integer(Int(move.establishment.rawValue))))
        do {
            try await tenancy.refresh()
            let course = try Course(self, move)
            defer { course.close() }
            try await course.run()
        } catch MoveError.lost {
            log.warning("a move went to another process")
        } catch {
            log.warning("a move stands still", ("error", .text(MoveError.summary(of: error))))
            try? await store.setBack(move.id, owner, error: MoveError.summary(of: error))
        }
    }
}

/// One move, under way.
final class Course: @unchecked Sendable {
    // Safety: confined to the mover's loop.
    let mover: Mover
    var move: Move
    let source: ShardMoveStore
    let target: ShardMoveStore
    let log: Log
    var session: PostgresReplicationSession?
    var rowsCopied: Int64
    var bytesCopied: Int64
    /// The lease is short in the pause and must not be made longer from the side.
    var isPausing = false
    private var heartbeat: TimerID?
    private var isClosed = false
    var wasCancelled = false
    var wasLost = false

    var store: MoveStore { mover.store }
    var loop: EventLoop { mover.loop }
    var owner: String { mover.owner }
    var limits: Mover.Limits { mover.limits }
    var establishment: EstablishmentID { move.establishment }
    var backFeed: String { "preau_move_\(move.id)_\(move.attempt)_back" }
    var keepsWayBack: Bool { move.keepSeconds > 0 }

    init(_ mover: Mover, _ move: Move) throws {
        self.mover = mover
        self.move = move
        rowsCopied = move.rowsCopied
        bytesCopied = move.bytesCopied
        log = mover.log.with(
            ("move", .integer(Int(move.id))), ("establishment", .integer(Int(move.establishment.rawValue))))
        guard let source = mover.tenancy.map.shards[move.source], let target = mover.tenancy.map.shards[move.target]
        else {
            throw MoveError.refused("the directory does not know both shards")
        }
        func reach(_ shard: Shard) -> ShardMoveStore {
            ShardMoveStore(
                shard, mover.template, on: mover.loop, parallel: mover.parallel, metrics: mover.metrics, log: mover.log)
        }
        self.source = reach(source)
        self.target = reach(target)
        beat()
    }

    func close() {
        isClosed = true
        if let heartbeat { loop.cancel(heartbeat) }
        session?.close()
        source.close()
        target.close()
    }

    /// Every three seconds: the lease and the progress.
    private func beat() {
        heartbeat = loop.schedule(after: .seconds(3)) { [weak self] in
            guard let self, !isClosed else { return }
            beat()
            guard !isPausing else { return }
            loop.spawn { [self] in
                do {
                    wasCancelled =
                        try await store.renew(move.id, owner, rows: rowsCopied, bytes: bytesCopied) || wasCancelled
                } catch MoveError.lost {
                    wasLost = true
                } catch {
                    log.info("the directory was not told that a move goes on")
                }
            }
        }
    }

    /// Between two steps of something long. - Throws: `.cancelled`, `.lost`.
    func check() throws {
        if wasLost { throw MoveError.lost }
        if wasCancelled { throw MoveError.cancelled }
    }

    // MARK: The states

    func run() async throws {
        if move.state.isOver { return try await closeWayBack() }
        if move.state != .planned, move.state != .aborting, move.state.precedesTheFlip {
            // Another run of the mover was here; the snapshot that it copied from ended with it.
            try await giveUp(MoveError.interrupted("the mover was interrupted in “\(move.state.rawValue)”"))
        } else if move.state == .aborting {
            try await giveUp(MoveError.interrupted(move.error))
        }
        if move.state == .planned {
            guard !waitsForTheBell else {
                return try await store.setBack(
                    move.id, owner, error: "waits until nine: everybody signs in", seconds: 60)
            }
            do {
                try await bringOver()
            } catch MoveError.lost {
                throw MoveError.lost
            } catch {
                // Where nobody knows whether it has flipped, the directory does.
                guard try await settled() else { return try await finish() }
                return try await giveUp(error)
            }
        }
        if move.state == .flipped || move.state == .draining { try await finish() }
    }

    /// What was ordered before, or is tried again, does not begin while everybody signs in either.
    private var waitsForTheBell: Bool {
        guard !move.isForced, let school = mover.tenancy.map[establishment] else { return false }
        return MoveDesk.isAtTheBell(school, now: mover.now())
    }

    private func bringOver() async throws {
        if move.returns == nil {
            try await prepare()
            try await enter(.slot)
            let snapshot = try await openFeed()
            try await enter(.copying)
            try await copy(from: snapshot)
        } else {
            try await prepareReturn()
        }
        try await enter(.catchingUp)
        try await catchUp()
        try await handOver()
    }

    func enter(_ state: Move.State, lease: Double = 15) async throws {
        try await store.enter(state, move, owner, lease: lease)
        move.state = state
        log.info("move", ("state", .text(state.rawValue)))
    }

    /// Whether the move can no more flip. Asks until the directory has said so: a guess could serve from two shards.
    func settled() async throws -> Bool {
        while true {
            do {
                let isGivenUp = try await store.settle(move.id, owner)
                move.state = isGivenUp ? .aborting : .flipped
                return isGivenUp
            } catch MoveError.lost {
                throw MoveError.lost
            } catch {
                try await loop.sleep(for: .milliseconds(100))
            }
        }
    }

    // MARK: Before the copy

    private func prepare() async throws {
        guard let placement = mover.tenancy.map[establishment]?.placement, placement.shard == move.source,
            placement.epoch == move.epoch - 1
        else { throw MoveError.refused("the establishment is not where the move begins") }
        let (here, there) = (try await source.schemaVersion(), try await target.schemaVersion())
        guard here == there else {
            throw MoveError.refused("the shards have different schemas: \(here) and \(there)")
        }
        // An earlier move from the target has left its rows there.
        while let earlier = try await store.wayBack(of: establishment) {
            _ = try await store.complete(earlier.id)
            try check()
            try await loop.sleep(for: .milliseconds(200))
        }
        let tables = try await source.tables()
        let rows = try await source.count(establishment, in: tables)
        try await store.name(
            move, owner, feed: "preau_move_\(move.id)_\(move.attempt)", backFeed: keepsWayBack ? backFeed : "",
            rowsExpected: rows)
        guard let named = try await store.move(move.id) else { throw MoveError.lost }
        move = named
        rowsCopied = 0
        bytesCopied = 0
        guard try await target.expect(establishment, epoch: move.epoch) else {
            throw MoveError.refused("the target says that it serves the establishment already")
        }
        try await target.clear(establishment) { try self.check() }
    }

    private func prepareReturn() async throws {
        guard let placement = mover.tenancy.map[establishment]?.placement, placement.shard == move.source,
            placement.epoch == move.epoch - 1
        else { throw MoveError.refused("the establishment is not where the move begins") }
        guard try await source.publishesEverything(move.feed) else {
            throw MoveError.refused("a migration has added tables since: move it anew instead")
        }
        guard try await source.hasSlot(move.feed).exists else {
            throw MoveError.refused("the way back is broken: its slot is gone")
        }
        try await store.name(move, owner, feed: move.feed, backFeed: keepsWayBack ? backFeed : "", rowsExpected: 0)
        guard let named = try await store.move(move.id) else { throw MoveError.lost }
        move = named
        guard try await target.expect(establishment, epoch: move.epoch) else {
            throw MoveError.refused("the target says that it serves the establishment already")
        }
    }

    private func openFeed() async throws -> String {
        try await source.publish(move.feed, establishment)
        let (session, snapshot) = try await awaitingWriters(of: move.source) {
            try await source.makeSlot(move.feed, within: limits.slot)
        }
        self.session = session
        return snapshot
    }

    /// A slot begins when all transactions that write on its server, of any school, have ended; one that does not is said.
    func awaitingWriters<Made>(of shard: ShardID, _ make: () async throws -> Made) async throws -> Made {
        do {
            return try await make()
        } catch PostgresError.timedOut {
            throw MoveError.interrupted("a transaction on shard \(shard) stays open: no slot can begin")
        }
    }
}
