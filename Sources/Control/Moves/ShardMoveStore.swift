internal import Postgres
internal import Runtime
internal import Tenancy

/// One shard as the mover sees it: rows of every tenant, slots, publications, subscriptions, and who serves.
final class ShardMoveStore: @unchecked Sendable {
    // Safety: confined to its pool's loop.
    let id: ShardID
    let address: Shard.Address
    let pool: PostgresPool
    private let configuration: PostgresConfiguration

    /// One table with rows of establishments.
    struct Table: Sendable {
        /// Quoted.
        let name: String
        let columns: String
    }

    /// What a table holds of one establishment: the same on both sides, or not.
    struct Content: Equatable, Sendable {
        let rows: Int64
        let digest: String
    }

    /// - Parameter template: how to connect as the mover; name and address are put in.
    init(
        _ shard: Shard, _ template: PostgresConfiguration, on loop: EventLoop, parallel: Int, metrics: Metrics, log: Log
    ) {
        var configuration = template
        configuration.name = "mover-shard-\(shard.id)"
        configuration.host = shard.address.host
        configuration.port = UInt16(clamping: shard.address.port)
        configuration.database = shard.address.database
        configuration.interactiveConnections = 2
        configuration.backgroundConnections = parallel + 1
        configuration.backgroundStatementLimit = .seconds(3600)
        configuration.interactiveDeadline = .seconds(5)
        id = shard.id
        address = shard.address
        pool = PostgresPool(loop: loop, configuration: configuration, metrics: metrics, log: log)
        self.configuration = configuration
    }

    func close() { pool.close() }

    // MARK: What is there

    private static let version = PostgresStatement("select coalesce(max(number), 0) from migration")
    /// The largest first: the copy is over when the last one is.
    private static let tables = PostgresStatement(
        """
        select quote_ident(t.name), t.columns from preau_tenant_tables() t join pg_class c on c.relname = t.name
            and c.relnamespace = 'public'::regnamespace
        order by (select sum(pg_total_relation_size(p.relid)) from pg_partition_tree(c.oid) p) desc nulls last, t.name
        """)

    func schemaVersion() async throws(PostgresError) -> Int {
        try await pool.query(ShardMoveStore.version).first?.int(0) ?? 0
    }

    func tables() async throws(PostgresError) -> [Table] {
        var tables: [Table] = []
        for row in try await pool.query(ShardMoveStore.tables) {
            tables.append(Table(name: try row.text(0), columns: try row.text(1)))
        }
        return tables
    }

    func count(_ establishment: EstablishmentID, in tables: [Table]) async throws(PostgresError) -> Int64 {
        var sum: Int64 = 0
        for table in tables {
            let statement = PostgresStatement(
                unsafeSQL: "select count(*) from \(table.name) where establishment_id = $1")
            let rows = try await pool.run(
                PostgresBatch(statement, establishment), lane: .background, deadline: .seconds(600))
            sum += try rows[0].first?.int64(0) ?? 0
        }
        return sum
    }

    /// Of all columns of all rows, in any order.
    static func content(
        of table: Table, _ establishment: EstablishmentID, _ run: (PostgresBatch) async throws -> [PostgresRows]
    ) async throws -> Content {
        let statement = PostgresStatement(
            unsafeSQL: """
                select count(*), coalesce(sum(hashtextextended(r::text, 0)::numeric), 0)::text
                from (select \(table.columns) from \(table.name) where establishment_id = $1) r
                """)
        guard let row = try await run(PostgresBatch(statement, establishment)).first?.first else {
            throw PostgresError.unavailable(.connectionLost)
        }
        return Content(rows: try row.int64(0), digest: try row.text(1))
    }

    // MARK: Who serves

