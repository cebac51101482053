internal import Runtime

/// The connections of one kind to one server, and what waits for them.
final class Lane: @unchecked Sendable {
    // Safety: confined to its pool's loop.
    let kind: PostgresLane
    let size: Int
    private(set) var connections: [Connection] = []
    /// Why there is no connection, once that is known not to be a matter of moments.
    private(set) var outage: PostgresUnavailability?
    /// Until when what comes waits for the server that takes over; nil while there is a connection, or none is to be expected.
    private(set) var successionEnd: Instant?
    private var queue = Fifo<Operation>()
    private var leaseRequests = Fifo<LeaseWaiter>()
    private let depth: Int
    private let limit: Int

    init(_ kind: PostgresLane, _ configuration: PostgresConfiguration) {
        self.kind = kind
        size = kind == .interactive ? configuration.interactiveConnections : configuration.backgroundConnections
        depth = configuration.pipelineDepth
        limit = configuration.queueLimit
    }

    var waiting: Int { queue.count + leaseRequests.count }
    var inFlight: Int { connections.reduce(0) { $0 + $1.inFlight.count } }

    // MARK: Operations

    /// Sends the operation, or keeps it until a connection has room. - Returns: false when too many wait already.
    func submit(_ operation: Operation) -> Bool {
        if queue.isEmpty, let connection = forBatch() {
            connection.send(operation)
            return true
        }
        if queue.count >= limit { queue.keep { !$0.isSettled } }
        guard queue.count < limit else { return false }
        queue.append(operation)
        return true
    }

    /// Puts a batch back that was undone without having failed itself.
    func restart(_ operation: Operation) {
        queue.append(operation)
        dispatch()
    }

    /// Asks for a connection of one's own. - Returns: false when too many wait already.
    func requestLease(_ waiter: LeaseWaiter) -> Bool {
        if leaseRequests.isEmpty, let connection = leasable() {
            connection.isLeased = true
            waiter.settle(.success(connection))
            return true
        }
        if leaseRequests.count >= limit { leaseRequests.keep { !$0.isSettled } }
        guard leaseRequests.count < limit else { return false }
        leaseRequests.append(waiter)
        return true
    }

    /// Sends what waits, as far as there is room.
    func dispatch() {
        while let operation = queue.first {
            if operation.isSettled {
                _ = queue.popFirst()
                continue
            }
            guard let connection = forBatch() else { break }
            _ = queue.popFirst()
            connection.send(operation)
        }
        while let waiter = leaseRequests.first {
            if waiter.isSettled {
                _ = leaseRequests.popFirst()
                continue
            }
            guard let connection = leasable() else { break }
            _ = leaseRequests.popFirst()
            connection.isLeased = true
            waiter.settle(.success(connection))
        }
    }

    /// What a turn of the loop asks for stays together, up to `together`: the server is woken once for it, and answers in one
    /// go. Past that, the connection with the least to do.
    private func forBatch() -> Connection? {
        for connection in connections
        where connection.isHoldingBack && connection.inFlight.count < min(Lane.together, depth) && !connection.isLeased
            && !connection.isSuspect
        {
            return connection
        }
        return leastLoaded()
    }

    private func leastLoaded() -> Connection? {
        var best: Connection?
        for connection in connections
        where !connection.isLeased && !connection.isSuspect && connection.inFlight.count < depth {
            if let current = best, current.inFlight.count <= connection.inFlight.count { continue }
            best = connection
        }
        return best
    }

    /// Batches: some 300 µs of a server's time, which the last of them waits.
    private static let together = 8

    /// One connection, when there are several, stays for those who only want a batch.
    private func leasable() -> Connection? {
        let leased = connections.count { $0.isLeased }
        return leased < max(1, connections.count - 1) ? leastLoaded() : nil
    }

    // MARK: Connections

    func add(_ connection: Connection) {
        outage = nil
        successionEnd = nil
        connections.append(connection)
        dispatch()
    }

    func remove(_ connection: Connection) { connections.removeAll { $0 === connection } }

    // MARK: Deadlines

    /// Gives up on what is past its deadline at `now`. - Returns: when to look again.
    func expire(at now: Instant) -> Instant {
        var next = Instant.distantFuture
        var expired = false
        for operation in queue.elements where !operation.isSettled {
            if operation.deadline <= now {
                operation.abandon(.timedOut)
                expired = true
            } else {
                next = min(next, operation.deadline)
            }
        }
        if expired { queue.keep { !$0.isSettled } }
        for waiter in leaseRequests.elements where !waiter.isSettled {
            if waiter.deadline <= now {
                waiter.settle(.failure(.timedOut))
            } else {
                next = min(next, waiter.deadline)
            }
        }
        leaseRequests.keep { !$0.isSettled }
        for connection in connections { next = min(next, connection.expire(at: now)) }
        return next
    }

    /// From now on until `end`, nobody is refused for want of a connection.
    func awaitSuccessor(until end: Instant) { successionEnd = end }

    func declareOutage(_ reason: PostgresUnavailability) {
        outage = reason
        successionEnd = nil
        failWaiting(.unavailable(reason))
    }

    /// Fails everything that waits.
    func failWaiting(_ error: PostgresError) {
        for operation in queue.removeAll() { operation.abandon(error) }
        for waiter in leaseRequests.removeAll() { waiter.settle(.failure(error)) }
    }
}
