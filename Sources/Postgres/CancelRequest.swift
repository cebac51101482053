internal import CPostgres
internal import Glibc
internal import Runtime

/// Asks a server to cancel what a connection runs, without blocking: libpq 15 has only a blocking call for it.
///
/// One request is a connection of its own that carries 16 bytes and no answer (PostgreSQL protocol, "Canceling Requests in
/// Progress"); whether it worked shows on the connection that ran the query.
final class CancelRequest {
    private let loop: EventLoop
    private let descriptor: Int32
    private var registration: RegistrationID?
    private var timer: TimerID?
    private var message: [UInt8] = []

    /// - Returns: false when there is nothing to send it to, or the libpq at hand keeps the key elsewhere; the caller's own
    ///   time limit then ends the connection.
    static func send(for connection: OpaquePointer, on loop: EventLoop, within limit: Duration) -> Bool {
        var key: Int32 = 0
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        guard preau_pg_key(connection, &key) == 1 else { return false }
        let found = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(PQsocket(connection), $0, &length) }
        }
        guard found == 0 else { return false }
        var message: [UInt8] = []
        message.appendBigEndian(Int32(16))
        message.appendBigEndian(Int32(80_877_102))
        message.appendBigEndian(PQbackendPID(connection))
        message.appendBigEndian(key)
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(Int32(address.ss_family), kind, 0)
        guard descriptor >= 0 else { return false }
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard code == 0 || errno == EINPROGRESS else {
            close(descriptor)
            return false
        }
        CancelRequest(loop, descriptor, message).start(within: limit)
        return true
    }

    private init(_ loop: EventLoop, _ descriptor: Int32, _ message: [UInt8]) {
        self.loop = loop
        self.descriptor = descriptor
        self.message = message
    }

    private func start(within limit: Duration) {
        // The registration and the timer keep the request alive until it is finished.
        registration = try? loop.register(descriptor, .write) { self.proceed($0) }
        timer = loop.schedule(after: limit) { self.finish() }
        if registration == nil { finish() }
    }

    private func proceed(_ ready: Readiness) {
        if !message.isEmpty, ready.contains(.write), !ready.contains(.failed) {
            // 16 bytes into the empty buffer of a fresh socket: all or nothing.
            let sent = message.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent == message.count, let registration else { return finish() }
            message = []
            // The server closes once it has passed the request on.
            loop.update(registration, .read)
        } else {
            finish()
        }
    }

    private func finish() {
        if let timer { loop.cancel(timer) }
        guard let registration else {
            if timer != nil { close(descriptor) }
            timer = nil
            return
        }
        self.registration = nil
        timer = nil
        loop.unregister(registration)
        close(descriptor)
    }
}
