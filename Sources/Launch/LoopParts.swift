internal import Admission
internal import Control
internal import Identity
internal import Postgres
internal import Quotas
internal import Redis
internal import Runtime
internal import School
internal import Tenancy
internal import Web

/// What one loop has for itself: its connections and the services on them. Made on the loop.
final class LoopParts: @unchecked Sendable {
    // Safety: confined to its loop.
    let loop: EventLoop
    let directory: PostgresPool
    let redis: RedisClient
    let tenancy: Tenancy
    let identity: IdentityService
    let lines: Lines
    let meter: LineMeter
    let pressure: RequestPressure
    let attendance: Attendance
    let school: School
    private var watcher: DirectoryWatcher?
    private var heartbeat: NodeHeartbeat?
    private var sweep: FileSweep?
    private var jobs: JobsThread?
    private var upkeep: FeedUpkeep?
    private var debts: SCIMUpkeep?
    private var moves: MoveRunner?
    private var measuring: CapacityExchange?
    private var scaler: Autoscaler?
    private var frontWatch: FrontWatch?
    private var partnerWatcher: PartnerWatcher?
    private var keyKeeper: SigningKeyKeeper?

    /// - Parameter backgroundConnections: to the directory and each shard, for work that takes long.
    init(_ shared: SharedParts, on loop: EventLoop, backgroundConnections: Int = 1) {
        loop.assertCurrent()
        self.loop = loop
        var directoryConnection = shared.directoryConnection
        directoryConnection.backgroundConnections = backgroundConnections
        var shardConnection = shared.shardConnection
        shardConnection.backgroundConnections = backgroundConnections
        directory = PostgresPool(
            loop: loop, configuration: directoryConnection, metrics: shared.metrics, log: shared.log)
        redis = RedisClient(
            loop: loop, configuration: shared.redisConnection,
            metrics: shared.metrics, log: shared.log)
        tenancy = Tenancy(
            loop: loop, cache: shared.directory, directory: directory, shards: shardConnection,
            metrics: shared.metrics)
        identity = IdentityService(
            loop: loop, keyring: shared.keyring, tenancy: tenancy, directory: directory, redis: redis,
            hasher: shared.hasher, rules: shared.rules, platform: shared.platform, partners: shared.partners,
            outgoing: shared.outgoing,
            strong: StrongPolicy(isEnforced: shared.configuration.enforcesStrongAuthentication), metrics: shared.metrics
        )
        lines = Lines(
            loop: loop, name: "\(shared.configuration.process)/\(loop.name)", tenancy: tenancy, redis: redis,
            quotas: shared.quotas, metrics: shared.metrics)
        pressure = RequestPressure(
            loop: loop, bounds: shared.configuration.sessionWork, load: shared.load, metrics: shared.metrics,
            idle: { [tenancy] in tenancy.waitingForSuccessor })
        attendance = Attendance(
            loop: loop, tenancy: tenancy, service: identity.admission, directory: directory)
        meter = LineMeter(loop: loop, lines: lines, directory: directory)
        school = School(
            loop: loop, tenancy: tenancy, directory: directory, timetables: shared.timetables,
            fileTypes: shared.fileTypes, filePieces: shared.filePieces, fileSpool: shared.fileSpool,
            diaries: shared.diaries,
            documents: shared.documentPool, keyring: shared.keyring)
    }

    /// Holds on to the process's watcher of the directory, for as long as the loop runs.
    func keep(_ watcher: DirectoryWatcher) { self.watcher = watcher }

    func makeKeyKeeper(_ shared: SharedParts) -> SigningKeyKeeper {
        SigningKeyKeeper(loop: loop, directory: directory, keyring: shared.keyring, pool: shared.signingPool)
    }

    func keep(_ watcher: PartnerWatcher) { partnerWatcher = watcher }

    func keep(_ keeper: SigningKeyKeeper) { keyKeeper = keeper }

    func keep(_ heartbeat: NodeHeartbeat) { self.heartbeat = heartbeat }

    func keep(_ sweep: FileSweep) { self.sweep = sweep }
    func keep(_ jobs: JobsThread) { self.jobs = jobs }
    func keep(_ upkeep: FeedUpkeep) { self.upkeep = upkeep }
    func keep(_ debts: SCIMUpkeep) { self.debts = debts }
    func keep(_ moves: MoveRunner) { self.moves = moves }
    func keep(_ scaler: Autoscaler) { self.scaler = scaler }
    func keep(_ watch: FrontWatch) { frontWatch = watch }

    func keep(_ measuring: CapacityExchange) { self.measuring = measuring }

    /// What has to be said to others before the connections close.
    func sayGoodbye() async {
        await meter.write()
        await attendance.write()
        await heartbeat?.stop()
        await jobs?.stop()
    }

    func close() {
        loop.assertCurrent()
        watcher?.stop()
        sweep?.stop()
        upkeep?.stop()
        debts?.stop()
        moves?.stop()
        measuring?.stop()
        scaler?.stop()
        frontWatch?.stop()
        meter.stop()
        pressure.stop()
        attendance.stop()
        lines.close()
        partnerWatcher?.stop()
        keyKeeper?.stop()
        tenancy.close()
        directory.close()
        redis.close()
        jobs?.join()
    }
}
