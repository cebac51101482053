internal import Glibc
internal import Runtime

/// One connection of one browser, kept alive between its requests as long as the server likes; without pipelining.
/// Confined to its loop.
final class ClientConnection: @unchecked Sendable {
    // Safety: confined to its loop.
    enum Failure: Error, Sendable {
        /// No connection: the system's number (`ECONNREFUSED`, `EMFILE`, `EADDRNOTAVAIL` …).
        case unconnected(Int32)
        case timedOut
        /// Closed or reset before the answer was whole.
        case closed
        case malformed(AnswerError)
    }

    /// What all connections of a process share.
    final class Parts {
        let loop: EventLoop
        let address: IPv4Endpoint
        fileprivate(set) var open = 0
        fileprivate(set) var waiting = 0
        fileprivate(set) var reconnects = 0
        /// Connections opened again since the last time that this was asked.
        func takeReconnects() -> Int {
            defer { reconnects = 0 }
            return reconnects
        }

        fileprivate let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)

        init(loop: EventLoop, address: IPv4Endpoint) {
            self.loop = loop
            self.address = address
        }

        deinit { buffer.deallocate() }
    }

    private typealias Waiter = UnsafeContinuation<Result<Answer, Failure>, Never>

    private let parts: Parts
    /// The loopback address that it comes from: each person has one, as in life.
    private let source: UInt32?
    private var descriptor: Int32 = -1
    private var registration: RegistrationID?
    private var isConnected = false
    private var isUsed = false
    private var parser = AnswerParser()
    private var outgoing: [UInt8] = []
    private var sent = 0
    private var waiter: Waiter?
    private var timer: TimerID?

    init(_ parts: Parts, source: UInt32?) {
        self.parts = parts
        self.source = source
    }

    /// Sends a request and gives its whole answer. A connection that the server closed while it was idle is opened again,
    /// without anybody noticing: that is what browsers do.
    func exchange(_ request: [UInt8], within limit: Duration) async throws(Failure) -> Answer {
        let deadline = Instant.now + limit
        while true {
            let wasUsed = isUsed && descriptor >= 0
            let result = await withUnsafeContinuation { (continuation: Waiter) in
                begin(request, until: deadline, continuation)
            }
            if case .failure(.closed) = result, wasUsed, parser.isEmpty {
                parts.reconnects += 1
                continue
            }
            return try result.get()
        }
    }

    func close() {
        guard descriptor >= 0 else { return }
        if let registration { parts.loop.unregister(registration) }
        registration = nil
        Glibc.close(descriptor)
        descriptor = -1
        isConnected = false
        isUsed = false
        parts.open -= 1
    }

    // MARK: One exchange

    private func begin(_ request: [UInt8], until deadline: Instant, _ continuation: Waiter) {
        parts.loop.assertCurrent()
        waiter = continuation
        parts.waiting += 1
        parser = AnswerParser()
        (outgoing, sent) = (request, 0)
        timer = parts.loop.schedule(after: deadline.since(.now)) { [self] in
            timer = nil
            fail(.timedOut)
        }
        if descriptor < 0 {
            connect()
        } else {
            write()
        }
    }

    private func finish(_ result: Result<Answer, Failure>) {
        guard let waiter else { return }
        self.waiter = nil
        parts.waiting -= 1
        if let timer { parts.loop.cancel(timer) }
        timer = nil
        waiter.resume(returning: result)
    }

    private func fail(_ failure: Failure) {
        close()
        finish(.failure(failure))
    }

    // MARK: Socket

    private func connect() {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let made = socket(AF_INET, type, 0)
        guard made >= 0 else { return finish(.failure(.unconnected(errno))) }
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(made, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, size)
        if let source {
            // The port is chosen with the other end known, so that each end has all of them.
            setsockopt(made, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, &yes, size)
            guard IPv4Endpoint(address: source, port: 0).use({ Glibc.bind(made, $0, $1) }) == 0 else {
                return refuse(made)
            }
        }
        let code = parts.address.use { Glibc.connect(made, $0, $1) }
        guard code == 0 || errno == EINPROGRESS else { return refuse(made) }
        do {
            registration = try parts.loop.register(made, [.read, .write]) { [self] in ready($0) }
        } catch {
            return refuse(made)
        }
        descriptor = made
        parts.open += 1
    }

    private func refuse(_ made: Int32) {
        let code = errno
        Glibc.close(made)
        finish(.failure(.unconnected(code)))
    }

    private func ready(_ readiness: Readiness) {
        if !isConnected {
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
            guard code == 0 else { return fail(.unconnected(code)) }
            guard readiness.contains(.write) else { return }
            isConnected = true
            write()
        } else if readiness.contains(.write), sent < outgoing.count {
            write()
        }
        if readiness.contains(.read), descriptor >= 0 { read() }
    }

    private func write() {
        guard isConnected else { return }
        while sent < outgoing.count {
            let count = outgoing.withUnsafeBytes {
                send(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { return fail(.closed) }
                break
            }
            sent += count
        }
        if let registration { parts.loop.update(registration, sent < outgoing.count ? [.read, .write] : .read) }
    }

    private func read() {
        while descriptor >= 0 {
            let count = recv(descriptor, parts.buffer.baseAddress, parts.buffer.count, 0)
            if count < 0 {
                if errno == EINTR { continue }
                if errno != EAGAIN { fail(.closed) }
                return
            }
            guard count > 0 else { return ended() }
            guard waiter != nil else { return close() }  // bytes that nobody asked for
            do throws(AnswerError) {
                if let answer = try parser.take(UnsafeRawBufferPointer(rebasing: parts.buffer[..<count])) {
                    isUsed = true
                    if answer.closes { close() }
                    return finish(.success(answer))
                }
            } catch {
                return fail(.malformed(error))
            }
            if count < parts.buffer.count { return }
        }
    }

    /// The server has closed.
    private func ended() {
        guard waiter != nil, let answer = try? parser.finish() else { return fail(.closed) }
        close()
        finish(.success(answer))
    }
}
