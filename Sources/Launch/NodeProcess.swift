internal import Admission
internal import Control
internal import HTTP
internal import Identity
internal import Quotas
internal import Runtime
internal import School
internal import Tenancy
internal import Web

/// `preau-node`: pages, the JSON API and sign-in.
package enum NodeProcess {
    /// Runs until it is told to stop.
    /// - Parameter arguments: after the program's name: `--config FILE [--process NAME]`.
    package static func run(_ arguments: [String]) throws {
        var arguments = Arguments(arguments)
        let path = try arguments.required("--config")
        let process = try arguments.option("--process")
        try arguments.end()
        let shared = try SharedParts(
            ProcessConfiguration.read(path, loopsByDefault: Arguments.cores, process: process))
        try ProcessLoops(shared, plan(shared)).run()
    }

    private static func plan(_ shared: SharedParts) -> ProcessLoops<LoopParts>.Plan {
        ProcessLoops.Plan(
            make: { LoopParts(shared, on: $0) },
            table: { parts in
                parts.meter.start()
                parts.pressure.start()
                parts.attendance.start(counting: parts.loop.name == "loop-0")
                return (
                    try table(parts),
                    [
                        AttendanceMiddleware.middleware(parts.attendance), Gate(parts.identity).middleware,
                        PressureMiddleware.middleware(parts.pressure),
                        LineMiddleware.middleware(parts.lines), parts.school.frame,
                    ]
                )
            },
            crossOrigin: { $0.identity.crossOrigin },
            lead: { parts in
                let watcher = DirectoryWatcher(
                    tenancy: parts.tenancy, listener: shared.directoryConnection,
                    topics: [shared.rules.topic(), shared.quotas.topic])
                watcher.start()
                parts.keep(watcher)
                let partners = PartnerWatcher(parts.identity.singleSignOn, listener: shared.directoryConnection)
                partners.start()
                parts.keep(partners)
                let heartbeat = NodeHeartbeat(
                    loop: parts.loop, directory: parts.directory, configuration: shared.configuration, log: shared.log)
                heartbeat.start()
                parts.keep(heartbeat)
                parts.keep(parts.school.startSweep())
                let measuring = CapacityExchange(shared, parts.identity.admission)
                measuring.start()
                parts.keep(measuring)
            },
            warmUp: { await WarmUp.connect($0) },
            probe: { await WarmUp.probe($0, shared) },
            concurrency: { $0.pressure.published },
            isReady: { PrivateServer.Readiness(knowing: shared.directory) }, sayGoodbye: { await $0.sayGoodbye() },
            close: { $0.close() })
    }

    /// Every route of a node.
    static func table(_ parts: LoopParts) throws -> RouteTable {
        var table = RouteTable()
        try table.add(Assets.routes { call, territory in parts.identity.theme(of: territory) })
        try table.add([LanguageSwitch.route, AccessibilityPages.route])
        // Whoever writes for pages has such a role; families have nothing to do there.
        try table.add(DesignPages(access: .roles("teacher", "school_life", "head", "staff")).routes)
        try table.add(parts.identity.routes)
        try table.add(parts.identity.partnerRoutes)
        try table.add(parts.school.routes)
        try table.add(ProblemRegistry(SharedParts.problems + School.problems).routes)
        try table.publish(
            OpenAPIDocument.Info(
                title: "Préau", version: "1",
                description:
                    "The digital workspace of French schools. Errors are RFC 9457 problem documents with a stable code."
            ),
            common: SharedParts.commonProblems)
        return table
    }
}