    private static let placement = PostgresStatement("select state, epoch from placement where establishment_id = $1")
    private static let arrive = PostgresStatement(
        """
        insert into placement (establishment_id, epoch, state) values ($1, $2, 'arriving')
        on conflict (establishment_id) do update set epoch = excluded.epoch, state = 'arriving', changed_at = clock_timestamp(),
            frozen_until = null where placement.state in ('arriving', 'moved')
        """)
    /// Whatever the server, the role or a writer before says: what was committed up to here is on the disk.
    private static let durably = PostgresStatement("select set_config('synchronous_commit', 'on', true)")
    private static let lockTimeout = PostgresStatement("select set_config('lock_timeout', $1, true)")
    private static let lock = PostgresStatement("select pg_advisory_xact_lock(20557, $1)")
    private static let freeze = PostgresStatement(
        """
        update placement set state = 'frozen', changed_at = clock_timestamp(),
            frozen_until = clock_timestamp() + make_interval(secs => $3)
        where establishment_id = $1 and epoch = $2 and state in ('active', 'frozen')
        returning changed_at::text
        """)
    private static let leave = PostgresStatement(
        """
        update placement set state = 'moved', frozen_until = null
        where establishment_id = $1 and state = 'frozen' and changed_at = $2::text::timestamptz and frozen_until > clock_timestamp()
        """)
    private static let activate = PostgresStatement(
        """
        update placement set state = 'active', changed_at = clock_timestamp(), frozen_until = null
        where establishment_id = $1 and epoch = $2 and state in ('arriving', 'active')
        """)
    /// Only ever run when the directory is sure not to name another shard.
    private static let restore = PostgresStatement(
        """
        update placement set state = 'active', changed_at = clock_timestamp(), frozen_until = null
        where establishment_id = $1 and epoch = $2 and state in ('frozen', 'moved')
        """)
    private static let depart = PostgresStatement(
        """
        update placement set state = 'moved', changed_at = clock_timestamp(), frozen_until = null
        where establishment_id = $1 and epoch = $2 and state <> 'moved'
        """)
    private static let forget = PostgresStatement(
        "delete from placement where establishment_id = $1 and state in ('arriving', 'moved')")

    func placement(of establishment: EstablishmentID) async throws(PostgresError) -> (state: String, epoch: Int64)? {
        guard let row = try await pool.query(ShardMoveStore.placement, establishment).first else { return nil }
        return (try row.text(0), try row.int64(1))
    }

    /// - Returns: false when the shard serves the establishment already, which nobody told the directory.
    func expect(_ establishment: EstablishmentID, epoch: Int64) async throws(PostgresError) -> Bool {
        try await pool.query(ShardMoveStore.arrive, establishment, epoch).affected == 1
    }

    /// Waits for the writers under way, a little, and lets no other in.
    /// - Parameter seconds: after which writers go on by themselves.
    /// - Returns: what `leave` has to be told; nil when the establishment is not served here under that epoch.
    /// - Throws: 55P03 when a writer takes longer.
    func freeze(
        _ establishment: EstablishmentID, epoch: Int64, seconds: Double, waiting: Duration
    ) async throws(PostgresError) -> String? {
        var batch = PostgresBatch(ShardMoveStore.lockTimeout, "\(Int(waiting.seconds * 1000))ms")
        batch.add(ShardMoveStore.lock, establishment)
        batch.add(ShardMoveStore.durably)
        batch.add(ShardMoveStore.freeze, establishment, epoch, seconds)
        return try await pool.run(batch)[3].first?.text(0)
    }

    /// Ends serving, reads included. - Returns: false when the freeze was over.
    func leave(_ establishment: EstablishmentID, token: String) async throws(PostgresError) -> Bool {
        var batch = PostgresBatch(ShardMoveStore.lockTimeout, "250ms")
        batch.add(ShardMoveStore.lock, establishment)
        batch.add(ShardMoveStore.durably)
        batch.add(ShardMoveStore.leave, establishment, token)
        return try await pool.run(batch)[3].affected == 1
    }

    private static let expectAgain = PostgresStatement(
        """
        update placement set state = 'arriving', changed_at = clock_timestamp()
        where establishment_id = $1 and epoch = $2 and state in ('arriving', 'active')
        """)

    /// Undoes `activate`, when the directory is sure not to have led anybody here.
    func expectAgain(_ establishment: EstablishmentID, epoch: Int64) async throws(PostgresError) -> Bool {
        try await pool.query(ShardMoveStore.expectAgain, establishment, epoch).affected == 1
    }

    func activate(_ establishment: EstablishmentID, epoch: Int64) async throws(PostgresError) -> Bool {
        var batch = PostgresBatch(ShardMoveStore.durably)
        batch.add(ShardMoveStore.activate, establishment, epoch)
        return try await pool.run(batch)[1].affected == 1
    }

    func restore(_ establishment: EstablishmentID, epoch: Int64) async throws(PostgresError) {
        _ = try await pool.query(ShardMoveStore.restore, establishment, epoch)
    }

    func depart(_ establishment: EstablishmentID, epoch: Int64) async throws(PostgresError) {
        _ = try await pool.query(ShardMoveStore.depart, establishment, epoch)
    }

    func forget(_ establishment: EstablishmentID) async throws(PostgresError) {
        _ = try await pool.query(ShardMoveStore.forget, establishment)
    }

    // MARK: Rows

