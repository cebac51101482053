internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// The directory's record of imports, and the tables that rows come into.
struct FeedStagingStore {
    private let directory: PostgresPool
    /// For statements over all of a feed.
    static let longDeadline = Duration.seconds(600)

    init(_ directory: PostgresPool) { self.directory = directory }

    private static let open = PostgresStatement(
        """
        insert into feed_import (id, kind, territory_id, establishment_id, actor, is_dry_run) values ($1, $2, $3, $4, $5, $6)
        on conflict (id) do nothing returning number
        """)
    private static let find = PostgresStatement(
        """
        select number, kind, territory_id, state, received, result, coalesce(plan ->> 'fr', ''), coalesce(plan ->> 'en', ''), is_dry_run,
            (select count(*) from feed_step s where s.import_number = number),
            (select count(*) from feed_step s where s.import_number = number and s.state = 'applied'),
            (select coalesce(sum(people), 0) from feed_step s where s.import_number = number),
            (select coalesce(sum(people), 0) from feed_step s where s.import_number = number and s.state = 'applied'),
            establishment_id
        from feed_import where id = $1
        """)
    private static let latest = PostgresStatement(
        """
        select id, kind, territory_id, state, is_dry_run, received, created_at, changed_at from feed_import
        where number < coalesce((select number from feed_import where id = $1), 2147483647)
            and ($3::text[] is null or territory_id = any ($3::text[]) or establishment_id = any ($4::integer[]))
        order by number desc limit $2
        """)
    private static let setState = PostgresStatement(
        "update feed_import set state = $2, changed_at = now() where number = $1")
    private static let finish = PostgresStatement(
        """
        update feed_import set state = $2, result = $3::jsonb, plan = jsonb_build_object('fr', $4::text, 'en', $5::text), received = $6, changed_at = now()
        where number = $1
        """)
    private static let count = PostgresStatement(
        "update feed_import set received = $2, changed_at = now() where number = $1")
    private static let clear = PostgresStatement("select feed_clear($1)")
    private static let addScopes = PostgresStatement(
        """
        insert into feed_scope (import_number, scope, domain, source, is_complete)
        select $1, * from unnest($2::smallint[], $3::text[], $4::text[], $5::boolean[])
        """)
    /// A later import of the same academy makes an unfinished one pointless: its comparison is no longer true.
    private static let supersede = PostgresStatement(
        """
        update feed_import i set state = 'superseded', changed_at = now()
        where number < $1 and state in ('receiving', 'received', 'planned', 'waiting', 'applying')
            and (exists (select from feed_scope o join feed_scope n on n.domain = o.domain
                    where o.import_number = i.number and n.import_number = $1)
                or i.changed_at < now() - interval '1 day')
        returning number
        """)

    /// - Returns: the import's number; nil when the identifier has been used.
    func open(
        _ id: UUID, kind: String, territory: TerritoryID?, establishment: EstablishmentID?, actor: String,
        isDryRun: Bool
    ) async throws(PostgresError) -> Int? {
        var batch = PostgresBatch()
        batch.add(Self.open, id, kind, territory?.rawValue, establishment?.rawValue, actor, isDryRun)
        return try await directory.run(batch, lane: .background)[0].first?.int(0)
    }

    func find(_ id: UUID) async throws(PostgresError) -> FeedImport? {
        var batch = PostgresBatch(Self.find, id)
        batch.isRepeatable = true
        guard let row = try await directory.run(batch)[0].first else { return nil }
        return FeedImport(
            id: id, number: try row.int(0), kind: try row.text(1),
            territory: try row.optionalText(2).flatMap(TerritoryID.init(rawValue:)),
            establishment: try row.optionalInt32(13).map(EstablishmentID.init(rawValue:)),
            state: FeedImport.State(rawValue: try row.text(3)) ?? .refused, received: try row.int(4),
            result: try row.json(5).text, plan: (french: try row.text(6), english: try row.text(7)),
            isDryRun: try row.bool(8), steps: try row.int(9), stepsDone: try row.int(10), people: try row.int(11),
            peopleDone: try row.int(12))
    }

