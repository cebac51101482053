internal import Postgres
internal import Runtime
internal import Tenancy

extension Course {
    /// The pause: writes wait from the fence to the flip, reads from the source's leaving to the flip. Tried until writers
    /// leave a gap that is short enough.
    func handOver() async throws {
        var pause = 0
        while true {
            try check()
            do {
                return try await passOn()
            } catch MoveError.interrupted(let reason) where pause < limits.pauses && move.state != .flipped {
                log.info("a pause was given up", ("reason", .text(reason)), ("number", .integer(pause + 1)))
                guard try await stillOurs() else { throw MoveError.interrupted(reason) }
                pause += 1
                try await loop.sleep(for: .milliseconds(min(2000, 50 * pause) + Int.random(in: 0...50)))
                if let lag = try await source.lag(move.feed), lag > 4 << 20 { try await catchUp() }
            }
        }
    }

    /// Lets writers go on at once. - Returns: whether a further pause may be tried.
    private func stillOurs() async throws -> Bool {
        isPausing = false
        guard [.frozen, .verifying, .catchingUp].contains(move.state) else { return false }
        // The directory first: what it has allowed to flip must not be served from here.
        guard try await store.settle(move.id, owner) else {
            move.state = .flipped
            return false
        }
        move.state = .aborting
        try await source.restore(establishment, epoch: move.epoch - 1)
        _ = try await target.expectAgain(establishment, epoch: move.epoch)
        try await enter(.catchingUp)
        return true
    }

    private func passOn() async throws {
        isPausing = true
        defer { isPausing = false }
        try await enter(.frozen, lease: limits.freezeSeconds + 1)
        let start = Instant.now
        let token = try await close(start)
        let closed = Instant.now
        try await awaitDelivery(until: start + limits.pause)
        let delivered = Instant.now
        var pause: Duration?
        do {
            // What this transaction sees is the target at the moment of the move, however long one looks at it.
            try await target.pool.transaction(
                lane: .background, mode: .repeatableRead, deadline: limits.verification
            ) { moment in
                let place = try await change(token, moment)
                let flipping = Instant.now
                guard flipping.since(start) < limits.pause else {
                    throw MoveError.interrupted("the pause took too long")
                }
                try await store.flip(move, owner, pause: flipping.since(start).seconds * 1000, backFrom: place)
                move.state = .flipped
                pause = Instant.now.since(start)
                isPausing = false
                log.info(
                    "moved", ("fence_us", Course.microseconds(closed.since(start))),
                    ("delivery_us", Course.microseconds(delivered.since(closed))),
                    ("change_us", Course.microseconds(flipping.since(delivered))),
                    ("flip_us", Course.microseconds(Instant.now.since(flipping))))
                try await verify(moment, pause)
            }
        } catch {
            guard let pause else { throw error }
            log.warning("not verified", ("error", .text(MoveError.summary(of: error))))
            try await store.recordFlip(move.id, owner, pause: pause.seconds * 1000, .skipped)
        }
    }

    /// The fence: no writer is left, none can come.
    private func close(_ start: Instant) async throws -> String {
        do {
            guard
                let token = try await source.freeze(
                    establishment, epoch: move.epoch - 1, seconds: limits.freezeSeconds, waiting: limits.fence)
            else { throw MoveError.refused("the source does not serve the establishment under this epoch") }
            return token
        } catch PostgresError.server("55P03", _, _) {
            throw MoveError.interrupted("a writer took longer than the fence waits")
        }
    }

    private func awaitDelivery(until limit: Instant) async throws {
        let position = try await source.position()
        while try await !target.hasTaken(move.feed, position) {
            guard Instant.now < limit else {
                throw MoveError.interrupted("the target did not take the last writes in time")
            }
            try await loop.sleep(for: .milliseconds(1))
        }
    }

    /// Source and target change their minds, at the same time; nobody is led to the target before the flip.
    /// - Returns: the place in the target's log after everything that came from the source.
    private func change(_ token: String, _ moment: PostgresTransaction) async throws -> String {
        async let seen: Void = moment.look()
        async let written: Void = enterVerifying()
        async let place = serve()
        async let hasLeft = source.leave(establishment, token: token)
        let outcome = (place: try await place, hasLeft: try await hasLeft)
        _ = try await (seen, written)
        guard outcome.hasLeft else { throw MoveError.interrupted("the freeze ended before the move") }
        return outcome.place
    }

    private func enterVerifying() async throws {
        try await enter(.verifying, lease: limits.freezeSeconds + 1)
    }

    /// Its commit puts on the disk whatever the subscription has applied before.
    private func serve() async throws -> String {
        guard try await target.activate(establishment, epoch: move.epoch) else {
            throw MoveError.refused("the target does not expect the establishment under this epoch")
        }
        // What came from the source must not go back there.
        return keepsWayBack ? try await target.advance(backFeed) : ""
    }

    private static func microseconds(_ duration: Duration) -> Log.Value { .integer(Int(duration.seconds * 1_000_000)) }

    // MARK: Both sides, row by row

    /// Compares the source, which nobody changes any more, with the target at the moment of the move; people are served
    /// meanwhile.
    private func verify(_ moment: PostgresTransaction, _ pause: Duration?) async throws {
        let tables = try await source.tables()
        var different: [String] = []
        for table in tables {
            async let here = ShardMoveStore.content(of: table, establishment) { batch in
                try await source.pool.run(batch, lane: .background, deadline: limits.verification)
            }
            let there = try await ShardMoveStore.content(of: table, establishment) { try await moment.run($0) }
            if try await here != there { different.append(table.name) }
        }
        if !different.isEmpty {
            log.error("a move has changed rows", ("tables", .text(different.joined(separator: " "))))
        }
        try await store.recordFlip(
            move.id, owner, pause: pause.map { $0.seconds * 1000 }, different.isEmpty ? .equal : .different)
    }
}

extension PostgresTransaction {
    private static let anything = PostgresStatement(unsafeSQL: "select 1")

    /// The first statement of a repeatable-read transaction fixes what it sees.
    fileprivate func look() async throws { _ = try await run(PostgresBatch(PostgresTransaction.anything)) }
}