    static func copyOut(_ table: Table, _ establishment: EstablishmentID) -> String {
        """
        copy (select \(table.columns) from \(table.name) where establishment_id = \(establishment.rawValue))
        to stdout (format binary)
        """
    }

    static func copyIn(_ table: Table) -> String { "copy \(table.name) (\(table.columns)) from stdin (format binary)" }

    static let asReplica = "set local session_replication_role = replica"

    static func snapshot(_ name: String) -> String {
        "set transaction snapshot '\(name.filter { $0.isHexDigit || $0 == "-" })'"
    }

    private static let replicaRole = PostgresStatement("select set_config('session_replication_role', 'replica', true)")

    /// Removes an establishment's rows, some thousands at a time so that nobody waits for it.
    func clear(_ establishment: EstablishmentID, _ progress: () async throws -> Void) async throws {
        for table in try await tables() {
            let delete = PostgresStatement(
                unsafeSQL: """
                    delete from \(table.name) where ctid = any (
                        array(select ctid from \(table.name) where establishment_id = $1 limit 5000))
                        and establishment_id = $1
                    """)
            var deleted = 0
            repeat {
                var batch = PostgresBatch(ShardMoveStore.replicaRole)
                batch.add(delete, establishment)
                deleted = try await pool.run(batch, lane: .background, deadline: .seconds(120))[1].affected
                if deleted > 0 { try await progress() }
            } while deleted >= 5000
        }
    }

    // MARK: Replication

    private static let publish = PostgresStatement("select preau_publish($1, $2)")
    private static let unpublish = PostgresStatement("select preau_unpublish($1)")
    private static let subscribe = PostgresStatement("select preau_moves.subscribe($1, $2, $3, $4, $5, $6)")
    private static let unsubscribe = PostgresStatement("select preau_moves.unsubscribe($1)")
    private static let makeSlot = PostgresStatement("select pg_create_logical_replication_slot($1, 'pgoutput')")
    private static let endWalsender = PostgresStatement(
        "select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1 and active_pid is not null"
    )
    private static let dropSlot = PostgresStatement(
        "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and active_pid is null"
    )
    private static let hasSlot = PostgresStatement(
        "select exists (select from pg_replication_slots where slot_name = $1), coalesce((select wal_status from pg_replication_slots where slot_name = $1), '') in ('lost', '')"
    )
    private static let advance = PostgresStatement(
        "select end_lsn::text from pg_replication_slot_advance($1, pg_current_wal_flush_lsn())")
    private static let position = PostgresStatement("select pg_current_wal_flush_lsn()::text")
    /// The last message that said how far the publisher is. Messages are worked off in order: what came before is applied.
    /// What the publisher knows of it comes up to 200 ms later.
    private static let hasTaken = PostgresStatement(
        """
        select coalesce(bool_or(latest_end_lsn >= $2::text::pg_lsn), false) from pg_stat_subscription
        where subname = $1 and relid is null
        """)
    private static let lag = PostgresStatement(
        """
        select coalesce(min(pg_current_wal_flush_lsn() - write_lsn), -1)::bigint from pg_stat_replication
        where application_name = $1 and state = 'streaming'
        """)
    private static let applyErrors = PostgresStatement(
        """
        select coalesce(sum(t.apply_error_count), -1)::bigint from pg_stat_subscription_stats t
        join pg_subscription s on s.oid = t.subid where s.subname = $1
        """)
    private static let published = PostgresStatement(
        """
        select (select count(*) from pg_publication_tables where pubname = $1) = (select count(*) from preau_tenant_tables())
        """)
    private static let leftovers = PostgresStatement(
        """
        select 'slot', slot_name::text from pg_replication_slots where slot_name like 'preau\\_move\\_%' and database = current_database()
        union all select 'publication', pubname::text from pg_publication where pubname like 'preau\\_move\\_%'
        union all select 'subscription', subname::text from pg_subscription s join pg_database d on d.oid = s.subdbid
            where subname like 'preau\\_move\\_%' and d.datname = current_database()
        union all select 'placement', establishment_id::text from placement where state in ('arriving', 'moved')
        """)

    func publish(_ feed: String, _ establishment: EstablishmentID) async throws(PostgresError) {
        var batch = PostgresBatch(ShardMoveStore.lockTimeout, "2s")
        batch.add(ShardMoveStore.publish, feed, establishment)
        _ = try await pool.run(batch)
    }

    func unpublish(_ feed: String) async throws(PostgresError) {
        _ = try await pool.query(ShardMoveStore.unpublish, feed)
    }

