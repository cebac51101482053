package import Runtime
internal import Tenancy

/// Sweeps one establishment after the other, for as long as its loop runs: one loop of each node.
///
/// What it asks of the shards does not grow with the number of establishments; how long it takes to come round does: with 1,000 of them and two
/// nodes, about an hour and a half. Uploads that are past their 24 hours are not to be had in the meantime all the same.
package final class FileSweep: @unchecked Sendable {
    // Safety: confined to its loop.
    private let files: Files
    private let log: Log
    private var next: EstablishmentID?
    private var isStopped = false

    private static let pause = Duration.seconds(10)

    package init(_ files: Files, log: Log = Log("files")) {
        self.files = files
        self.log = log
    }

    package func start() {
        files.loop.assertCurrent()
        schedule()
    }

    package func stop() { isStopped = true }

    private func schedule() {
        files.loop.schedule(after: FileSweep.pause) { [self] in
            guard !isStopped else { return }
            files.loop.spawn { [self] in
                await round()
                schedule()
            }
        }
    }

    private func round() async {
        guard let id = chooseNext(), let context = try? files.tenancy.context(for: id) else { return }
        do {
            while try await files.sweep(context), !isStopped {}
        } catch {
            // A shard that is away, or an establishment on the move: it has its turn again.
            log.debug("files not swept", ("error", .text(String(describing: type(of: error)))))
        }
    }

    /// The first of all to begin with is chosen at random, so that nodes started together share the work.
    private func chooseNext() -> EstablishmentID? {
        let all = files.tenancy.map.establishments.keys.sorted()
        guard !all.isEmpty else { return nil }
        let chosen = next.flatMap { next in all.first { $0 > next } } ?? (next == nil ? all.randomElement() : all.first)
        next = chosen
        return chosen
    }
}