    /// The newest first. - Parameters:
    ///   - after: go on behind this one.
    ///   - scope: only those about what is in somebody's charge.
    func latest(
        after: UUID?, limit: Int, scope: RowScope
    ) async throws(PostgresError) -> [FeedImport.Line] {
        var territories: [String]?
        var establishments: [Int32] = []
        if case .only(let own, let schools) = scope {
            territories = own.map(\.rawValue)
            establishments = schools.map(\.rawValue)
        }
        let batch = PostgresBatch(Self.latest, after, limit, territories, establishments)
        var lines: [FeedImport.Line] = []
        for row in try await directory.run(batch)[0] {
            lines.append(
                FeedImport.Line(
                    id: try row.uuid(0), kind: try row.text(1), territory: try row.optionalText(2),
                    state: try row.text(3), isDryRun: try row.bool(4), received: try row.int(5),
                    createdAt: try row.timestamp(6).microseconds, changedAt: try row.timestamp(7).microseconds))
        }
        return lines
    }

    func set(_ number: Int, _ state: FeedImport.State) async throws(PostgresError) {
        _ = try await directory.run(PostgresBatch(Self.setState, number, state.rawValue), lane: .background)
    }

    /// From here on it is being carried out. - Parameter entry: kept with it.
    func begin(_ number: Int, with entry: AuditEntry?) async throws(PostgresError) {
        var batch = PostgresBatch(Self.setState, number, FeedImport.State.applying.rawValue)
        if let entry { AuditStore.add(entry, to: &batch) }
        _ = try await directory.run(batch, lane: .background)
    }

    func finish(
        _ number: Int, _ state: FeedImport.State, result: FeedResult, received: Int
    ) async throws(PostgresError) {
        let json = String(decoding: JSONWriter.bytes(of: result), as: UTF8.self)
        var batch = PostgresBatch()
        batch.add(Self.finish, number, state.rawValue, json, result.text(.fr), result.text(.en), received)
        _ = try await directory.run(batch, lane: .background)
    }

    func count(_ number: Int, received: Int) async throws(PostgresError) {
        _ = try await directory.run(PostgresBatch(Self.count, number, received))
    }

    /// Empties what an import staged. - Parameter number: of an import that is over.
    func clear(_ number: Int) async throws(PostgresError) {
        _ = try await directory.run(
            PostgresBatch(Self.clear, number), lane: .background, deadline: Self.longDeadline)
    }

    func add(_ scopes: [FeedScope], to number: Int) async throws(PostgresError) -> [Int] {
        var batch = PostgresBatch()
        batch.add(
            Self.addScopes, number, scopes.map { Int16($0.number) }, scopes.map(\.domain), scopes.map(\.source),
            scopes.map(\.isComplete))
        batch.add(Self.supersede, number)
        var superseded: [Int] = []
        for row in try await directory.run(batch, lane: .background)[1] { superseded.append(try row.int(0)) }
        return superseded
    }

    // MARK: Rows

    private static func copy(_ table: StageBlock.Table) -> String {
        switch table {
        case .person:
            """
            copy feed_stage_person (import_number, scope, key, structure, kind, role, ordinal, family_name, given_name,
                birth_date, ine, login_base, class, fed, digest) from stdin
            """
        case .link:
            """
            copy feed_stage_link (import_number, scope, pupil_key, guardian_key, structure, kinship, level, financial,
                contact, payment, position, ordinal) from stdin
            """
        case .structure:
            """
            copy feed_stage_structure (import_number, scope, key, ordinal, uai, name, type, city, academy, groups, digest,
                establishment_id) from stdin
            """
        case .subject: "copy feed_stage_subject (import_number, scope, code, name) from stdin"
        case .place:
            "copy feed_stage_place (import_number, scope, structure, kind, code, label, level) from stdin"
        }
    }

    /// Writes blocks as they come; one of a table after the other, each kept at once.
    /// - Parameter progress: told now and then how many rows of people have come.
    func receive(_ blocks: FeedPipe<StageBlock>, progress: (Int) async throws -> Void) async throws {
        var waiting: [StageBlock.Table: [StageBlock]] = [:]
        var sizes: [StageBlock.Table: Int] = [:]
        var rows = 0
        func flush(_ table: StageBlock.Table) async throws {
            guard let blocks = waiting.removeValue(forKey: table), !blocks.isEmpty else { return }
            sizes[table] = 0
            let count = try await directory.copyIn(Self.copy(table), deadline: Self.longDeadline) { writer in
                for block in blocks { try await writer.write(block.bytes) }
            }
            guard table == .person else { return }
            rows += count
            try await progress(rows)
        }
        while let block = try await blocks.take() {
            waiting[block.table, default: []].append(block)
            sizes[block.table, default: 0] += block.bytes.count
            if sizes[block.table, default: 0] >= 4 << 20 { try await flush(block.table) }
        }
        for table in StageBlock.Table.allCases { try await flush(table) }
    }
}
