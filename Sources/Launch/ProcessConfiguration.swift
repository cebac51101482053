package import Control
package import HTTPClient
package import Runtime
package import Tenancy
package import Web

/// Everything a process is told at start: one YAML file, given by `--config`, documented in `docs/configuration.md`.
/// Secrets are files of their own, named here.
package struct ProcessConfiguration: Sendable {
    package struct Database: Sendable {
        package let endpoint: Endpoint
        package let database: String
        package let credentials: Credentials
    }

    /// A database role; the password is read when the process starts.
    package struct Credentials: Sendable {
        package let user: String
        package let passwordFile: String
    }

    package struct Spool: Sendable {
        package let directory: String
        package let megabytes: Int
    }

    package enum Redis: Sendable {
        case direct(Endpoint)
        case sentinel(master: String, addresses: [Endpoint])
    }

    /// Names the process: in `X-Preau-Node`, in the logs.
    package let process: String
    package let listen: Endpoint
    package let privateListen: Endpoint
    /// Where HAProxy's agent check asks how much this process does well; nil: nowhere.
    package let agentListen: Endpoint?
    /// Processes of the front, each of which sends its own part of what this process does well.
    package let fronts: Int
    package let loops: Int
    /// The origin people use, without a path: `https://ent77.example`.
    package let front: String
    package let trustedProxies: [String]
    package let isProduction: Bool
    package let logLevel: Log.Level
    package let directory: Database
    package let shardCredentials: Credentials
    package let redis: Redis
    package let sessionKeysFile: String
    package let blockingThreads: Int
    package let passwordThreads: Int
    /// Where copies of large files may be, and how many bytes of them.
    package let spool: Spool
    /// Megabytes of diaries' text in one generation of `DiaryCache`.
    package let diaryMegabytes: Int
    package let sessionWork: RequestPressure.SessionWork
    /// People that each loop carries whatever is measured.
    package let peopleALoop: Int
    /// Decisions that the gate's log keeps.
    package let admissionLog: Int
    /// Whether partner applications may be reached by plain HTTP and on this machine: in development.
    package let allowsPlainPartners: Bool
    /// Where the sockets of `preau-saml` are; nil: no SAML here.
    package let samlDirectory: String?
    /// Whether administrators and heads get no further without a second factor.
    package let enforcesStrongAuthentication: Bool

    /// The admin service's own part; nil for a node.
    package let admin: Admin?

    package struct Admin: Sendable {
        package let owner: Credentials
        /// Who moves establishments between shards; nil where nobody does.
        package let mover: Credentials?
        package let tokenFile: String
        package let stackFile: String?
        /// Where mail is handed over; nil: none is sent.
        package let mail: Mail?
        let alerts: AlertThresholds
        /// How nodes are started and put behind the front; nil where this service does not.
        package let nodes: Nodes?
    }

    /// A mail server, and who it takes us for.
    package struct Mail: Sendable {
        package let host: String
        package let port: UInt16
        package let security: MailServer.Security
        package let credentials: Credentials?
        package let from: MailAddress
    }

    /// Where nodes come from, and who has to know of them.
    package struct Nodes: Sendable {
        /// The sockets of HAProxy's runtime API, one a process of the front.
        package let fronts: [String]
        /// A program and its first arguments (`NodeDriverCommand`).
        package let driver: [String]
        /// How many there should be; nil: as many as somebody adds.
        package let scaling: ScalingRules?
        /// In whose time the rules are written.
        package let timeZone: SchoolTimeZone
    }

    /// Whether cookies carry `Secure`.
    package var isSecure: Bool { front.hasPrefix("https://") }
}
