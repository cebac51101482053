package import Postgres
package import Runtime
internal import Tenancy

/// Writes down once a minute what one loop's payers have used. With the directory gone it is added up and written later.
package final class LineMeter: @unchecked Sendable {
    // Safety: confined to its loop.
    private let loop: EventLoop
    private let lines: Lines
    private let store: LineUsageStore
    private var unwritten: [RuleScope: (sent: Int, received: Int)] = [:]
    private var timer: TimerID?

    package init(loop: EventLoop, lines: Lines, directory: PostgresPool) {
        self.loop = loop
        self.lines = lines
        store = LineUsageStore(directory)
    }

    package func start() {
        loop.assertCurrent()
        // Loops started together do not write together.
        timer = loop.schedule(after: .seconds(60) * Double.random(in: 0.8...1.2)) { [weak self] in
            guard let self else { return }
            loop.spawn { await self.write() }
            start()
        }
    }

    package func stop() {
        if let timer { loop.cancel(timer) }
    }

    /// Also before the loop ends.
    package func write() async {
        for usage in lines.takeUsage() {
            let known = unwritten[usage.payer] ?? (0, 0)
            unwritten[usage.payer] = (known.sent + usage.sent, known.received + usage.received)
        }
        guard !unwritten.isEmpty else { return }
        let writing = unwritten
        unwritten = [:]
        let usage = writing.map { Lines.Usage(payer: $0.key, sent: $0.value.sent, received: $0.value.received) }
        do {
            try await store.add(usage)
        } catch {
            for (payer, bytes) in writing {
                let since = unwritten[payer] ?? (0, 0)
                unwritten[payer] = (since.sent + bytes.sent, since.received + bytes.received)
            }
        }
    }
}
