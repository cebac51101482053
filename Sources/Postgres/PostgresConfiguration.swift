/// Where a PostgreSQL server is, who we are there, and the limits that keep one server's bad day away from everything else.
package struct PostgresConfiguration: Sendable {
    package enum Encryption: Sendable {
        /// Plain TCP; for servers on the same machine.
        case disabled
        /// Encrypted or refused; the server's name is not checked.
        case required
        /// Encrypted, certificate signed by the authority of that PEM file and made out to the host's name.
        case verified(authorityFile: String)
    }

    /// The server's name in logs and metrics: `directory`, `shard-3`.
    package var name: String
    /// A name, an IP address, or the directory of a Unix socket (starts with `/`). Several, separated by commas, are servers of
    /// which one takes writes and the others follow it: whichever that is, is used.
    package var host: String
    package var port: UInt16
    package var database: String
    package var user: String
    package var password: String?
    package var applicationName: String
    package var encryption = Encryption.disabled
    /// Run-time parameters of every session, which it returns to after each transaction.
    package var settings: [String: String] = [:]

    /// Connections that serve people's requests, and connections for reports, search and jobs.
    package var interactiveConnections = 2
    package var backgroundConnections = 1
    /// Batches sent on one connection and not yet answered.
    package var pipelineDepth = 128
    /// Batches of one lane that may wait for a connection; the next one is refused with `PostgresError.overloaded`.
    package var queueLimit = 1024

    /// How long a batch may take in all, waiting included, unless the call says otherwise.
    package var interactiveDeadline = Duration.seconds(3)
    package var backgroundDeadline = Duration.seconds(60)
    /// From the first packet to a session ready for queries, name resolution included.
    package var connectDeadline = Duration.seconds(2)
    /// How long a cancelled query may take to end before its connection counts as hung.
    package var cancelGrace = Duration.seconds(1)
    /// A connection that has said nothing for this long is asked for a sign of life.
    package var idleCheck = Duration.seconds(5)
    /// The first and the longest pause between attempts to reconnect; each is shortened by up to half, at random.
    package var reconnectDelays = Duration.milliseconds(50)...Duration.seconds(5)
    /// Of several servers: how long what needs the one that takes writes waits for the next one before it is refused, from when
    /// the last connection was lost. It waits past its own usual deadline.
    package var succession = Duration.seconds(8)
    /// Of several servers: the longest pause between attempts to find the next one.
    package var successionDelay = Duration.milliseconds(200)
    /// The server's own limits, in case this process cannot cancel: for a statement, and for a transaction left open.
    package var interactiveStatementLimit = Duration.seconds(30)
    package var backgroundStatementLimit = Duration.seconds(900)
    package var openTransactionLimit = Duration.seconds(60)

    /// Set by `PostgresReplicationSession` alone.
    var isReplication = false

    package init(
        name: String, host: String, port: UInt16, database: String, user: String, password: String?,
        applicationName: String
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.password = password
        self.applicationName = applicationName
    }
}

extension PostgresConfiguration {
    /// `host`, one by one.
    var hosts: [String] {
        host.split(separator: ",").map { String($0.drop { $0 == " " }) }
    }

    /// Whether another server takes over when one is lost.
    var hasSuccessors: Bool { host.contains(",") }
}

/// Which of a pool's connections a batch goes to: a slow report never stands before a person's page.
package enum PostgresLane: Int, CaseIterable, Sendable {
    /// People's requests.
    case interactive
    /// Reports, search, jobs.
    case background
}
