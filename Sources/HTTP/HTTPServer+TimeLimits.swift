internal import CMicroHTTPD
internal import Glibc
internal import Runtime

/// Slow clients. libmicrohttpd's own time limit starts again at every byte, which is what a slow client lives on: the
/// limits here count from the start of each stage.
extension HTTPServer {
    private static let sweepInterval = Duration.seconds(1)
    /// Most connections kept open only to be read to their end.
    private static let lingerLimit = 256
    private static let lingerTime = Duration.seconds(2)

    func scheduleSweep() {
        loop.schedule(after: HTTPServer.sweepInterval) { [self] in
            guard daemon != nil else { return }
            sweep(.now)
            scheduleRun()
            scheduleSweep()
        }
    }

    private func sweep(_ now: Instant) {
        let times = configuration.timeouts
        for connection in connections {
            if let exchange = connection.exchange {
                check(exchange, now, times)
            } else if connection.hasServed {
                if now.since(connection.quietSince) > times.keepAlive, connection.pending != .bytes { connection.cut() }
            } else if now.since(connection.quietSince) > times.header || connection.pending == .end {
                connection.cut()
            }
        }
    }

    private func check(_ exchange: Exchange, _ now: Instant, _ times: HTTPServerConfiguration.Timeouts) {
        let quiet = now.since(exchange.progressAt)
        switch exchange.phase {
        case .receivingHead:
            cutIfEnded(exchange.connection)
            guard now.since(exchange.startedAt) > times.header else { return }
            count(refused: .requestTimeout)
            meters.timedOut.add()
            exchange.answerPast(answer(to: .requestTimeout))
        case .receivingBody:
            guard let body = exchange.body, !exchange.isSuspended else { return }
            cutIfEnded(exchange.connection)
            if exchange.pendingAnswer != nil {
                if quiet > times.bodyIdle || now.since(exchange.startedAt) > times.bodyIdle * 4 {
                    exchange.giveUpDiscarding()
                }
            } else if body.isWaitedFor, quiet > times.bodyIdle || isTooSlow(body, since: exchange.startedAt, now, times)
            {
                meters.timedOut.add()
                body.fail(.timedOut)
            }
        case .answering:
            guard !exchange.isSuspended, quiet > times.write else { return }
            // Progress is what the client's machine has acknowledged, not what the kernel has buffered.
            let acknowledged = cmhd_bytes_acknowledged(exchange.connection.descriptor)
            let least = UInt64(times.minimumRate) * UInt64(max(1, times.write.components.seconds))
            if acknowledged >= exchange.acknowledged + least {
                exchange.acknowledged = acknowledged
                exchange.progressAt = now
            } else {
                meters.timedOut.add()
                exchange.writer?.fail(.timedOut)
                exchange.connection.cut()
            }
        case .awaitingEnd, .bodyUnasked, .received:
            return
        }
    }

    /// libmicrohttpd takes a short read for the last one before the next event of its edge-triggered epoll: an end that
    /// arrived together with the bytes before it is never told.
    private func cutIfEnded(_ connection: Connection) {
        if connection.pending == .end { connection.cut() }
    }

    /// A body that trickles: judged once it has had the time limit of a pause.
    private func isTooSlow(
        _ body: BodyChannel, since start: Instant, _ now: Instant, _ times: HTTPServerConfiguration.Timeouts
    ) -> Bool {
        let elapsed = now.since(start)
        return elapsed > times.bodyIdle && Double(body.received) < elapsed.seconds * Double(times.minimumRate)
    }

    /// Keeps a connection open past its closing by libmicrohttpd, and reads what the client still sends: closed with unread
    /// bytes, it would be reset, and the reset can overtake the answer (RFC 9112 §9.6).
    func linger(_ connection: Connection) {
        guard meters.lingering.value < HTTPServer.lingerLimit else { return }
        let descriptor = dup(connection.descriptor)
        guard descriptor >= 0 else { return }
        shutdown(descriptor, Int32(SHUT_WR))
        LingeringSocket(descriptor, loop, meters.lingering).start(limit: HTTPServer.lingerTime)
    }
}
