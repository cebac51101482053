internal import CPostgres
package import Runtime

/// One loop's few connections to one PostgreSQL server.
///
/// Batches of many requests share a connection: each is sent at once, behind those that wait for their answer, and is a
/// transaction of its own. The pool is a bulkhead: what waits for its server is bounded in number and in time, a server
/// known to be down or hung refuses at once, and nothing here touches another server's pool.
package final class PostgresPool: @unchecked Sendable {
    // Safety: confined to its loop, which every entry point checks; other threads only carry references to it.
    package let loop: EventLoop
    package let configuration: PostgresConfiguration
    let lanes: [Lane]
    let log: Log
    let instruments: PoolInstruments
    private let durations: Histogram

    /// In nanoseconds, by lane: a `Duration` costs a 128-bit division each time it is added.
    private let usualDeadlines: [UInt64]
    private var isClosed = false
    private var hasConnected = false
    private var backoff: Backoff
    private var handshakes: [(lane: Lane, handshake: Handshake)] = []
    private var reconnectTimer: TimerID?
    private var lookTimer: (at: Instant, id: TimerID)?
    private var lifeTimer: TimerID?

    /// Whether the server can be used, as last seen.
    package enum Health: Equatable, Sendable {
        /// The first connection is still being made.
        case starting
        case up
        case down(PostgresUnavailability)
        case closed
    }

    /// Starts to connect at once, and goes on trying until `close()`; never fails. Must be called on `loop`, and the pool
    /// must be closed before it is let go.
    package init(loop: EventLoop, configuration: PostgresConfiguration, metrics: Metrics, log: Log) {
        loop.assertCurrent()
        self.loop = loop
        self.configuration = configuration
        self.log = log.with(("server", .text(configuration.name)))
        lanes = PostgresLane.allCases.map { Lane($0, configuration) }
        instruments = PoolInstruments(metrics, server: configuration.name, loop: loop.name)
        durations = instruments.duration
        usualDeadlines = [configuration.interactiveDeadline, configuration.backgroundDeadline].map(\.wholeNanoseconds)
        backoff = Backoff(configuration.reconnectDelays)
        connectMissing()
        scheduleLifeCheck()
    }

    /// The health of what serves people's requests.
    package var health: Health {
        if isClosed { return .closed }
        if let outage = lane(.interactive).outage { return .down(outage) }
        return hasConnected ? .up : .starting
    }

    /// Refuses new work, fails what waits with `.closed` and ends the connections, at once.
    package func close() {
        loop.assertCurrent()
        guard !isClosed else { return }
        isClosed = true
        for timer in [reconnectTimer, lookTimer?.id, lifeTimer] { if let timer { loop.cancel(timer) } }
        for (_, handshake) in handshakes { handshake.cancel() }
        handshakes = []
        for lane in lanes {
            lane.failWaiting(.closed)
            for connection in lane.connections { connection.lose(.connectionLost) }
        }
    }

    func lane(_ kind: PostgresLane) -> Lane { lanes[kind.rawValue] }

    func deadline(_ duration: Duration?, _ lane: PostgresLane) -> Instant {
        if let duration { return loop.now + duration }
        let usual = usualDeadline(lane)
        return self.lane(lane).successionEnd.map { max($0, usual) } ?? usual
    }

    private func usualDeadline(_ lane: PostgresLane) -> Instant {
        let (instant, overflow) = loop.now.nanoseconds.addingReportingOverflow(usualDeadlines[lane.rawValue])
        return overflow ? .distantFuture : Instant(nanoseconds: instant)
    }

    /// Why work is refused right now, if it is.
    func refusal(_ lane: Lane) -> PostgresError? {
        if isClosed { return .closed }
        return lane.outage.map(PostgresError.unavailable)
    }

    // MARK: Connecting

    /// Opens what is missing; while the server is down, one connection at a time asks whether it is back.
    private func connectMissing() {
        guard !isClosed else { return }
        let isDown = lanes.contains { $0.outage != nil || $0.successionEnd != nil }
        for lane in lanes {
            let underWay = handshakes.count { $0.lane === lane }
            for _ in 0..<max(0, lane.size - lane.connections.count - underWay) {
                if isDown, !handshakes.isEmpty { return }
                connect(lane)
            }
        }
    }

    private func connect(_ lane: Lane) {
        // The completion names its own handshake, which does not exist before it.
        final class Slot { weak var handshake: Handshake? }
        let slot = Slot()
        let handshake = Handshake(configuration, lane: lane.kind, on: loop) { [unowned self] outcome in
            handshakes.removeAll { $0.handshake === slot.handshake }
            handshakeEnded(outcome, lane)
        }
        slot.handshake = handshake
        handshakes.append((lane, handshake))
        handshake.start()
    }

    private func handshakeEnded(_ outcome: Result<OpaquePointer, PostgresUnavailability>, _ lane: Lane) {
        switch outcome {
        case .success(let handle):
            do {
                let connection = try Connection(owned: handle, of: self, in: lane)
                if !hasConnected || lane.outage != nil {
                    log.info("database connected", ("lane", .text("\(lane.kind)")))
                }
                hasConnected = true
                instruments.connections.add(1)
                lane.add(connection)
                connectMissing()
            } catch {
                connectionFailed(.unreachable, lane)
            }
        case .failure(let reason): connectionFailed(reason, lane)
        }
    }

    private func connectionFailed(_ reason: PostgresUnavailability, _ lane: Lane) {
        instruments.failedConnects.add()
        if reason == .hung { probe() }
        declareOutage(reason, lane)
        retryLater()
    }

    /// Refuses from now on what the lane has no connection for; nobody waits for the next attempt.
    private func declareOutage(_ reason: PostgresUnavailability, _ lane: Lane) {
        guard lane.connections.isEmpty else { return }
        if let end = lane.successionEnd, loop.now < end { return }
        if lane.outage != reason {
            log.warning("database unavailable", ("reason", .text("\(reason)")), ("lane", .text("\(lane.kind)")))
        }
        lane.declareOutage(reason)
    }

    private func retryLater() {
        guard !isClosed, reconnectTimer == nil else { return }
        var delay = backoff.next()
        if configuration.hasSuccessors { delay = min(delay, configuration.successionDelay) }
        reconnectTimer = loop.schedule(after: delay) { [unowned self] in
            reconnectTimer = nil
            connectMissing()
        }
    }

    // MARK: What connections report

    func connectionWasLost(_ connection: Connection, _ reason: PostgresUnavailability, _ operations: [Operation]) {
        connection.lane.remove(connection)
        instruments.connections.add(-1)
        guard !isClosed else {
            for operation in operations { operation.abandon(.closed) }
            return
        }
        instruments.lostConnections.add()
        log.warning(
            "database connection lost", ("reason", .text("\(reason)")), ("lane", .text("\(connection.lane.kind)")),
            ("in_flight", .integer(operations.count)))
        if connection.lane.connections.isEmpty { awaitSuccessor(connection.lane) }
        // A hung server accepts connections and says nothing: nobody is made to wait for that to be found out again.
        if reason == .hung {
            probe()
            declareOutage(reason, connection.lane)
        }
        for operation in operations where !operation.isSettled {
            operationWasStranded(operation)
        }
        // A connection that lived is replaced at once; one that breaks as soon as it is made, with the back-off.
        if reason != .hung, loop.now.since(connection.opened) >= configuration.reconnectDelays.upperBound {
            backoff.reset()
        }
        if reason == .hung || loop.now.since(connection.opened) < .seconds(1) {
            retryLater()
        } else {
            connectMissing()
        }
    }

    /// Another server takes over, in seconds: what comes meanwhile waits for it.
    private func awaitSuccessor(_ lane: Lane) {
        guard configuration.hasSuccessors, hasConnected, lane.outage == nil, lane.successionEnd == nil else { return }
        let end = loop.now + configuration.succession
        lane.awaitSuccessor(until: end)
        lookAgain(at: end)
    }

    /// Requests that wait for the server that takes over: they cost nothing but their place.
    package var waitingForSuccessor: Int {
        lanes.reduce(0) { $0 + ($1.successionEnd == nil ? 0 : $1.waiting) }
    }

    /// Its connection broke: nobody knows whether it was done, unless the server said that it was not.
    func operationWasStranded(_ operation: Operation) {
        let lane = lane(operation.lane)
        if operation.canRepeat, refusal(lane) == nil {
            if let end = lane.successionEnd { operation.extend(to: end) }
            operation.prepareToRestart()
            lane.restart(operation)
        } else {
            operation.abandon(.unavailable(.connectionLost))
        }
    }

    func operationWasAnswered(_ operation: Operation) {
        guard case .batch = operation.kind else { return }
        durations.record(microseconds: Int((loop.now.nanoseconds &- operation.started.nanoseconds) / 1000))
    }

    // MARK: Deadlines

    /// Makes sure that deadlines are looked at no later than `instant`. One timer for all: most operations end long before
    /// theirs, and share the same distance to it.
    func lookAgain(at instant: Instant) {
        // A task cancelled after the end must not leave a timer that outlives the pool.
        guard !isClosed else { return }
        if let lookTimer {
            guard instant < lookTimer.at else { return }
            loop.cancel(lookTimer.id)
        }
        guard instant != .distantFuture else { return }
        let delay = instant.since(.now)
        lookTimer = (
            instant,
            loop.schedule(after: delay) { [unowned self] in
                lookTimer = nil
                var next = Instant.distantFuture
                for lane in lanes { next = min(next, lane.expire(at: .now)) }
                for lane in lanes { lane.dispatch() }
                lookAgain(at: next)
            }
        )
    }

    private func scheduleLifeCheck() {
        lifeTimer = loop.schedule(after: configuration.idleCheck / 2) { [unowned self] in
            checkLife(silentFor: configuration.idleCheck, answerWithin: configuration.connectDeadline)
            scheduleLifeCheck()
        }
    }

    /// One connection hangs: the idle ones are asked now rather than when somebody needs them.
    private func probe() { checkLife(silentFor: .zero, answerWithin: configuration.cancelGrace * 2) }

    private func checkLife(silentFor silence: Duration, answerWithin limit: Duration) {
        for connection in lanes.flatMap(\.connections) {
            if let deadline = connection.checkLife(silentFor: silence, answerWithin: limit) { lookAgain(at: deadline) }
        }
    }
}
