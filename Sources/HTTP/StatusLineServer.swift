internal import CMicroHTTPD
internal import Glibc
package import Runtime

/// Answers every connection with one line and closes it: how a load balancer's agent check asks how a server does. On an address
/// that only the load balancer reaches.
package final class StatusLineServer: @unchecked Sendable {
    // Safety: confined to its loop.
    package let port: UInt16
    private let loop: EventLoop
    private let line: @Sendable () -> String
    private var listener: Int32
    private var registration: RegistrationID?

    /// - Parameter line: asked for on each connection, without its line end.
    /// - Throws: `HTTPError.cannotListen`.
    package init(
        loop: EventLoop, address: String, port: UInt16, line: @escaping @Sendable () -> String
    ) throws(HTTPError) {
        self.loop = loop
        self.line = line
        (listener, self.port) = try ListeningSocket.open(address, port)
    }

    deinit {
        if listener >= 0 { close(listener) }
    }

    /// - Throws: `HTTPError.cannotListen`.
    package func start() throws(HTTPError) {
        loop.assertCurrent()
        guard listen(listener, 64) == 0 else {
            throw .cannotListen(address: "agent", port: port, code: errno)
        }
        do {
            registration = try loop.register(listener, .read) { [weak self] _ in self?.accept() }
        } catch {
            throw .cannotStart
        }
    }

    package func stop() {
        loop.assertCurrent()
        if let registration { loop.unregister(registration) }
        registration = nil
        if listener >= 0 { close(listener) }
        listener = -1
    }

    private func accept() {
        // A bound for each turn of the loop.
        for _ in 0..<64 {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else { return }
            let bytes = Array((line() + "\n").utf8)
            // So short that it fits the socket's buffer; who does not read it learns nothing.
            _ = send(connection, bytes, bytes.count, cmhd_send_now)
            close(connection)
        }
    }
}
