internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

/// `/healthz`, `/readyz`, `/metrics` and `/routes`, on an address of their own that people cannot reach.
enum PrivateServer {
    /// - Parameters:
    ///   - table: what the process serves, for `/routes`: tests and operators walk it.
    ///   - isReady: whether traffic should come: what it needs is there, and it is not being drained.
    static func make(
        _ shared: SharedParts, on loop: EventLoop, table: RouteTable, isReady: @escaping @Sendable () -> Readiness
    ) throws -> HTTPServer {
        let metrics = shared.metrics
        let described = table.describe()
        let routes: [Route] = [
            .resource(
                .get, "/healthz", access: .privatePort, tag: "Process", summary: "The process answers.",
                surface: .internal
            ) { _ in .text("ok\n") },
            .resource(
                .get, "/readyz", access: .privatePort, tag: "Process", summary: "The process wants requests.",
                surface: .internal
            ) { _ in
                let readiness = isReady()
                return .text(readiness.text + "\n", status: readiness.isReady ? .ok : .serviceUnavailable)
            },
            .resource(
                .get, "/metrics", access: .privatePort, tag: "Process", summary: "Prometheus text format.",
                surface: .internal
            ) { _ in
                var response = Response.text(metrics.text)
                response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                return response
            },
            .resource(
                .get, "/routes", access: .privatePort, tag: "Process", summary: "Every route of the process, as JSON.",
                surface: .internal
            ) { _ in .json(described) },
        ]
        let application = Application(
            try RouteTable(routes),
            settings: Application.Settings(node: shared.configuration.process, isSecure: false, log: shared.log))
        let endpoint = shared.configuration.privateListen
        var settings = HTTPServerConfiguration(address: endpoint.host, port: endpoint.port)
        settings.limits.connections = 200
        return try HTTPServer(loop: loop, configuration: settings, metrics: metrics, log: shared.log) { request in
            await application.handle(request)
        }
    }

    /// What `/readyz` says.
    struct Readiness: Sendable {
        let isReady: Bool
        let text: String

        init(isReady: Bool, text: String) {
            self.isReady = isReady
            self.text = text
        }

        /// Whether a process knows what it answers from; once it does, a directory that goes away takes that from nobody.
        init(knowing directory: DirectoryCache) {
            isReady = directory.hasBeenRead
            text = isReady ? "ready" : "the directory was not read yet"
        }
    }
}
