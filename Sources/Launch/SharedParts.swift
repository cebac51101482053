internal import Admission
internal import Control
internal import Cryptography
internal import HTTPClient
internal import Identity
internal import Postgres
internal import Quotas
internal import Redis
internal import Runtime
internal import SAMLExchange
internal import School
internal import Tenancy
internal import Web

/// What the loops of one process share: read-only, or made for several threads.
final class SharedParts: Sendable {
    let configuration: ProcessConfiguration
    let secrets: Secrets
    let metrics = Metrics()
    let log: Log
    let directory = DirectoryCache()
    let keyring: Keyring
    let hasher: PasswordHasher
    let passwordPool: BlockingPool
    /// For what blocks or computes for long and is no password.
    let blockingPool: BlockingPool
    let fileTypes: FileTypeDetector
    let filePieces: FilePieceCache
    let fileSpool: FileSpool
    let timetables: TimetableCache
    let diaries: DiaryCache
    /// Writes PDF.
    let documentPool: BlockingPool
    /// For reading archives and XML, on the admin service only.
    let feedPool: BlockingPool
    let interpreterPool: BlockingPool
    let rules = RuleBookCache()
    let platform: PlatformCapacity
    let load = ProcessLoad()
    let quotas = QuotaBookCache()
    let partners = PartnerCache()
    let outgoing: OutgoingParts
    /// Signatures, and exchanges with other servers.
    let signingPool: BlockingPool

    struct Secrets: Sendable {
        let directoryPassword: String
        let shardPassword: String
        let ownerPassword: String?
        let moverPassword: String?
        let adminToken: String?
        let mailPassword: String?
    }

    init(_ configuration: ProcessConfiguration) throws {
        self.configuration = configuration
        platform = PlatformCapacity(decisionsKept: configuration.admissionLog)
        Log.threshold = configuration.logLevel
        log = Log(configuration.process)
        secrets = Secrets(
            directoryPassword: try FileReading.secret(in: configuration.directory.credentials.passwordFile),
            shardPassword: try FileReading.secret(in: configuration.shardCredentials.passwordFile),
            ownerPassword: try configuration.admin.map { try FileReading.secret(in: $0.owner.passwordFile) },
            moverPassword: try configuration.admin?.mover.map { try FileReading.secret(in: $0.passwordFile) },
            adminToken: try configuration.admin.map { try FileReading.secret(in: $0.tokenFile) },
            mailPassword: try configuration.admin?.mail?.credentials.map {
                try FileReading.secret(in: $0.passwordFile)
            })
        keyring = try Keyring(FileReading.secretText(in: configuration.sessionKeysFile))
        // As many waiting as the pool does in about four seconds: past that the person is told to come back.
        passwordPool = try BlockingPool(
            name: "password", threads: configuration.passwordThreads, queue: 128 * configuration.passwordThreads,
            // A password takes thousands of times as long as a page: those who are inside go first.
            niceness: 10)
        hasher = try PasswordHasher(pool: passwordPool, metrics: metrics)
        blockingPool = try BlockingPool(
            name: "blocking", threads: configuration.blockingThreads, queue: 64 * configuration.blockingThreads)
        fileTypes = FileTypeDetector(pool: blockingPool)
        filePieces = FilePieceCache(metrics: metrics)
        fileSpool = FileSpool(
            directory: configuration.spool.directory, capacity: configuration.spool.megabytes << 20, pool: blockingPool,
            metrics: metrics)
        timetables = TimetableCache(metrics: metrics)
        diaries = DiaryCache(capacity: configuration.diaryMegabytes << 20, metrics: metrics)
        // A document takes a second at most; past ten waiting the person is told to come back.
        documentPool = try BlockingPool(name: "document", threads: 1, queue: 10)
        // One import at a time keeps a core busy; the next ones wait for a thread, and their senders with them.
        let feeds = configuration.admin == nil ? 0 : 2
        feedPool = try BlockingPool(name: "feed", threads: feeds, queue: 8)
        interpreterPool = try BlockingPool(name: "interpret", threads: feeds, queue: 8)
        signingPool = try BlockingPool(name: "sign", threads: configuration.passwordThreads, queue: 4096)
        let outgoingPool = try BlockingPool(
            name: "outgoing", threads: configuration.blockingThreads, queue: 64 * configuration.blockingThreads)
        // Threads of its own: whatever becomes of that process, only those who wait for it wait.
        let saml = try configuration.samlDirectory.map { directory in
            SAMLClient(directory: directory, pool: try BlockingPool(name: "saml", threads: 4, queue: 128))
        }
        outgoing = OutgoingParts(
            client: HTTPClient(pool: outgoingPool, allowsPlain: configuration.allowsPlainPartners),
            signing: signingPool, front: configuration.front, saml: saml)
    }

    /// The codes that every process may answer with; its services add theirs.
    static let problems = [
        ProblemRegistry.Section("Web", ProblemCode.web), ProblemRegistry.Section("Identity", ProblemCode.identity),
        ProblemRegistry.Section("Admission", ProblemCode.admission),
        ProblemRegistry.Section("Platform", ProblemCode.platform),
    ]

    /// What any route of its kind can answer with: who may not, and which part of the platform does not answer.
    static func commonProblems(_ route: Route) -> [ProblemCode] {
        route.access.problems + (route.tag == "Web" ? [] : ProblemCode.platform) + [.overloaded, .tooManyRequests]
            + (route.access.needsSession ? [.closedHours] : [])
    }

    /// Reads the session keys again; the old ones stay when the file is wrong.
    func reloadKeys() {
        do {
            try keyring.replace(with: FileReading.secretText(in: configuration.sessionKeysFile))
            log.notice("session keys read again")
        } catch {
            log.error("session keys not read again: the previous ones stay", ("error", .text("\(error)")))
        }
    }

    // MARK: Connections

    var directoryConnection: PostgresConfiguration {
        connection(
            "directory", configuration.directory.endpoint, configuration.directory.database,
            configuration.directory.credentials.user, secrets.directoryPassword)
    }

    /// Address and name come from the directory.
    var shardConnection: PostgresConfiguration {
        connection(
            "shard", Endpoint(host: "", port: 0), "", configuration.shardCredentials.user, secrets.shardPassword)
    }

    var redisConnection: RedisConfiguration {
        let server: RedisConfiguration.Server =
            switch configuration.redis {
            case .direct(let endpoint): .direct(host: endpoint.host, port: endpoint.port)
            case .sentinel(let master, let addresses):
                .sentinel(
                    master: master,
                    sentinels: addresses.map { RedisConfiguration.Address(host: $0.host, port: $0.port) })
            }
        return RedisConfiguration(server, clientName: configuration.process)
    }

    func connection(
        _ name: String, _ endpoint: Endpoint, _ database: String, _ user: String, _ password: String
    ) -> PostgresConfiguration {
        PostgresConfiguration(
            name: name, host: endpoint.host, port: endpoint.port, database: database, user: user, password: password,
            applicationName: configuration.process)
    }
}
