internal import Postgres
internal import Runtime
internal import Tenancy

extension Course {
    // MARK: Giving up

    /// Undoes a move that has not flipped and can no more: people write on the source again first of all, the rest is tidied
    /// as far as both servers can be reached; the janitor does what is left. Then it is tried again, if that could help.
    func giveUp(_ reason: any Error) async throws {
        guard try await settled() else { return try await finish() }
        let summary = MoveError.summary(of: reason)
        log.warning("a move is given up", ("reason", .text(summary)), ("attempt", .integer(move.attempt)))
        session?.close()
        session = nil
        while true {
            do {
                try await source.restore(establishment, epoch: move.epoch - 1)
                break
            } catch {
                if wasLost { throw MoveError.lost }
                try await loop.sleep(for: .milliseconds(200))
            }
        }
        await tidyTarget()
        await tidySource()
        if try await store.move(move.id)?.isCancelled == true { wasCancelled = true }
        var isOver = !MoveError.isWorthTryingAgain(reason) || move.attempt >= limits.attempts || wasCancelled
        if case MoveError.cancelled = reason { isOver = true }
        if isOver {
            try await store.recordAborted(move.id, owner, error: wasCancelled ? MoveError.cancelled.summary : summary)
            move.state = .aborted
        } else {
            // Claimed again by somebody, in a second or so.
            try await store.tryAgain(move.id, owner, error: summary)
            throw MoveError.lost
        }
    }

    private func tidyTarget() async {
        do {
            if !move.backFeed.isEmpty {
                try await target.dropSlot(move.backFeed)
                try await target.unpublish(move.backFeed)
            }
            if move.returns != nil {
                try await target.depart(establishment, epoch: move.epoch)
            } else {
                if !move.feed.isEmpty { try await target.unsubscribe(move.feed) }
                // A target that serves is never emptied, whatever led here.
                guard let placement = try await target.placement(of: establishment), placement.epoch == move.epoch
                else { return }
                guard try await target.expectAgain(establishment, epoch: move.epoch) else { return }
                try await target.clear(establishment) { if self.wasLost { throw MoveError.lost } }
                try await target.forget(establishment)
            }
        } catch {
            log.warning("left for the janitor", ("side", "target"), ("error", .text(MoveError.summary(of: error))))
        }
    }

    private func tidySource() async {
        guard move.returns == nil, !move.feed.isEmpty else { return }
        do {
            try await source.dropSlot(move.feed)
            try await source.unpublish(move.feed)
        } catch {
            log.warning("left for the janitor", ("side", "source"), ("error", .text(MoveError.summary(of: error))))
        }
    }

    // MARK: After the flip

    /// Ends the feed, and has the source follow or emptied. Every step may have been done already.
    func finish() async throws {
        if move.state == .flipped {
            if (try await store.move(move.id))?.verification == .pending {
                try await store.recordFlip(move.id, owner, pause: nil, .skipped)
            }
            try await source.depart(establishment, epoch: move.epoch - 1)
            try await target.unsubscribe(move.feed)
            try await source.dropSlot(move.feed)
            try await source.unpublish(move.feed)
            try await enter(.draining)
        }
        if keepsWayBack, try await target.hasSlot(move.backFeed).exists {
            let backFrom = try await store.move(move.id)?.backFrom ?? ""
            try await source.subscribe(
                move.backFeed, to: target.address, password: mover.template.password ?? "", from: backFrom)
            try await store.finish(move.id, owner, .open)
            for shard in [move.source, move.target] { try await store.closeOldest(at: shard, keeping: 4) }
        } else {
            if keepsWayBack { try await target.unpublish(move.backFeed) }
            try await emptySource()
            try await store.finish(move.id, owner, keepsWayBack ? .lost : .none)
        }
        move.state = .done
        log.info("move", ("state", "done"))
    }

    private func emptySource() async throws {
        try await source.clear(establishment) { if self.wasLost { throw MoveError.lost } }
        try await source.forget(establishment)
    }

    /// The source stops following and is emptied.
    func closeWayBack() async throws {
        guard move.state == .done, move.wayBack == .closing else { return }
        try await source.unsubscribe(move.backFeed)
        try await target.dropSlot(move.backFeed)
        try await target.unpublish(move.backFeed)
        try await emptySource()
        try await store.recordClosed(move.id, owner)
        log.info("way back closed")
    }
}
