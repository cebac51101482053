internal import Runtime

/// What every client of the process counts into.
struct RedisInstruments: Sendable {
    let latency: Histogram
    let timeouts: Counter
    let refusals: Counter
    let connections: Counter
    let losses: Counter

    init(_ metrics: Metrics) {
        latency = metrics.histogram("preau_redis_reply_seconds", help: "Time from a command to its reply.")
        timeouts = metrics.counter("preau_redis_timeouts_total", help: "Commands without a reply at their deadline.")
        refusals = metrics.counter(
            "preau_redis_refused_total", help: "Commands refused at once: no connection, or too many waiting.")
        connections = metrics.counter("preau_redis_connections_total", help: "Connections made ready for commands.")
        losses = metrics.counter("preau_redis_lost_total", help: "Connections lost or given up.")
    }
}
