internal import Runtime

/// What a pool measures about itself.
struct PoolInstruments {
    let connections: Gauge
    let failedConnects: Counter
    let lostConnections: Counter
    let refused: Counter
    let duration: Histogram

    init(_ metrics: Metrics, server: String, loop: String) {
        let labels = [("server", server), ("loop", loop)]
        connections = metrics.gauge("preau_postgres_connections", help: "Open connections.", labels: labels)
        failedConnects = metrics.counter(
            "preau_postgres_failed_connects_total", help: "Attempts to connect that failed.", labels: labels)
        lostConnections = metrics.counter(
            "preau_postgres_lost_connections_total", help: "Connections that broke or were given up.", labels: labels)
        refused = metrics.counter(
            "preau_postgres_refused_total", help: "Batches refused at once: server down or too much waiting.",
            labels: labels)
        duration = metrics.histogram(
            "preau_postgres_batch_seconds", help: "Time from asking for a batch to its answer.", labels: labels)
    }
}
