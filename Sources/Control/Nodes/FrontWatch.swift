package import Runtime

/// What the front answered by itself, minute by minute: requests that found no node, or no answer of one. The nodes cannot count
/// them. The front does not know whose site a request was for, so this is of the platform, and of no territory.
///
/// Kept in memory: another start of the admin service begins anew, as does another start of the front.
package final class FrontWatch: @unchecked Sendable {
    // Safety: confined to its loop.
    struct Minute: Sendable, Equatable {
        /// Microseconds since 1970.
        let start: Int64
        /// That the front passed on, or tried to.
        var requests: Int
        /// Answers 5xx that no node gave.
        var failed: Int
    }

    /// What `show stat` counts since a front started.
    struct Counts: Sendable, Equatable {
        var requests: Int
        var failed: Int

        /// Nil for an answer that is none. Columns by name: their order is HAProxy's to change.
        /// - Parameter text: of the backend and of its servers.
        init?(_ text: String) {
            let lines = text.split(separator: "\n")
            guard let heads = lines.first?.split(separator: ",", omittingEmptySubsequences: false),
                let name = heads.firstIndex(of: "svname"), let requests = heads.firstIndex(of: "req_tot"),
                let errors = heads.firstIndex(of: "hrsp_5xx")
            else { return nil }
            var whole: (requests: Int, errors: Int)?
            var ofNodes = 0
            for line in lines.dropFirst() {
                let fields = line.split(separator: ",", omittingEmptySubsequences: false)
                guard fields.count > max(name, requests, errors) else { continue }
                let failed = Int(fields[errors]) ?? 0
                if fields[name] == "BACKEND" {
                    whole = (Int(fields[requests]) ?? 0, failed)
                } else {
                    ofNodes += failed
                }
            }
            guard let whole else { return nil }
            self.requests = whole.requests
            failed = max(0, whole.errors - ofNodes)
        }
    }

    private static let interval = Duration.seconds(10)
    private static let mostMinutes = 1440

    private let loop: EventLoop
    private let fronts: FrontServers
    private let errors: Counter
    private let log: Log
    private var last: [String: Counts] = [:]
    private var isSilent = false
    private var timer: TimerID?
    private var isStopped = false

    /// The newest first.
    private(set) var minutes: [Minute] = []

    /// - Parameters:
    ///   - fronts: the sockets of HAProxy's runtime API, one a process of the front.
    ///   - pool: threads for what blocks.
    package init(loop: EventLoop, fronts: [String], pool: BlockingPool, metrics: Metrics, log: Log) {
        self.loop = loop
        self.fronts = FrontServers(fronts, pool: pool)
        self.log = log
        errors = metrics.counter(
            "preau_front_own_errors_total", help: "Answers 5xx that the front gave by itself, without a node.")
    }

    package func start() {
        loop.assertCurrent()
        loop.spawn { [weak self] in
            await self?.look()
            self?.again()
        }
    }

    private func again() {
        guard !isStopped else { return }
        timer = loop.schedule(after: Self.interval) { [weak self] in self?.start() }
    }

    package func stop() {
        isStopped = true
        if let timer { loop.cancel(timer) }
    }

    private func look() async {
        do throws(NodeError) {
            note(try await fronts.counts(), at: WallClock.microseconds)
            isSilent = false
        } catch {
            // Once, and not every ten seconds.
            if !isSilent {
                log.warning("the front does not say what it answers by itself", ("reason", .text("\(error)")))
            }
            isSilent = true
        }
    }

    /// - Parameter counts: by socket.
    func note(_ counts: [String: Counts], at now: Int64) {
        var (requests, failed) = (0, 0)
        for (socket, count) in counts {
            // What a front counted before it was looked at for the first time is of no known minute.
            guard let before = last.updateValue(count, forKey: socket) else { continue }
            // Fewer than before: it was started again.
            let isNew = count.requests < before.requests
            requests += isNew ? count.requests : count.requests - before.requests
            failed += isNew ? count.failed : max(0, count.failed - before.failed)
        }
        errors.add(failed)
        let start = now / 60_000_000 * 60_000_000
        if minutes.first?.start == start {
            minutes[0].requests += requests
            minutes[0].failed += failed
        } else {
            minutes.insert(Minute(start: start, requests: requests, failed: failed), at: 0)
            if minutes.count > Self.mostMinutes { minutes.removeLast() }
        }
    }
}
