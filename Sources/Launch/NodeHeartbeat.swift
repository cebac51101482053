internal import Control
internal import Postgres
internal import Runtime

/// Tells the directory that this node lives, every few seconds; a directory that is gone is told later.
final class NodeHeartbeat: @unchecked Sendable {
    // Safety: confined to its loop.
    private let loop: EventLoop
    private let store: NodeStore
    private let configuration: ProcessConfiguration
    private let log: Log
    private var isFirst = true
    private var timer: TimerID?

    init(loop: EventLoop, directory: PostgresPool, configuration: ProcessConfiguration, log: Log) {
        self.loop = loop
        store = NodeStore(directory)
        self.configuration = configuration
        self.log = log
    }

    func start() {
        loop.assertCurrent()
        timer = loop.schedule(after: .seconds(NodeStore.interval)) { [weak self] in self?.start() }
        loop.spawn { [self] in
            do {
                try await store.announce(
                    name: configuration.process, address: configuration.listen.description,
                    privateAddress: configuration.privateListen.description, isStart: isFirst)
                isFirst = false
            } catch {
                log.info("the directory was not told that this node lives")
            }
        }
    }

    /// Takes the node out of the list; called when it ends in order.
    func stop() async {
        if let timer { loop.cancel(timer) }
        try? await store.remove(name: configuration.process)
    }
}
