internal import Runtime

/// What a server counts.
struct HTTPMeters {
    let opened: Counter
    let open: Gauge
    let lingering: Gauge
    let streams: Gauge
    let turnedAway: Counter
    let refused: Counter
    let timedOut: Counter
    let disconnected: Counter
    /// By the first digit of the status, from 1.
    let answered: [Counter]

    init(_ metrics: Metrics, loop: String, port: UInt16) {
        let labels = [("loop", loop), ("port", String(port))]
        opened = metrics.counter("preau_http_connections_total", help: "Connections accepted.", labels: labels)
        open = metrics.gauge("preau_http_connections", help: "Connections open.", labels: labels)
        lingering = metrics.gauge(
            "preau_http_connections_lingering", help: "Answered connections read to their end.", labels: labels)
        streams = metrics.gauge("preau_http_streams", help: "Answers being written piece by piece.", labels: labels)
        turnedAway = metrics.counter(
            "preau_http_connections_refused_total", help: "Connections over the limit per address.", labels: labels)
        refused = metrics.counter(
            "preau_http_requests_refused_total", help: "Requests answered before any handler.", labels: labels)
        timedOut = metrics.counter(
            "preau_http_timeouts_total", help: "Connections cut because the client was too slow.", labels: labels)
        disconnected = metrics.counter(
            "preau_http_disconnects_total", help: "Requests whose client left before the end.", labels: labels)
        answered = (1...5).map { family in
            metrics.counter(
                "preau_http_responses_total", help: "Responses, by class of status.",
                labels: labels + [("class", "\(family)xx")])
        }
    }
}
