/// Where Redis is and how long it may take. Plain values with defaults; the process's configuration fills them.
package struct RedisConfiguration: Sendable {
    package struct Address: Hashable, Sendable {
        /// A numeric address, or a name that is resolved off the loop.
        package let host: String
        package let port: UInt16

        package init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }
    }

    package enum Server: Sendable {
        /// One server at a known address.
        case direct(Address)
        /// The master that these Sentinels watch under this name. `password` is the Sentinels' own.
        case sentinel(master: String, sentinels: [Address], password: String? = nil)

        package static func direct(host: String, port: UInt16) -> Server { .direct(Address(host: host, port: port)) }
    }

    package var server: Server
    package var user: String?
    package var password: String?
    package var database: Int
    /// Shown by `CLIENT LIST`.
    package var clientName: String

    /// A command without its own deadline fails with `RedisError.timedOut` after this. A connection that has been silent
    /// for as long while a command waits is given up.
    package var commandDeadline: Duration = .milliseconds(100)
    /// For the TCP connection, and again for the handshake (password, role, functions).
    package var connectDeadline: Duration = .milliseconds(200)
    /// An idle connection is asked for a sign of life this often.
    package var heartbeat: Duration = .seconds(1)
    /// The longest pause between two attempts to connect.
    package var longestBackOff: Duration = .seconds(1)
    /// Commands that may wait for their replies on this client; the next one fails with `RedisError.overloaded`.
    package var mostPending = 16_384
    /// Bytes that may wait to be written; past it, commands fail with `RedisError.overloaded`.
    package var mostUnwritten = 32 << 20

    package init(
        _ server: Server, user: String? = nil, password: String? = nil, database: Int = 0, clientName: String = "preau"
    ) {
        self.server = server
        self.user = user
        self.password = password
        self.database = database
        self.clientName = clientName
    }
}
