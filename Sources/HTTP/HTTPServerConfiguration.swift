/// How a server listens, what it accepts and how long it waits.
package struct HTTPServerConfiguration: Sendable {
    /// An IPv4 or IPv6 address of this machine.
    package var address: String
    /// 0 takes a free one; `HTTPServer.port` tells which.
    package var port: UInt16
    package var limits: Limits
    package var timeouts: Timeouts
    /// Addresses, or address/prefix, of proxies whose `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Request-ID` are
    /// believed, and that are not held to the limit per address.
    package var trustedProxies: [String]
    /// The `Server` field; none when nil.
    package var serverName: String?
    /// Added to the answers that the server makes itself, before any handler.
    package var standingHeaders: HeaderFields

    package init(
        address: String = "127.0.0.1", port: UInt16 = 0, limits: Limits = Limits(), timeouts: Timeouts = Timeouts(),
        trustedProxies: [String] = [], serverName: String? = nil, standingHeaders: HeaderFields = []
    ) {
        self.address = address
        self.port = port
        self.limits = limits
        self.timeouts = timeouts
        self.trustedProxies = trustedProxies
        self.serverName = serverName
        self.standingHeaders = standingHeaders
    }

    /// In bytes, or counts.
    package struct Limits: Sendable {
        /// The request target; longer is 414.
        package var target = 8000
        /// One header field, name and value; longer is 431.
        package var headerLine = 8192
        /// Request line and all header fields; longer is 431. Half of what a connection has (`connectionMemory`): the
        /// other half is for libmicrohttpd's records of them, its copy of the cookies and the response's head.
        package var headerBlock = 10_240
        /// More fields than this is 431.
        package var headerCount = 64
        /// A request's body, unless its handler allows more or less.
        package var body = 1 << 20
        /// Open at once on this server; the next ones wait in the listen queue.
        package var connections = 10_000
        /// Open at once from one address that is not a trusted proxy; the next ones are closed at once.
        package var connectionsPerAddress = 512

        /// Memory of a connection. All of it is cleared after each request, so that it is paid in time as well.
        static let connectionMemory = 24_576

        package init() {}
    }

    package struct Timeouts: Sendable {
        /// From a connection's start, or a request line, to the end of the header block.
        package var header: Duration = .seconds(10)
        /// Between two pieces of a body that a handler waits for.
        package var bodyIdle: Duration = .seconds(15)
        /// Between two requests.
        package var keepAlive: Duration = .seconds(75)
        /// For a client that takes too little of its response: less than `minimumRate` over this long.
        package var write: Duration = .seconds(30)
        /// Bytes a second, over a whole body or a `write` interval, under which a client is cut off.
        package var minimumRate = 256

        package init() {}
    }
}