    func subscribe(
        _ feed: String, to publisher: Shard.Address, password: String, from place: String = ""
    ) async throws(PostgresError) {
        _ = try await pool.query(
            ShardMoveStore.subscribe, feed, publisher.host, publisher.port, publisher.database, password, place)
    }

    func unsubscribe(_ feed: String) async throws(PostgresError) {
        _ = try await pool.query(ShardMoveStore.unsubscribe, feed)
    }

    /// A slot together with a snapshot of what it will not tell. - Returns: the session that keeps the snapshot.
    func makeSlot(
        _ feed: String, within limit: Duration
    ) async throws(PostgresError) -> (session: PostgresReplicationSession, snapshot: String) {
        let session = try await PostgresReplicationSession.open(on: pool.loop, configuration)
        do {
            return (session, try await session.createSlot(feed, within: limit))
        } catch {
            session.close()
            throw error
        }
    }

    /// A slot for the way back; what it tells until `advance` is not for the other side.
    func makeBackSlot(_ feed: String, within limit: Duration) async throws(PostgresError) {
        _ = try await pool.run(PostgresBatch(ShardMoveStore.makeSlot, feed), lane: .background, deadline: limit)
    }

    /// Whoever reads it is cut off first.
    func dropSlot(_ feed: String) async throws(PostgresError) {
        for _ in 0..<50 {
            var batch = PostgresBatch(ShardMoveStore.endWalsender, feed)
            batch.add(ShardMoveStore.dropSlot, feed)
            do throws(PostgresError) {
                _ = try await pool.run(batch)
            } catch {
                // Taken again, or gone, between looking and dropping.
                guard error.sqlState == "55006" || error.sqlState == "42704" else { throw error }
            }
            if try await !hasSlot(feed).exists { return }
            do { try await pool.loop.sleep(for: .milliseconds(20)) } catch { throw .cancelled }
        }
        throw .timedOut
    }

    func hasSlot(_ feed: String) async throws(PostgresError) -> (exists: Bool, isLost: Bool) {
        guard let row = try await pool.query(ShardMoveStore.hasSlot, feed).first else { return (false, true) }
        return (try row.bool(0), try row.bool(1))
    }

    /// - Returns: where the slot is now.
    @discardableResult
    func advance(_ feed: String) async throws(PostgresError) -> String {
        let rows = try await pool.run(PostgresBatch(ShardMoveStore.advance, feed), deadline: .seconds(5))
        guard let row = rows[0].first else { throw .unavailable(.connectionLost) }
        return try row.text(0)
    }

    /// How far the write-ahead log is on disk.
    func position() async throws(PostgresError) -> String {
        guard let row = try await pool.query(ShardMoveStore.position).first else { throw .unavailable(.connectionLost) }
        return try row.text(0)
    }

    /// Whether the subscription here has applied everything up to the publisher's `position`; on the disk once something
    /// else was committed here.
    func hasTaken(_ feed: String, _ position: String) async throws(PostgresError) -> Bool {
        try await pool.query(ShardMoveStore.hasTaken, feed, position).first?.bool(0) ?? false
    }

    /// Bytes of log that the subscriber has not taken yet; nil while it is not connected.
    func lag(_ feed: String) async throws(PostgresError) -> Int64? {
        let lag = try await pool.query(ShardMoveStore.lag, feed).first?.int64(0) ?? -1
        return lag < 0 ? nil : lag
    }

    /// How often the subscription could not apply something.
    func applyErrors(_ feed: String) async throws(PostgresError) -> Int64 {
        max(0, try await pool.query(ShardMoveStore.applyErrors, feed).first?.int64(0) ?? 0)
    }

    /// Whether a migration has added a table since.
    func publishesEverything(_ feed: String) async throws(PostgresError) -> Bool {
        try await pool.query(ShardMoveStore.published, feed).first?.bool(0) ?? false
    }

    enum Leftover: Sendable {
        case slot(String)
        case publication(String)
        case subscription(String)
        case placement(EstablishmentID)
    }

    /// What moves may have left behind, or use.
    func leftovers() async throws(PostgresError) -> [Leftover] {
        var found: [Leftover] = []
        for row in try await pool.query(ShardMoveStore.leftovers) {
            let name = try row.text(1)
            switch try row.text(0) {
            case "slot": found.append(.slot(name))
            case "publication": found.append(.publication(name))
            case "subscription": found.append(.subscription(name))
            default: if let id = Int32(name) { found.append(.placement(EstablishmentID(rawValue: id))) }
            }
        }
        return found
    }
}
