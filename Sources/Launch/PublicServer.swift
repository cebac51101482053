internal import HTTP
internal import Runtime
internal import Web

/// The listener that people and programs reach, one a loop on the same port.
enum PublicServer {
    static func make(
        _ shared: SharedParts, on loop: EventLoop, _ application: Application
    ) throws -> HTTPServer {
        let endpoint = shared.configuration.listen
        var settings = HTTPServerConfiguration(address: endpoint.host, port: endpoint.port)
        settings.trustedProxies = shared.configuration.trustedProxies
        // One loop of a few shares the process's 20,000 descriptors with the others.
        settings.limits.connections = 18_000 / shared.configuration.loops
        // A proxy holds many connections on behalf of everybody.
        if !settings.trustedProxies.isEmpty { settings.limits.connectionsPerAddress = settings.limits.connections }
        settings.standingHeaders.set("X-Preau-Node", shared.configuration.process)
        return try HTTPServer(loop: loop, configuration: settings, metrics: shared.metrics, log: shared.log) {
            request in
            await application.handle(request)
        }
    }
}
