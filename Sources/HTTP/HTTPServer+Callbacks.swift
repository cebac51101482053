internal import CMicroHTTPD
internal import Glibc
internal import Runtime

/// Libmicrohttpd's callbacks, all during `MHD_run` or `MHD_stop_daemon` on the loop.
extension HTTPServer {
    static let callbacks = cmhd_callbacks(
        admit: { context, address, _ in
            guard let server = server(context), let address else { return cmhd_no }
            return server.admits(Address(address)) ? cmhd_yes : cmhd_no
        },
        connection: { context, handle, storage, event in
            guard let server = server(context), let handle, let storage else { return }
            if event == cmhd_started {
                storage.pointee = Unmanaged.passRetained(server.opened(handle)).toOpaque()
            } else if let known = storage.pointee {
                server.closed(Unmanaged<Connection>.fromOpaque(known).takeRetainedValue())
                storage.pointee = nil
            }
        },
        target: { context, target, handle in
            guard let server = server(context), let target, let handle, let known = cmhd_socket_context(handle) else {
                return nil
            }
            let connection = Unmanaged<Connection>.fromOpaque(known).takeUnretainedValue()
            return Unmanaged.passRetained(server.began(connection, UnsafeMutablePointer(mutating: target))).toOpaque()
        },
        handle: { context, _, _, method, _, upload, size, storage in
            // No exchange: the request line had no target, and libmicrohttpd refuses the line itself.
            guard let server = server(context), let known = storage?.pointee, let size else { return cmhd_no }
            let exchange = Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
            server.runsWithoutEvent = 0
            server.methodPointer = method
            defer { server.methodPointer = nil }
            return exchange.receive(upload, size) ? cmhd_yes : cmhd_no
        },
        completed: { context, _, storage, reason in
            guard let server = server(context), let known = storage?.pointee else { return }
            server.ended(Unmanaged<Exchange>.fromOpaque(known).takeRetainedValue(), reason)
            storage?.pointee = nil
        },
        complain: { context, format, _ in
            guard let server = server(context), let format else { return }
            server.complained(String(cString: format))
        })

    private static func server(_ context: UnsafeMutableRawPointer?) -> HTTPServer? {
        context.map { Unmanaged<HTTPServer>.fromOpaque($0).takeUnretainedValue() }
    }

    private func admits(_ address: Address?) -> Bool {
        guard let address, (perAddress[address] ?? 0) >= configuration.limits.connectionsPerAddress,
            !trusted.contains(where: { $0.contains(address) })
        else { return true }
        meters.turnedAway.add()
        return false
    }

    private func opened(_ handle: OpaquePointer) -> Connection {
        runsWithoutEvent = 0
        let address = cmhd_address(handle).flatMap { Address($0) }
        let isTrusted = address.map { address in trusted.contains { $0.contains(address) } } ?? false
        let connection = Connection(
            handle: handle, descriptor: cmhd_socket(handle), address: address,
            peer: Peer(address: address?.text ?? "", isTrusted: isTrusted, trusted: trusted), now: .now)
        connection.index = connections.count
        connections.append(connection)
        if let address { perAddress[address, default: 0] += 1 }
        meters.opened.add()
        meters.open.add(1)
        return connection
    }

    private func closed(_ connection: Connection) {
        connections[connections.count - 1].index = connection.index
        connections.swapAt(connection.index, connections.count - 1)
        connections.removeLast()
        if let address = connection.address, let count = perAddress[address] {
            perAddress[address] = count > 1 ? count - 1 : nil
        }
        meters.open.add(-1)
    }

    private func began(_ connection: Connection, _ target: UnsafeMutablePointer<CChar>) -> Exchange {
        runsWithoutEvent = 0
        let exchange = Exchange(
            server: self, connection: connection, target: RawTarget(emptying: target), now: loop.now)
        connection.exchange = exchange
        return exchange
    }

    private func ended(_ exchange: Exchange, _ reason: MHD_RequestTerminationCode) {
        runsWithoutEvent = 0
        let connection = exchange.connection
        exchange.end()
        connection.exchange = nil
        connection.hasServed = true
        connection.quietSince = loop.now
        if let status = exchange.status, (1...5).contains(status.family) { meters.answered[status.family - 1].add() }
        if reason != cmhd_completed { meters.disconnected.add() }
        if connection.mustLinger {
            connection.mustLinger = false
            linger(connection)
        }
    }

    /// A `Content-Length` that is not a number, and cookies too many for its memory, libmicrohttpd refuses by itself before
    /// it calls anyone, and then writes its answer's head twice. All it says before is a line for its log: the request is
    /// the one whose head is complete and that no handler has seen; it is answered here, and libmicrohttpd finds the
    /// connection closed.
    private func complained(_ line: String) {
        let isAboutLength = line.contains("Content-Length")
        guard isAboutLength || line.contains("Not enough memory in pool") else { return }
        for connection in connections {
            guard let exchange = connection.exchange, exchange.phase == .receivingHead,
                cmhd_head_size(connection.handle) > 0
            else { continue }
            let refusal = isAboutLength ? Refusal.ambiguousLength : .headersTooLarge
            count(refused: refusal)
            exchange.answerPast(answer(to: refusal))
        }
    }

    func count(refused refusal: Refusal) {
        meters.refused.add()
        log.debug("request refused", ("reason", .text(refusal.reason)), ("status", .integer(refusal.status.rawValue)))
    }

    /// The answer to a request that no handler sees.
    func answer(to refusal: Refusal) -> OutgoingResponse {
        var headers = configuration.standingHeaders
        headers.add("Content-Type", "application/problem+json")
        headers.add("Cache-Control", "no-store")
        headers.add("X-Request-ID", RequestNumber.next())
        // The front closes the client's connection as this server closes the front's (Infra/haproxy/haproxy.cfg).
        headers.add("X-Preau-Refused", refusal.reason)
        return OutgoingResponse(status: refusal.status, headers: headers, body: .bytes(refusal.body))
    }
}
