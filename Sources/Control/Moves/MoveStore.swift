package import Postgres
package import Tenancy

/// The moves in the directory. Every change says who makes it: a mover that lost its lease changes nothing any more.
package struct MoveStore: Sendable {
    private let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    private static let some = PostgresStatement(
        """
        select id, establishment_id, source_shard, target_shard, epoch, returns, state, attempt, feed, back_feed, way_back,
            keep_seconds, way_back_until, is_forced, is_cancelled, bytes_per_second, rows_expected, rows_copied, bytes_copied,
            pause_ms, verification, error, created_at, copying_at, flipped_at, ended_at, back_from
        from move where id = any ($1) order by id desc
        """)
    private static let page = PostgresStatement(
        """
        select id from move where id < $1 and ($3 or exists (
            select from establishment e where e.id = establishment_id and (e.territory_id = any ($4) or e.id = any ($5))))
        order by id desc limit $2
        """)
    private static let unfinished = PostgresStatement(
        """
        select id from move where state not in ('done', 'aborted') or way_back in ('open', 'closing') order by id limit 2000
        """)
    private static let wayBackOf = PostgresStatement(
        "select id from move where establishment_id = $1 and way_back in ('open', 'closing')")

    private static let latest = PostgresStatement(
        "select id from move where establishment_id = $1 and state <> 'aborted' order by id desc limit 1")

    package func move(_ id: Int64) async throws(PostgresError) -> Move? { try await moves([id]).first }

    /// The newest move of an establishment that was not given up: under way, or where it is now.
    package func latest(of establishment: EstablishmentID) async throws(PostgresError) -> Move? {
        try await moves(in: try await directory.query(MoveStore.latest, establishment)).first
    }

    /// Newest first.
    /// - Parameters:
    ///   - before: the last one of the page before.
    ///   - scope: only those of establishments in it.
    package func page(before: Int64?, limit: Int, of scope: RowScope) async throws(PostgresError) -> [Move] {
        var territories: [String] = []
        var establishments: [Int32] = []
        if case .only(let some, let own) = scope {
            territories = some.map(\.rawValue)
            establishments = own.map(\.rawValue)
        }
        return try await moves(
            in: try await directory.query(
                MoveStore.page, before ?? .max, limit, scope == .everything, territories, establishments))
    }

    /// Those under way, and those whose way back is open: what may have slots and subscriptions. At most 2,000.
    package func unfinished() async throws(PostgresError) -> [Move] {
        try await moves(in: try await directory.query(MoveStore.unfinished))
    }

    /// The move of an establishment that can be taken back.
    package func wayBack(of establishment: EstablishmentID) async throws(PostgresError) -> Move? {
        try await moves(in: try await directory.query(MoveStore.wayBackOf, establishment)).first
    }

    // MARK: Asking for moves

    private static let request = PostgresStatement(
        """
        insert into move (establishment_id, source_shard, target_shard, epoch, keep_seconds, is_forced, bytes_per_second, requested_by)
        select id, shard_id, $2, epoch + 1, $3, $4, $5, $6 from establishment
        where id = $1 and state in ('active', 'suspended') and shard_id <> $2
        returning id
        """)
    private static let requestReturn = PostgresStatement(
        """
        with taken as (
            update move set way_back = 'taken' where id = $1 and way_back = 'open' and state = 'done' returning *
        )
        insert into move (establishment_id, source_shard, target_shard, epoch, returns, feed, keep_seconds, is_forced, requested_by)
        select e.id, e.shard_id, taken.source_shard, e.epoch + 1, taken.id, taken.back_feed, $2, $3, $4
        from taken join establishment e on e.id = taken.establishment_id and e.shard_id = taken.target_shard and e.epoch = taken.epoch
        returning id
        """)
    private static let cancel = PostgresStatement(
        """
        update move set is_cancelled = true
        where id = $1 and state in ('planned', 'slot', 'copying', 'catching_up', 'frozen', 'aborting')
        """)
    private static let complete = PostgresStatement(
        "update move set way_back = 'closing', lease_until = null where id = $1 and way_back = 'open' and state = 'done'"
    )

    /// - Returns: nil when the establishment is not open, or is there already.
    /// - Throws: `violatedConstraint` `move_live` when it is on the move.
    package func request(
        _ establishment: EstablishmentID, to target: ShardID, keepSeconds: Int, isForced: Bool, bytesPerSecond: Int64?,
        by requester: String
    ) async throws(PostgresError) -> Int64? {
        try await directory.query(
            MoveStore.request, establishment, target, keepSeconds, isForced, bytesPerSecond, requester
        ).first?.int64(0)
    }

    /// A move back over the way that an earlier one left open. - Returns: nil when it is not open.
    package func requestReturn(
        of move: Int64, keepSeconds: Int, isForced: Bool, by requester: String
    ) async throws(PostgresError) -> Int64? {
        try await directory.query(MoveStore.requestReturn, move, keepSeconds, isForced, requester).first?.int64(0)
    }

    /// - Returns: false when it is too late, or over.
    package func cancel(_ move: Int64) async throws(PostgresError) -> Bool {
        try await directory.query(MoveStore.cancel, move).affected == 1
    }

    /// Lets the source's rows be removed. - Returns: false when the way back is not open.
    package func complete(_ move: Int64) async throws(PostgresError) -> Bool {
        try await directory.query(MoveStore.complete, move).affected == 1
    }

    // MARK: Working on them

    /// At most two moves at once of a shard that rows are read from: each decodes everything that is written there.
    private static let claim = PostgresStatement(
        """
        update move set owner = $1, lease_until = clock_timestamp() + interval '15 s', started_at = coalesce(started_at, now()),
            way_back = case way_back when 'open' then 'closing' else way_back end
        where id = (
            select m.id from move m
            where (m.state not in ('done', 'aborted') or m.way_back = 'closing'
                    or m.way_back = 'open' and m.way_back_until < now())
                and (m.lease_until is null or m.lease_until < clock_timestamp())
                and (m.state <> 'planned' or 2 > (
                    select count(*) from move o where o.state not in ('planned', 'done', 'aborted') and o.id <> m.id
                        and o.lease_until > clock_timestamp() and o.source_shard = m.source_shard))
            order by m.id limit 1 for update skip locked)
        returning id
        """)
    private static let takeOver = PostgresStatement(
        """
        update move set lease_until = clock_timestamp() where owner like $1 || '/%'
            and (state not in ('done', 'aborted') or way_back in ('open', 'closing')) and lease_until > clock_timestamp()
        """)
    private static let enter = PostgresStatement(
        """
        update move set state = $3, lease_until = clock_timestamp() + make_interval(secs => $5),
            copying_at = case when $3 = 'copying' then clock_timestamp() else copying_at end
        where id = $1 and owner = $2 and state = $4 and lease_until > clock_timestamp() returning is_cancelled
        """)
    private static let renew = PostgresStatement(
        """
        update move set lease_until = clock_timestamp() + interval '15 s', rows_copied = $3, bytes_copied = $4
        where id = $1 and owner = $2 and lease_until > clock_timestamp() returning is_cancelled
        """)
    private static let name = PostgresStatement(
        """
        update move set feed = case when returns is null then $3 else feed end, back_feed = $4, rows_expected = $5, rows_copied = 0,
            bytes_copied = 0, verification = 'pending'
        where id = $1 and owner = $2 and lease_until > clock_timestamp()
        """)
    private static let flip = PostgresStatement("select move_flip($1, $2, $3, $4)")
    private static let settle = PostgresStatement(
        """
        with aborting as (
            update move set state = 'aborting', lease_until = clock_timestamp() + interval '15 s'
            where id = $1 and owner = $2 and state in ('planned', 'slot', 'copying', 'catching_up', 'frozen', 'verifying', 'aborting')
            returning 1
        )
        select exists (select from aborting), (select state from move where id = $1 and owner = $2)
        """)
    private static let flipped = PostgresStatement(
        """
        update move set pause_ms = coalesce($3, pause_ms), verification = $4, lease_until = clock_timestamp() + interval '15 s'
        where id = $1 and owner = $2
        """)
    private static let finish = PostgresStatement(
        """
        update move set state = 'done', ended_at = now(), lease_until = null, error = '',
            way_back = $3, way_back_until = case when $3 = 'open' then now() + make_interval(secs => keep_seconds) end
        where id = $1 and owner = $2 and state in ('flipped', 'draining')
        """)
    private static let closed = PostgresStatement(
        """
        update move set way_back = 'closed', lease_until = null, error = ''
        where id = $1 and owner = $2
        """)
    private static let again = PostgresStatement(
        """
        update move set state = 'planned', attempt = attempt + 1, error = $3,
            lease_until = clock_timestamp() + make_interval(secs => attempt)
        where id = $1 and owner = $2 and state = 'aborting'
        """)
    private static let aborted = PostgresStatement(
        """
        with aborted as (
            update move set state = 'aborted', ended_at = now(), lease_until = null, error = $3
            where id = $1 and owner = $2 and state = 'aborting' returning returns
        )
        update move set way_back = 'open', way_back_until = greatest(way_back_until, now())
        from aborted where move.id = aborted.returns and move.way_back = 'taken'
        """)
    private static let setBack = PostgresStatement(
        """
        update move set error = $3, lease_until = clock_timestamp() + make_interval(secs => $4)
        where id = $1 and owner = $2
        """)

    /// Takes one move that nobody works on.
    package func claim(as owner: String) async throws(PostgresError) -> Move? {
        guard let id = try await directory.query(MoveStore.claim, owner).first?.int64(0) else { return nil }
        return try await move(id)
    }

    /// A process that was started again goes on with its own at once. - Parameter process: its name.
    package func takeOver(from process: String) async throws(PostgresError) {
        _ = try await directory.query(MoveStore.takeOver, process)
    }

    /// - Throws: `MoveError.lost` when the move is not the owner's any more, `.cancelled` when that was asked for.
    func enter(_ state: Move.State, _ move: Move, _ owner: String, lease: Double) async throws {
        let rows = try await directory.query(
            MoveStore.enter, move.id, owner, state.rawValue, move.state.rawValue, lease)
        guard let row = rows.first else { throw MoveError.lost }
        if try row.bool(0), state.precedesTheFlip, state != .verifying { throw MoveError.cancelled }
    }

    func renew(_ move: Int64, _ owner: String, rows: Int64, bytes: Int64) async throws -> Bool {
        guard let row = try await directory.query(MoveStore.renew, move, owner, rows, bytes).first else {
            throw MoveError.lost
        }
        return try row.bool(0)
    }

    func name(_ move: Move, _ owner: String, feed: String, backFeed: String, rowsExpected: Int64) async throws {
        guard try await directory.query(MoveStore.name, move.id, owner, feed, backFeed, rowsExpected).affected == 1
        else {
            throw MoveError.lost
        }
    }

    /// The moment of the move. - Throws: `PR003` when it is not the owner's any more; whatever else leaves open whether it was.
    func flip(_ move: Move, _ owner: String, pause: Double, backFrom: String) async throws(PostgresError) {
        _ = try await directory.run(
            PostgresBatch(MoveStore.flip, move.id, owner, pause, backFrom), deadline: .seconds(5))
    }

    /// Forbids the flip, unless it has happened. - Returns: whether the move is being given up; false: it has happened.
    func settle(_ move: Int64, _ owner: String) async throws -> Bool {
        let rows = try await directory.query(MoveStore.settle, move, owner)
        guard let row = rows.first, let state = try row.optionalText(1) else { throw MoveError.lost }
        if try row.bool(0) { return true }
        guard Move.State(rawValue: state)?.precedesTheFlip == false else { throw MoveError.lost }
        return false
    }

    func recordFlip(_ move: Int64, _ owner: String, pause: Double?, _ verification: Move.Verification) async throws {
        _ = try await directory.query(MoveStore.flipped, move, owner, pause, verification.rawValue)
    }

    func finish(_ move: Int64, _ owner: String, _ wayBack: Move.WayBack) async throws {
        _ = try await directory.query(MoveStore.finish, move, owner, wayBack.rawValue)
    }

    func recordClosed(_ move: Int64, _ owner: String) async throws {
        _ = try await directory.query(MoveStore.closed, move, owner)
    }

    func tryAgain(_ move: Int64, _ owner: String, error: String) async throws {
        _ = try await directory.query(MoveStore.again, move, owner, error)
    }

    func recordAborted(_ move: Int64, _ owner: String, error: String) async throws {
        _ = try await directory.query(MoveStore.aborted, move, owner, error)
    }

    /// What stands in the way, for those who look; somebody goes on after so many seconds.
    func setBack(_ move: Int64, _ owner: String, error: String, seconds: Double = 2) async throws {
        _ = try await directory.query(MoveStore.setBack, move, owner, error, seconds)
    }

    private static let closeOldest = PostgresStatement(
        """
        update move set way_back = 'closing', lease_until = null where way_back = 'open' and id in (
            select id from move where way_back = 'open' and (source_shard = $1 or target_shard = $1) order by id desc offset $2)
        """)

    /// Of the ways back that begin or end at a shard, the newest stay: each one costs a slot, and a reader of the whole log.
    func closeOldest(at shard: ShardID, keeping count: Int) async throws {
        _ = try await directory.query(MoveStore.closeOldest, shard, count)
    }

    // MARK: Rows

    private func moves(in rows: PostgresRows) async throws(PostgresError) -> [Move] {
        var ids: [Int64] = []
        for row in rows { ids.append(try row.int64(0)) }
        return try await moves(ids)
    }

    private func moves(_ ids: [Int64]) async throws(PostgresError) -> [Move] {
        guard !ids.isEmpty else { return [] }
        var moves: [Move] = []
        for row in try await directory.query(MoveStore.some, ids) { moves.append(try MoveStore.move(row)) }
        return moves
    }

    private static func move(_ row: PostgresRow) throws(PostgresError) -> Move {
        guard let state = Move.State(rawValue: try row.text(6)), let wayBack = Move.WayBack(rawValue: try row.text(10)),
            let verification = Move.Verification(rawValue: try row.text(20))
        else { throw .decoding(column: 6, expected: "a state of moves") }
        return Move(
            id: try row.int64(0), establishment: try row.value(1), source: try row.value(2), target: try row.value(3),
            epoch: try row.int64(4), returns: try row.optionalInt64(5), state: state, attempt: try row.int(7),
            feed: try row.text(8), backFeed: try row.text(9), wayBack: wayBack, keepSeconds: try row.int(11),
            wayBackUntil: try row.optionalTimestamp(12)?.microseconds, isForced: try row.bool(13),
            isCancelled: try row.bool(14), bytesPerSecond: try row.optionalInt64(15), rowsExpected: try row.int64(16),
            rowsCopied: try row.int64(17), bytesCopied: try row.int64(18),
            pauseMilliseconds: try row.optionalDouble(19),
            verification: verification, error: try row.text(21), createdAt: try row.timestamp(22).microseconds,
            copyingAt: try row.optionalTimestamp(23)?.microseconds,
            flippedAt: try row.optionalTimestamp(24)?.microseconds,
            endedAt: try row.optionalTimestamp(25)?.microseconds, backFrom: try row.text(26))
    }
}
