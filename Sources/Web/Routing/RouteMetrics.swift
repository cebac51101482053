internal import HTTP
package import Runtime

/// Requests and their durations, by route. Made once for the process; the tables of all loops declare the same routes in the
/// same order.
package final class RouteMetrics: Sendable {
    private let durations: [Histogram]
    private let families: [[Counter]]

    package init(_ metrics: Metrics, _ table: RouteTable) {
        durations = table.routes.map { route in
            metrics.histogram(
                "preau_http_request_duration_seconds", help: "Time from the head of a request to its answer.",
                labels: [("method", route.method.rawValue), ("route", route.pattern)])
        }
        families = table.routes.map { route in
            (1...5).map { family in
                metrics.counter(
                    "preau_http_requests_total", help: "Answers by route and class of status.",
                    labels: [("method", route.method.rawValue), ("route", route.pattern), ("status", "\(family)xx")])
            }
        }
    }

    func record(_ route: Int, status: Status, since start: Instant) {
        guard durations.indices.contains(route) else { return }
        durations[route].record(microseconds: Instant.now.microseconds(since: start))
        families[route][min(max(status.family, 1), 5) - 1].add()
    }
}
