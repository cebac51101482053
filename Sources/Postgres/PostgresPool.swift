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

    private(set) var state = State.starting
    private var backoff: Backoff
    private var handshakes: [(lane: Lane, handshake: Handshake)] = []
    private var reconnectTimer: TimerID?
    private var lookTimer: (at: Instant, id: TimerID)?
    private var lifeTimer: TimerID?

    enum State: Equatable {
        case starting
        case up
        case down(PostgresUnavailability)
        case closed
    }

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
        backoff = Backoff(configuration.reconnectDelays)
        connectMissing()
        scheduleLifeCheck()
    }

    package var health: Health {
        switch state {
        case .starting: .starting
        case .up: .up
        case .down(let reason): .down(reason)
        case .closed: .closed
        }
    }

    /// Refuses new work, fails what waits with `.closed` and ends the connections, at once.
    package func close() {
        loop.assertCurrent()
        guard state != .closed else { return }
        state = .closed
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
        loop.now
            + (duration
                ?? (lane == .interactive ? configuration.interactiveDeadline : configuration.backgroundDeadline))
    }

    /// Why work is refused right now, if it is.
    var refusal: PostgresError? {
        switch state {
        case .starting, .up: nil
        case .down(let reason): .unavailable(reason)
        case .closed: .closed
        }
    }

    private var readyCount: Int { lanes.reduce(0) { $0 + $1.connections.count } }

    // MARK: Connecting

    /// Opens what is missing; while the server is down, one connection at a time asks whether it is back.
    private func connectMissing() {
        guard state != .closed else { return }
        var isDown = false
        if case .down = state { isDown = true }
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
                let wasUp = state == .up
                state = .up
                instruments.connections.add(1)
                if !wasUp { log.info("database connected") }
                lane.add(connection)
                connectMissing()
            } catch {
                connectionFailed(.unreachable)
            }
        case .failure(let reason): connectionFailed(reason)
        }
    }

    private func connectionFailed(_ reason: PostgresUnavailability) {
        instruments.failedConnects.add()
        if readyCount == 0 { goDown(reason) }
        retryLater()
    }

    private func goDown(_ reason: PostgresUnavailability) {
        if state != .down(reason) { log.warning("database unavailable", ("reason", .text("\(reason)"))) }
        state = .down(reason)
        for lane in lanes { lane.failWaiting(.unavailable(reason)) }
    }

    private func retryLater() {
        guard state != .closed, reconnectTimer == nil else { return }
        reconnectTimer = loop.schedule(after: backoff.next()) { [unowned self] in
            reconnectTimer = nil
            connectMissing()
        }
    }

    // MARK: What connections report

    func connectionWasLost(_ connection: Connection, _ reason: PostgresUnavailability, _ operations: [Operation]) {
        connection.lane.remove(connection)
        instruments.connections.add(-1)
        guard state != .closed else {
            for operation in operations { operation.abandon(.closed) }
            return
        }
        instruments.lostConnections.add()
        log.warning(
            "database connection lost", ("reason", .text("\(reason)")), ("lane", .text("\(connection.lane.kind)")),
            ("in_flight", .integer(operations.count)))
        // A hung server accepts connections and says nothing: nobody is made to wait for that to be found out again.
        if readyCount == 0, reason == .hung { goDown(reason) }
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

    /// Its connection broke, so nobody knows whether it was done.
    func operationWasStranded(_ operation: Operation) {
        if operation.canRepeat, refusal == nil {
            operation.prepareToRestart()
            lane(operation.lane).restart(operation)
        } else {
            operation.abandon(.unavailable(.connectionLost))
        }
    }

    func operationWasAnswered(_ operation: Operation) {
        if case .batch = operation.kind { instruments.duration.record(loop.now.since(operation.started)) }
    }

    // MARK: Deadlines

    /// Makes sure that deadlines are looked at no later than `instant`. One timer for all: most operations end long before
    /// theirs, and share the same distance to it.
    func lookAgain(at instant: Instant) {
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
            for lane in lanes {
                for connection in lane.connections {
                    if let deadline = connection.checkLife(silentFor: configuration.idleCheck) {
                        lookAgain(at: deadline)
                    }
                }
            }
            scheduleLifeCheck()
        }
    }
}
