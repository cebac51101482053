internal import CPostgres
internal import Runtime

extension Connection {
    /// How long a query that nobody waits for any more may run on before it is cancelled: most end by themselves, and a
    /// request to cancel costs the server a process.
    static let patience = Duration.milliseconds(50)

    /// Answers the callers whose deadline has passed at `now`, cancels what runs for nobody, and gives the connection up
    /// when even that has no effect. - Returns: when to look again.
    func expire(at now: Instant) -> Instant {
        if let direct { return direct.expire(at: now) }
        var next = Instant.distantFuture
        for operation in inFlight.elements where !operation.isSettled {
            if operation.deadline <= now {
                operation.abandon(.timedOut)
            } else {
                next = min(next, operation.deadline)
            }
        }
        guard let head = inFlight.first else { return next }
        if let cancellation {
            guard now >= cancellation.until else { return min(next, cancellation.until) }
            // A stopped server, a broken network, or a query that cannot be interrupted: all the same from here.
            lose(.hung)
            return .distantFuture
        }
        if case .housekeeping = head.kind, head.isAbandoned {
            lose(.hung)
            return .distantFuture
        }
        guard head.isAbandoned else { return next }
        guard now >= head.deadline || now >= head.abandoned + Connection.patience else {
            return min(next, head.abandoned + Connection.patience)
        }
        if head.isCommit {
            lose(.connectionLost)
            return .distantFuture
        }
        requestCancel()
        cancellation = (head, now + configuration.cancelGrace)
        return min(next, now + configuration.cancelGrace)
    }

    /// Asks for a sign of life when there was none for that long and nothing is under way.
    /// - Returns: by when it has to answer, if it was asked.
    func checkLife(silentFor silence: Duration, answerWithin limit: Duration) -> Instant? {
        guard inFlight.isEmpty, direct == nil, !isLeased, loop.now.since(lastHeard) >= silence else { return nil }
        let deadline = loop.now + limit
        send(Operation(.housekeeping, PostgresBatch(), lane: lane.kind, started: loop.now, deadline: deadline))
        return deadline
    }

    /// Asks the server to stop whatever the connection runs; a time limit of the caller's decides what happens next.
    func requestCancel() {
        strayCancelUntil = loop.now + configuration.cancelGrace * 10
        if !CancelRequest.send(for: handle, on: loop, within: configuration.cancelGrace) {
            pool.log.warning("a query could not be cancelled")
        }
    }
}
