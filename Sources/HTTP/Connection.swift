internal import CMicroHTTPD
internal import Glibc
internal import Runtime

/// One open connection of a server. It stays small: thousands are idle.
final class Connection {
    let handle: OpaquePointer
    let descriptor: Int32
    let address: Address?
    let peer: Peer
    /// Where it stands in the server's list.
    var index = 0
    /// The request in progress.
    var exchange: Exchange?
    var hasServed = false
    /// Since when no request is in progress.
    var quietSince: Instant
    /// Set when an answer was sent before all of the request was read.
    var mustLinger = false

    init(handle: OpaquePointer, descriptor: Int32, address: Address?, peer: Peer, now: Instant) {
        self.handle = handle
        self.descriptor = descriptor
        self.address = address
        self.peer = peer
        quietSince = now
    }

    /// Ends it from outside libmicrohttpd, which notices by the hang-up; or, for a connection that it has no epoll event
    /// for (its buffer is full), by the time limit that is set here.
    func cut() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        cmhd_set_time_limit(handle, 1)
    }

    /// Ends it once what was sent past libmicrohttpd has left: its client can finish what it is sending meanwhile.
    func finish() {
        shutdown(descriptor, Int32(SHUT_WR))
        cmhd_set_time_limit(handle, 1)
    }

    enum Pending {
        case nothing
        case bytes
        /// The client has ended its side, or is gone.
        case end
    }

    /// What has come in that libmicrohttpd has not read.
    var pending: Pending {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, cmhd_peek)
        if count > 0 { return .bytes }
        return count < 0 && errno == EAGAIN ? .nothing : .end
    }

    /// Sends an answer past libmicrohttpd, at a moment when it has nothing half-sent. Best effort, once: it is for
    /// connections that are about to be closed.
    func sendRaw(status: Status, headers: HeaderFields, body: [UInt8]) {
        var text = "HTTP/1.1 \(status.rawValue) \(status.phrase)\r\nDate: \(HTTPDate.text(WallClock.seconds))\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        text += "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        let message = Array(text.utf8) + body
        _ = send(descriptor, message, message.count, cmhd_send_now)
        mustLinger = true
    }
}
