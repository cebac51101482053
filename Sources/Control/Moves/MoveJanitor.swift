internal import Runtime
internal import Tenancy

/// Removes what interrupted moves have left on shards that could not be reached at the time. A slot that nobody reads keeps
/// the log for ever, and fills the disk.
struct MoveJanitor: Sendable {
    private let mover: Mover
    private let log: Log

    init(_ mover: Mover, _ log: Log) {
        self.mover = mover
        self.log = log
    }

    /// Once over every shard; one that does not answer is left for the next time.
    func sweep() async {
        guard (try? await mover.tenancy.refresh()) != nil else { return }
        for shard in mover.tenancy.map.shards.values.filter({ $0.state != .retired }).sorted(by: { $0.id < $1.id }) {
            let store = ShardMoveStore(
                shard, mover.template, on: mover.loop, parallel: 1, metrics: mover.metrics, log: log)
            do {
                try await sweep(store)
            } catch {
                log.info(
                    "not swept", ("shard", .integer(Int(shard.id.rawValue))),
                    ("error", .text(MoveError.summary(of: error))))
            }
            store.close()
        }
    }

    private func sweep(_ shard: ShardMoveStore) async throws {
        // The shard first: what is there now and belongs to no move that lives after it was seen belongs to none.
        let leftovers = try await shard.leftovers()
        guard !leftovers.isEmpty else { return }
        let moves = try await mover.store.unfinished()
        try await mover.tenancy.refresh()
        let used = Set(moves.flatMap { [$0.feed, $0.backFeed] })
        let onTheMove = Set(moves.map(\.establishment))
        for leftover in leftovers {
            switch leftover {
            case .subscription(let name) where !used.contains(name): try await shard.unsubscribe(name)
            case .slot(let name) where !used.contains(name): try await shard.dropSlot(name)
            case .publication(let name) where !used.contains(name): try await shard.unpublish(name)
            case .placement(let establishment) where !onTheMove.contains(establishment):
                // Served from elsewhere for sure, or left alone.
                guard let home = mover.tenancy.map[establishment]?.placement, home.shard != shard.id else { continue }
                try await shard.clear(establishment) {}
                try await shard.forget(establishment)
            default: continue
            }
            log.notice("swept", ("shard", .integer(Int(shard.id.rawValue))), ("what", .text("\(leftover)")))
        }
        for move in moves where move.wayBack == .open && move.target == shard.id {
            if try await shard.hasSlot(move.backFeed).isLost {
                log.warning("a way back is lost", ("move", .integer(Int(move.id))))
                _ = try await mover.store.complete(move.id)
            }
        }
    }
}
