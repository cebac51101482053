package import Runtime

/// One request, from the moment its head was read and checked. Confined to its server's loop.
package final class Request: @unchecked Sendable {
    // Safety: created, read and released on its server's loop; what is lazy is filled there.

    package let method: Method
    /// Lowercase and without port, as the client sent it; empty only for an HTTP/1.0 request without a `Host`.
    package let host: String
    /// The client's address: the connection's, or the one a trusted proxy forwarded.
    package let remoteAddress: String
    /// Whether the client came over TLS, as told by a trusted proxy.
    package let isSecure: Bool
    package let receivedAt: Instant
    package let body: RequestBody

    /// Identifies the exchange in logs and answers: from a trusted proxy's `X-Request-ID` when that is 8 to 64 letters,
    /// digits, `.`, `_` or `-`, else made here.
    package private(set) lazy var id: String = forwardedID ?? RequestNumber.next()

    /// The path as sent, from its `/`; `*` for `OPTIONS *`. Percent-escapes are well formed and are the router's to decode.
    package private(set) lazy var path: String = head.text(head.path)

    /// What follows `?`, as sent.
    package private(set) lazy var query: String? = head.query.map(head.text)

    let head: MessageHead
    private let forwardedID: String?

    init(
        _ head: MessageHead, peer: Peer, receivedAt: Instant, body: BodyChannel?
    ) {
        self.head = head
        method = head.method
        host = head.host
        self.receivedAt = receivedAt
        self.body = RequestBody(channel: body)
        if peer.isTrusted {
            remoteAddress = peer.forwardedAddress(head)
            isSecure = head.value("x-forwarded-proto").map { head.text($0).lowercased() == "https" } ?? false
            forwardedID = head.value("x-request-id").map(head.text).flatMap {
                RequestNumber.isWellFormed($0) ? $0 : nil
            }
        } else {
            remoteAddress = peer.address
            isSecure = false
            forwardedID = nil
        }
    }

    /// A request that came through no socket: the same checks, no server. For tests, and for calls inside a process.
    /// - Throws: `HTTPError.disconnected` when a server would have refused it.
    package convenience init(
        method: Method = .get, target: String = "/", headers: HeaderFields = [], body: [UInt8] = [],
        remoteAddress: String = "127.0.0.1"
    ) throws(HTTPError) {
        var block = Array("\(method.rawValue)\0\(target)\0HTTP/1.1\0\0".utf8)
        let start = method.rawValue.utf8.count + 1
        var fields = headers
        if !fields.contains("Host") { fields.add("Host", "localhost") }
        if !body.isEmpty { fields.set("Content-Length", String(body.count)) }
        for (name, value) in fields { block += "\(name)\0 \(value)\0\0".utf8 }
        block += [0, 0]
        let head: MessageHead
        do {
            head = try MessageHead(block, target: start..<start + target.utf8.count, limits: .init())
        } catch {
            throw .disconnected
        }
        self.init(
            head, peer: Peer(address: remoteAddress, isTrusted: true, trusted: []), receivedAt: .now,
            body: body.isEmpty ? nil : BodyChannel(body, limit: .max))
    }

    /// The first field of that name, in lowercase; bytes that are not UTF-8 are replaced.
    package func header(_ name: String) -> String? { head.value(name).map(head.text) }

    /// All fields of that name (in lowercase), in order.
    package func headers(_ name: String) -> [String] { head.values(name).map(head.text) }

    /// The value of the first cookie of that name (RFC 6265 §5.4), without surrounding quotes.
    package func cookie(_ name: String) -> String? {
        for field in head.fields where head.isNamed(field, "cookie") {
            if let value = head.cookie(name, in: field.value) { return head.text(value) }
        }
        return nil
    }
}
