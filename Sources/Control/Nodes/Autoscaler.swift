package import Runtime
package import Tenancy

/// Adds nodes ahead of the bell and when requests queue, and takes them away when they have been too many for a while; every five
/// seconds, one step at a time. Confined to its loop.
package final class Autoscaler: @unchecked Sendable {
    // Safety: confined to its loop.
    private static let interval: Duration = .seconds(5)

    private let loop: EventLoop
    private let fleet: NodeFleet
    private let rules: ScalingRules
    private let zone: SchoolTimeZone
    private let log: Log
    private let wantedGauge: Gauge
    private let servingGauge: Gauge
    private var idleSince: Instant?
    private var timer: TimerID?
    private var isStopped = false

    package init(
        loop: EventLoop, fleet: NodeFleet, rules: ScalingRules, zone: SchoolTimeZone, metrics: Metrics, log: Log
    ) {
        self.loop = loop
        self.fleet = fleet
        self.rules = rules
        self.zone = zone
        self.log = log
        wantedGauge = metrics.gauge("preau_nodes_wanted", help: "Nodes that the scaling rules ask for.")
        servingGauge = metrics.gauge("preau_nodes_serving", help: "Nodes that the front sends requests to.")
    }

    package func start() {
        loop.assertCurrent()
        timer = loop.schedule(after: Autoscaler.interval) { [weak self] in
            guard let self, !isStopped else { return }
            loop.spawn { [self] in
                await step()
                if !isStopped { start() }
            }
        }
    }

    package func stop() {
        isStopped = true
        if let timer { loop.cancel(timer) }
    }

    /// One look, and at most one node more or less.
    func step() async {
        do throws(NodeError) {
            let load = try await fleet.load()
            idleSince = rules.isIdle(load) ? idleSince ?? .now : nil
            let local = zone.local(microseconds: WallClock.microseconds)
            let planned = rules.planned(weekday: local.date.weekday, minute: local.minuteOfDay)
            let wanted = rules.wanted(load, planned: planned, calm: idleSince.map { Instant.now.since($0) } ?? .zero)
            wantedGauge.set(wanted)
            servingGauge.set(load.serving)
            if wanted > load.serving {
                log.notice(
                    "nodes are added", ("serving", .integer(load.serving)), ("wanted", .integer(wanted)),
                    ("waiting", .integer(load.waiting)))
                for _ in load.serving..<wanted { _ = try await fleet.add(nil) }
            } else if wanted < load.serving, let last = try await fleet.members().last(where: { $0.state == "up" }) {
                log.notice("a node is taken away", ("serving", .integer(load.serving)), ("wanted", .integer(wanted)))
                idleSince = nil
                try await fleet.remove(last.name)
            }
        } catch {
            // Tried again in five seconds, with what is then measured.
            log.warning("the number of nodes could not be changed", ("reason", .text("\(error)")))
        }
    }
}
