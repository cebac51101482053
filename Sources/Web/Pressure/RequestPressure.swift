package import Runtime

/// Keeps a loop from taking more than it can do: adaptive for all requests together, and bounded for each session. One a loop.
package final class RequestPressure: @unchecked Sendable {
    // Safety: confined to its loop.
    /// What one session may have done at once and each second; 0 a second: no bound.
    package struct SessionWork: Sendable {
        package var atOnce: Int
        package var perSecond: Int
        package var burst: Int

        package static let standard = SessionWork(atOnce: 6, perSecond: 5, burst: 60)

        package init(atOnce: Int, perSecond: Int, burst: Int) {
            self.atOnce = atOnce
            self.perSecond = perSecond
            self.burst = burst
        }
    }

    /// Who asks, as far as order goes.
    package struct Asker: Sendable {
        /// The session; nil for somebody without.
        package let session: UUID?
        /// 0 pupils and teachers, 1 other staff and people who sign in, 2 guardians, 3 programs in the background.
        package let rank: Int

        package init(session: UUID?, rank: Int) {
            self.session = session
            self.rank = rank
        }
    }

    private struct Work {
        var atOnce = 0
        var tokens: Double
        var at: Instant
    }

    /// Sessions remembered, of each of two generations.
    private static let generation = 10_000

    private let loop: EventLoop
    private let bounds: SessionWork
    private let shed: [Counter]
    private let bounded: Counter
    private let limitGauge: Gauge
    private let loadGauge: Gauge
    private let runningGauge: Gauge
    private let idleGauge: Gauge
    private let idle: () -> Int
    private var young: [UUID: Work] = [:]
    private var old: [UUID: Work] = [:]
    private var timer: TimerID?
    private let processLoad: ProcessLoad
    private var load = LoopLoad()
    private var hasShed = false
    private static let interval = Duration.milliseconds(250)

    package private(set) var limit = AdaptiveLimit()
    /// The last limit that was found, for any thread.
    package var published: Int { max(Int(AdaptiveLimit.least), limitGauge.value) + idleGauge.value }
    package private(set) var inFlight = 0

    /// - Parameters:
    ///   - load: the process's own.
    ///   - idle: how many of the requests under way do nothing but wait, for seconds, for one server: they take no place from
    ///     those that need another.
    package init(
        loop: EventLoop, bounds: SessionWork, load: ProcessLoad = ProcessLoad(), metrics: Metrics,
        idle: @escaping () -> Int = { 0 }
    ) {
        self.loop = loop
        self.idle = idle
        processLoad = load
        self.bounds = bounds
        shed = (0...3).map {
            metrics.counter(
                "preau_web_shed_total", help: "Requests turned away to protect the others, by class.",
                labels: [("class", "\($0)")])
        }
        bounded = metrics.counter(
            "preau_web_session_bound_total", help: "Requests of sessions that ask for too much at once.")
        limitGauge = metrics.gauge(
            "preau_web_concurrency_limit", help: "Requests at once that a loop serves well.",
            labels: [("loop", loop.name)])
        loadGauge = metrics.gauge(
            "preau_web_load_thousandths", help: "How busy a loop is, of what it does well.",
            labels: [("loop", loop.name)])
        idleGauge = metrics.gauge(
            "preau_web_requests_idle", help: "Requests that wait for a database server which takes over from another.",
            labels: [("loop", loop.name)])
        runningGauge = metrics.gauge(
            "preau_web_requests_running", help: "Requests being answered, looked at four times a second.",
            labels: [("loop", loop.name)])
    }

    package func start() {
        loop.assertCurrent()
        timer = loop.schedule(after: Self.interval) { [weak self] in
            guard let self else { return }
            limit.update()
            limitGauge.set(Int(limit.limit))
            load.update(
                at: .now, worked: ProcessorTime.ofThisThread, interval: Self.interval,
                inFlight: Double(busy) / limit.limit, hasShed: hasShed)
            idleGauge.set(inFlight - busy)
            hasShed = false
            loadGauge.set(load.permille)
            processLoad.set(load.permille, of: loop.name)
            runningGauge.set(inFlight)
            start()
        }
    }

    package func stop() {
        if let timer { loop.cancel(timer) }
    }

    /// Begins a request unless there are too many; whoever begins one ends it.
    /// - Throws: `.overloaded` (503) or `.tooManyRequests` (429), with a time to come back.
    package func begin(_ asker: Asker) throws(Problem) {
        loop.assertCurrent()
        // Counted only when it matters.
        guard
            limit.allows(rank: asker.rank, inFlight: inFlight)
                || limit.allows(rank: asker.rank, inFlight: busy)
        else {
            shed[min(3, max(0, asker.rank))].add()
            hasShed = true
            throw Problem(.overloaded, retryAfter: .seconds(2))
        }
        if let session = asker.session { try begin(session) }
        inFlight += 1
    }

    private var busy: Int { max(0, inFlight - idle()) }

    package func end(_ asker: Asker) {
        inFlight -= 1
        limit.record()
        if let session = asker.session { end(session) }
    }

    private func begin(_ session: UUID) throws(Problem) {
        guard bounds.perSecond > 0 else { return }
        var work = young[session] ?? old[session] ?? Work(tokens: Double(bounds.burst), at: loop.now)
        work.tokens = min(
            Double(bounds.burst), work.tokens + loop.now.since(work.at).seconds * Double(bounds.perSecond))
        work.at = loop.now
        guard work.atOnce < bounds.atOnce, work.tokens >= 1 else {
            bounded.add()
            keep(session, work)
            throw Problem(.tooManyRequests, retryAfter: .seconds(1))
        }
        work.tokens -= 1
        work.atOnce += 1
        keep(session, work)
    }

    private func end(_ session: UUID) {
        guard bounds.perSecond > 0, var work = young[session] ?? old[session] else { return }
        work.atOnce = max(0, work.atOnce - 1)
        keep(session, work)
    }

    private func keep(_ session: UUID, _ work: Work) {
        if young[session] == nil, young.count >= Self.generation {
            old = young
            young = [:]
        }
        young[session] = work
        old[session] = nil
    }
}
