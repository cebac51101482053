internal import Admission
internal import Control
internal import HTTP
internal import Identity
internal import Quotas
internal import Runtime
internal import Tenancy
internal import Web

/// `preau-admin`: the admin service, and the migrations.
package enum AdminProcess {
    /// To the directory and each shard, for what feeds bring: schools side by side, as many as there are cores to work on them.
    private static let backgroundConnections = 3

    /// Serves until it is told to stop, or, with `migrate`, brings the databases up to date and ends.
    /// - Parameter arguments: after the program's name: `--config FILE [migrate]`.
    package static func run(_ arguments: [String]) throws {
        var arguments = Arguments(arguments)
        let path = try arguments.required("--config")
        let word = arguments.word()
        try arguments.end()
        let configuration = try ProcessConfiguration.read(path, loopsByDefault: 1)
        guard let admin = configuration.admin else {
            throw LaunchError.configuration(
                "\(path): “owner” and “admin_token_file” are missing, which preau-admin needs")
        }
        let shared = try SharedParts(configuration)
        switch word {
        case nil: try ProcessLoops(shared, plan(shared, admin)).run()
        case "migrate": try migrate(shared, admin)
        case let word?: throw LaunchError.usage("expected nothing or “migrate”, found “\(word)”")
        }
    }

    private static func plan(
        _ shared: SharedParts, _ admin: ProcessConfiguration.Admin
    ) -> ProcessLoops<LoopParts>.Plan {
        ProcessLoops.Plan(
            make: { LoopParts(shared, on: $0, backgroundConnections: AdminProcess.backgroundConnections) },
            table: { parts in
                let service = service(shared, parts, admin)
                let feeds = FeedService(service, pool: shared.feedPool, interpreters: shared.interpreterPool)
                let upkeep = FeedUpkeep(feeds)
                upkeep.start()
                parts.keep(upkeep)
                let debts = SCIMUpkeep(service)
                debts.start()
                parts.keep(debts)
                service.keyKeeper = { [weak parts] in parts?.makeKeyKeeper(shared) }
                return (
                    try table(
                        shared, parts, service, feeds, fleet(shared, admin, parts),
                        movesEstablishments: admin.mover != nil),
                    [
                        OperatorGate.middleware(token: shared.secrets.adminToken ?? "", service),
                        Gate(parts.identity, acceptsTokens: false).middleware, AdminGate.middleware(service),
                    ]
                )
            },
            lead: { parts in
                let watcher = DirectoryWatcher(
                    tenancy: parts.tenancy, listener: shared.directoryConnection,
                    topics: [shared.rules.topic(), shared.quotas.topic])
                watcher.start()
                parts.keep(watcher)
                parts.keep(try await JobsThread.start(shared, admin))
                if let runner = moveRunner(shared, admin, parts) {
                    runner.start()
                    parts.keep(runner)
                }
                let partners = PartnerWatcher(parts.identity.singleSignOn, listener: shared.directoryConnection)
                partners.start()
                parts.keep(partners)
                let keeper = parts.makeKeyKeeper(shared)
                keeper.start()
                parts.keep(keeper)
            },
            concurrency: { _ in 256 },
            isReady: { PrivateServer.Readiness(knowing: shared.directory) }, sayGoodbye: { await $0.sayGoodbye() },
            close: { $0.close() })
    }

    /// The control plane on the loop of these parts.
    static func service(
        _ shared: SharedParts, _ parts: LoopParts, _ admin: ProcessConfiguration.Admin
    ) -> AdminService {
        let service = AdminService(
            loop: parts.loop, directory: parts.directory, tenancy: parts.tenancy, keyring: shared.keyring,
            hasher: shared.hasher, isProduction: shared.configuration.isProduction,
            allowsPlainPartners: shared.configuration.allowsPlainPartners,
            endSessions: { await parts.identity.sessions.forget($0) },
            migrate: { loop, shard in await migrator(shared, admin, on: loop).run(shard: shard) })
        service.sendsMail = admin.mail != nil
        service.reservedHost = PartnerURL(shared.configuration.front)?.host
        return service
    }

    private static func fleet(
        _ shared: SharedParts, _ admin: ProcessConfiguration.Admin, _ parts: LoopParts
    ) -> NodeFleet? {
        // The fronts' sockets answer to one loop: changes come one after the other.
        guard let nodes = admin.nodes, parts.loop.name == "loop-0" else { return nil }
        let fleet = NodeFleet(
            loop: parts.loop, fronts: nodes.fronts,
            driver: NodeDriverCommand(nodes.driver, pool: shared.blockingPool), pool: shared.blockingPool,
            log: shared.log)
        if let rules = nodes.scaling {
            let scaler = Autoscaler(
                loop: parts.loop, fleet: fleet, rules: rules, zone: nodes.timeZone, metrics: shared.metrics,
                log: shared.log)
            scaler.start()
            parts.keep(scaler)
        }
        return fleet
    }

    private static func frontWatch(_ shared: SharedParts, _ parts: LoopParts) -> FrontWatch? {
        guard let nodes = shared.configuration.admin?.nodes, parts.loop.name == "loop-0" else { return nil }
        let watch = FrontWatch(
            loop: parts.loop, fronts: nodes.fronts, pool: shared.blockingPool, metrics: shared.metrics, log: shared.log)
        watch.start()
        parts.keep(watch)
        return watch
    }

    private static func moveRunner(
        _ shared: SharedParts, _ admin: ProcessConfiguration.Admin, _ parts: LoopParts
    ) -> MoveRunner? {
        guard let credentials = admin.mover, let password = shared.secrets.moverPassword else { return nil }
        let mover = Mover(
            loop: parts.loop, directory: parts.directory, tenancy: parts.tenancy,
            shards: shared.connection("shard", Endpoint(host: "", port: 0), "", credentials.user, password),
            process: shared.configuration.process, metrics: shared.metrics, log: shared.log)
        return MoveRunner(mover, process: shared.configuration.process, log: shared.log)
    }

    private static func table(
        _ shared: SharedParts, _ parts: LoopParts, _ service: AdminService, _ feeds: FeedService,
        _ fleet: NodeFleet?, movesEstablishments: Bool
    ) throws -> RouteTable {
        var table = RouteTable()
        try table.add(Assets.routes { _, territory in parts.identity.theme(of: territory) })
        try table.add([LanguageSwitch.route, AccessibilityPages.route])
        // The front page of a territory belongs to the nodes; here the console is the front page.
        try table.add(parts.identity.routes.filter { $0.pattern != "/" })
        try table.add(ConsolePages(service).routes)
        try table.add(MandateConsolePages(service).routes + TokenConsolePages(service).routes)
        try table.add(OpeningConsolePages(service).routes + DuplicateConsolePages(service).routes)
        try table.add(AdminAPI(service).routes)
        try table.add(NodeAPI(service, fleet).routes)
        try table.add(JobAPI(service).routes)
        try table.add(AuditAPI(service).routes)
        try table.add(DelegationAPI(service).routes + AdminTokenAPI(service).routes)
        try table.add(FeedConsolePages(feeds).routes + TableConsolePages(feeds).routes)
        try table.add(FeedAPI(feeds).routes + FeedTableAPI(feeds).routes + RosterAPI(feeds).routes)
        let moves = MoveControl(service, isConfigured: movesEstablishments)
        let shards = ShardControl(service, isConfigured: movesEstablishments)
        try table.add(MoveAPI(moves).routes + MoveConsolePages(moves, shards).routes)
        try table.add(BackupAPI(service).routes)
        try table.add(ShardAPI(shards).routes)
        let admission = AdmissionControl(
            admin: service, admission: parts.identity.admission, tenancy: parts.tenancy, directory: parts.directory,
            front: frontWatch(shared, parts), thresholds: shared.configuration.admin?.alerts ?? .standard)
        try table.add(AdmissionAPI(admission).routes + AdmissionConsolePages(admission).routes)
        let quotas = QuotaControl(admission, quotas: shared.quotas, directory: parts.directory)
        try table.add(QuotaAPI(quotas).routes + QuotaConsolePages(quotas).routes)
        try table.add(EstablishmentLifeAPI(service).routes)
        try table.add(AccountAPI(service).routes)
        try table.add(NeverConnectedAPI(service).routes)
        try table.add(LetterAPI(service).routes)
        try table.add(SCIMAPI(service).routes)
        let services = ServiceAPI(service, parts.identity)
        try table.add(services.routes + ServiceConsolePages(services).routes)
        try table.add(SessionAPI(service, parts.identity).routes)
        try table.add(UpstreamAPI(service, parts.identity).routes)
        let control = ProblemRegistry.Section("Control", ProblemCode.control)
        let nodes = ProblemRegistry.Section("Nodes", ProblemCode.nodes)
        let imports = ProblemRegistry.Section("Feeds", ProblemCode.feeds)
        let scim = ProblemRegistry.Section("SCIM", ProblemCode.scim)
        try table.add(ProblemRegistry(SharedParts.problems + [control, imports, nodes, scim]).routes)
        try table.publish(
            OpenAPIDocument.Info(
                title: "Préau, admin service", version: "1",
                description: "Territories, establishments, shards and nodes, for operators and administrators."),
            common: SharedParts.commonProblems)
        return table
    }

    // MARK: Migrations

    private static func migrator(
        _ shared: SharedParts, _ admin: ProcessConfiguration.Admin, on loop: EventLoop
    ) -> Migrator {
        let password = shared.secrets.ownerPassword ?? ""
        return Migrator(
            loop: loop,
            directory: shared.connection(
                "directory", shared.configuration.directory.endpoint, shared.configuration.directory.database,
                admin.owner.user, password),
            shards: shared.connection("shard", Endpoint(host: "", port: 0), "", admin.owner.user, password),
            metrics: shared.metrics)
    }

    /// The directory and every shard that it knows; one that fails stops no other and fails the command.
    private static func migrate(_ shared: SharedParts, _ admin: ProcessConfiguration.Admin) throws {
        let thread = try EventLoopThread(name: "migrate")
        defer { thread.stopAndJoin() }
        let report = try onLoopAsync(thread.loop) { await migrator(shared, admin, on: thread.loop).run() }
        print("directory: \(report.directory.summary)")
        for (shard, outcome) in report.shards { print("shard \(shard.id) (\(shard.name)): \(outcome.summary)") }
        guard report.succeeded else {
            throw LaunchError.unavailable(what: "migration", reason: "not everything is up to date, see above")
        }
    }
}

extension MigrationOutcome {
    fileprivate var summary: String {
        switch self {
        case .migrated(let from, let to): from == to ? "up to date at \(to)" : "migrated from \(from) to \(to)"
        case .failed(let version, let error): "stopped at \(version): \(error)"
        }
    }
}
