package import Postgres
internal import Runtime

/// A tenant's transaction that moves many rows and may take hours, on a connection of its own: its backup, or its return from
/// one. Row-level security holds in it as everywhere. Good until the body it was given to returns.
package struct TenantCopy {
    package let context: TenantContext
    private let transaction: PostgresTransaction
    private let epoch: Int64

    init(_ context: TenantContext, _ transaction: PostgresTransaction, epoch: Int64) {
        self.context = context
        self.transaction = transaction
        self.epoch = epoch
    }

    /// Runs statements of the same tenant, in one trip.
    package func run(_ batch: TenantBatch) async throws(PostgresError) -> [PostgresRows] {
        guard batch.context == context else { throw .misuse("a batch of another tenant") }
        return try await transaction.run(batch.statements)
    }

    /// Runs one statement; `$1` is the establishment, `values` are `$2`, `$3` …
    package func query<each Value: PostgresBindable>(
        _ statement: PostgresStatement, _ values: repeat each Value
    ) async throws(PostgresError) -> PostgresRows {
        try await transaction.run(TenantBatch(context, statement, repeat each values).statements)[0]
    }

    /// Runs statements that are separated by `;`: temporary tables, which end with the transaction.
    package func execute(unprepared sql: String) async throws(PostgresError) {
        try await transaction.execute(unprepared: sql)
    }

    /// `copy … to stdout`; the server waits while `body` works. - Returns: the number of rows.
    package func copyOut(_ sql: String, _ body: ([UInt8]) async throws -> Void) async throws -> Int {
        try await transaction.copyOut(sql, body)
    }

    /// `copy … from stdin` into a temporary table: PostgreSQL lets nobody copy into one with row-level security.
    /// - Returns: the number of rows.
    package func copyIn(_ sql: String, _ body: (PostgresCopyWriter) async throws -> Void) async throws -> Int {
        try await transaction.copyIn(sql, body)
    }

    private static let lockTimeout = PostgresStatement(
        "select set_config('lock_timeout', '10s', true) where $1::integer is not null")
    private static let lock = PostgresStatement("select pg_advisory_xact_lock(20557, $1)")
    /// Ends a hold as well, with the commit.
    private static let take = PostgresStatement(
        """
        update placement set state = 'active', frozen_until = null, changed_at = clock_timestamp()
        where establishment_id = $1 and epoch = $2 and state in ('active', 'frozen')
        """)

    /// From here to the end of the transaction nobody else writes: waits for the writers under way, ten seconds at most, and
    /// lets no other in.
    /// - Throws: `.moving` when the establishment has left meanwhile or a writer does not end.
    package func enterAlone() async throws {
        var batch = TenantBatch(context, TenantCopy.lockTimeout)
        batch.add(TenantCopy.lock)
        batch.add(TenantCopy.take, epoch)
        do {
            guard try await run(batch)[2].affected == 1 else { throw TenancyError.moving(context.establishment) }
        } catch PostgresError.server("55P03", _, _) {
            throw TenancyError.moving(context.establishment)
        }
    }
}

extension Tenancy {
    private static let name = PostgresStatement(
        """
        select set_config('preau.establishment', establishment_id::text, true)
        from placement where establishment_id = $1 and epoch = $2 and state in ('active', 'frozen')
        """)

    /// How long a copy may take.
    private static let longest = Duration.seconds(6 * 3600)

    /// All of a tenant's rows as of one moment, read only; people go on writing.
    /// - Throws: what `body` throws; `TenancyError`.
    package func snapshot<Value>(
        of context: TenantContext, _ body: (TenantCopy) async throws -> Value
    ) async throws -> Value {
        try await onItsOwn(context, .repeatableRead, Fence.read, body)
    }

    /// Brings rows of a tenant back: all of it or nothing of it. People go on writing until `body` calls `enterAlone`.
    /// - Throws: what `body` throws; `TenancyError`.
    package func replacement<Value>(
        in context: TenantContext, _ body: (TenantCopy) async throws -> Value
    ) async throws -> Value {
        try await onItsOwn(context, .readCommitted, Tenancy.name, body)
    }

    private func onItsOwn<Value>(
        _ context: TenantContext, _ mode: PostgresTransactionMode, _ enter: PostgresStatement,
        _ body: (TenantCopy) async throws -> Value
    ) async throws -> Value {
        loop.assertCurrent()
        guard let placement = map[context.establishment]?.placement else {
            throw TenancyError.unknownEstablishment(context.establishment)
        }
        let link = try link(to: placement.shard)
        try await link.admit()
        var configuration = template
        configuration.name = "copy-shard-\(placement.shard)"
        configuration.host = link.address.host
        configuration.port = UInt16(clamping: link.address.port)
        configuration.database = link.address.database
        configuration.interactiveConnections = 1
        configuration.backgroundConnections = 1
        configuration.backgroundStatementLimit = Tenancy.longest
        let pool = PostgresPool(loop: loop, configuration: configuration, metrics: poolMetrics, log: log)
        defer { pool.close() }
        do {
            return try await pool.transaction(lane: .background, mode: mode, deadline: Tenancy.longest) { transaction in
                let entered = try await transaction.run(PostgresBatch(enter, context.establishment, placement.epoch))
                guard entered[0].count == 1 else { throw TenancyError.moving(context.establishment) }
                return try await body(TenantCopy(context, transaction, epoch: placement.epoch))
            }
        } catch let error as PostgresError {
            throw link.translated(error)
        }
    }
}

extension Tenancy {
    private static let hold = PostgresStatement(
        """
        update placement set state = 'frozen', changed_at = clock_timestamp(),
            frozen_until = clock_timestamp() + make_interval(secs => $3)
        where establishment_id = $1 and epoch = $2 and state in ('active', 'frozen')
        """)
    private static let letGo = PostgresStatement(
        """
        update placement set state = 'active', changed_at = clock_timestamp(), frozen_until = null
        where establishment_id = $1 and epoch = $2 and state = 'frozen'
        """)
    private static let holdTimeout = PostgresStatement("select set_config('lock_timeout', '5s', true)")
    private static let holdLock = PostgresStatement("select pg_advisory_xact_lock(20557, $1)")

    /// Lets nobody write for so many seconds, after the writers under way; people go on reading. It ends by itself. For the
    /// control plane's role.
    /// - Throws: `.moving` when a writer does not end, or the establishment has left meanwhile.
    package func hold(_ context: TenantContext, seconds: Int) async throws {
        try await changePlacement(context, Tenancy.hold, Double(seconds))
    }

    /// Ends a hold before its time; does nothing where there is none.
    package func endHold(_ context: TenantContext) async throws {
        try await changePlacement(context, Tenancy.letGo, nil)
    }

    private func changePlacement(
        _ context: TenantContext, _ statement: PostgresStatement, _ seconds: Double?
    ) async throws {
        let id = context.establishment
        guard let placement = map[id]?.placement else { throw TenancyError.unknownEstablishment(id) }
        let link = try link(to: placement.shard)
        var batch = PostgresBatch(Tenancy.holdTimeout)
        batch.add(Tenancy.holdLock, id)
        if let seconds {
            batch.add(statement, id, placement.epoch, seconds)
        } else {
            batch.add(statement, id, placement.epoch)
        }
        do {
            let affected = try await link.pool.run(batch, deadline: .seconds(10))[2].affected
            guard affected == 1 || seconds == nil else { throw TenancyError.moving(id) }
        } catch PostgresError.server("55P03", _, _) {
            throw TenancyError.moving(id)
        } catch let error as PostgresError {
            throw link.translated(error)
        }
    }
}
