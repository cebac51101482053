internal import Postgres
internal import Runtime
internal import Tenancy

extension Course {
    /// What the workers of one copy share.
    private final class Copying: @unchecked Sendable {
        // Safety: confined to the mover's loop.
        var tables: ArraySlice<ShardMoveStore.Table>
        var readers: Int
        let started = Instant.now
        var bytes: Int64 = 0

        init(_ tables: [ShardMoveStore.Table], readers: Int) {
            self.tables = tables[...]
            self.readers = readers
        }
    }

    /// Every table as of the snapshot, several at once, in binary.
    func copy(from snapshot: String) async throws {
        let tables = try await source.tables()
        let copying = Copying(tables, readers: mover.parallel)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<mover.parallel {
                group.addTask(executorPreference: loop) { [self] in try await copyTables(copying, snapshot) }
            }
            try await group.waitForAll()
        }
        guard try await store.renew(move.id, owner, rows: rowsCopied, bytes: bytesCopied) == false else {
            throw MoveError.cancelled
        }
        log.info(
            "copied", ("rows", .integer(Int(rowsCopied))), ("bytes", .integer(Int(bytesCopied))),
            ("milliseconds", .integer(Int(Instant.now.since(copying.started).seconds * 1000))))
    }

    private func copyTables(_ copying: Copying, _ snapshot: String) async throws {
        try await source.pool.transaction(lane: .background, mode: .repeatableRead, deadline: .seconds(6 * 3600)) {
            reader in
            try await reader.execute(unprepared: ShardMoveStore.snapshot(snapshot))
            copying.readers -= 1
            // Everybody reads from it now; it lives on in their transactions.
            if copying.readers == 0 {
                session?.close()
                session = nil
            }
            while let table = copying.tables.popFirst() { try await copy(table, reader, copying) }
        }
    }

    private func copy(
        _ table: ShardMoveStore.Table, _ reader: PostgresTransaction, _ copying: Copying
    ) async throws {
        try check()
        try await target.pool.transaction(lane: .background, deadline: .seconds(6 * 3600)) { writer in
            try await writer.execute(unprepared: ShardMoveStore.asReplica)
            var sent = 0
            let written = try await writer.copyIn(ShardMoveStore.copyIn(table)) { end in
                sent = try await reader.copyOut(ShardMoveStore.copyOut(table, establishment)) { piece in
                    try await end.write(piece)
                    bytesCopied += Int64(piece.count)
                    copying.bytes += Int64(piece.count)
                    try await keepPace(copying)
                }
            }
            guard written == sent else {
                throw MoveError.interrupted("\(table.name): \(sent) rows sent, \(written) taken")
            }
            rowsCopied += Int64(written)
        }
    }

    /// Waits when the copying is ahead of the bytes a second that it was allowed.
    private func keepPace(_ copying: Copying) async throws {
        try check()
        guard let allowed = move.bytesPerSecond else { return }
        let ahead = Double(copying.bytes) / Double(allowed) - Instant.now.since(copying.started).seconds
        if ahead > 0 { try await loop.sleep(for: .milliseconds(Int(min(ahead, 5) * 1000))) }
    }

    // MARK: What was written meanwhile

    /// Until the target is close enough behind the source for the rest to fit into a short pause.
    func catchUp() async throws {
        if move.returns == nil {
            try await target.subscribe(move.feed, to: source.address, password: mover.template.password ?? "")
        }
        if keepsWayBack {
            try await target.publish(backFeed, establishment)
            try await openBackSlot()
        }
        let start = Instant.now
        let errors = try await target.applyErrors(move.feed)
        var near = 0
        while near < 3 {
            try check()
            guard Instant.now.since(start) < limits.catchUp else {
                throw MoveError.interrupted("the target did not catch up")
            }
            if try await target.applyErrors(move.feed) > errors {
                throw MoveError.refused("the target could not take a row: its log says which")
            }
            if let lag = try await source.lag(move.feed), lag < 256 << 10 { near += 1 } else { near = 0 }
            if keepsWayBack { try await target.advance(backFeed) }
            if near < 3 { try await loop.sleep(for: .milliseconds(near > 0 ? 10 : 50)) }
        }
    }

    private func openBackSlot() async throws {
        do {
            try await awaitingWriters(of: move.target) { try await target.makeBackSlot(backFeed, within: limits.slot) }
        } catch PostgresError.server("42710", _, _) {
            // There already.
        }
    }
}
