internal import Postgres
internal import Runtime
internal import Tenancy

/// Tables that somebody is correcting before they are imported, in the directory: sealed, and gone after two days. A school
/// has one of each kind.
struct FeedDraftStore {
    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    /// As a list shows it.
    struct Line: Sendable {
        let id: UUID
        let establishment: EstablishmentID
        let kind: String
        /// The file's, as its sender calls it.
        let name: String
        let changedAt: Int64
    }

    struct Row: Sendable {
        let line: Line
        let isComplete: Bool
        /// The plan that was last made of it.
        let planned: UUID?
        let content: [UInt8]
        /// Nil until something was corrected.
        let corrections: [UInt8]?
    }

    private static let put = PostgresStatement(
        """
        insert into feed_draft (id, establishment_id, kind, name, content, is_complete, actor) values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (establishment_id, kind) do update set id = excluded.id, name = excluded.name, content = excluded.content,
            corrections = null, is_complete = excluded.is_complete, import_id = null, actor = excluded.actor,
            created_at = now(), changed_at = now()
        """)
    private static let find = PostgresStatement(
        """
        select id, establishment_id, kind, name, changed_at, is_complete, import_id, content, corrections from feed_draft
        where id = $1
        """)
    private static let list = PostgresStatement(
        """
        select d.id, d.establishment_id, d.kind, d.name, d.changed_at from feed_draft d
            join establishment e on e.id = d.establishment_id
        where $1::text[] is null or e.territory_id = any ($1::text[]) or e.id = any ($2::integer[])
        order by d.changed_at desc limit 50
        """)
    private static let planned = PostgresStatement("select id from feed_draft where import_id = $1")
    private static let correct = PostgresStatement(
        "update feed_draft set corrections = $2, changed_at = now() where id = $1")
    private static let setComplete = PostgresStatement(
        "update feed_draft set is_complete = $2, changed_at = now() where id = $1")
    private static let setPlan = PostgresStatement(
        "update feed_draft set import_id = $2, changed_at = now() where id = $1")
    private static let remove = PostgresStatement("delete from feed_draft where id = $1")
    private static let removePlanned = PostgresStatement("delete from feed_draft where import_id = $1")
    private static let expire = PostgresStatement(
        "delete from feed_draft where changed_at < now() - interval '2 days'")

    /// Keeps a file in place of the one of that kind before.
    func put(
        _ id: UUID, _ establishment: EstablishmentID, _ kind: FeedKind, name: String, content: [UInt8],
        isComplete: Bool, by actor: AuditActor
    ) async throws(PostgresError) {
        _ = try await directory.run(
            PostgresBatch(Self.put, id, establishment, kind.rawValue, name, content, isComplete, actor.name),
            lane: .background)
    }

    func find(_ id: UUID) async throws(PostgresError) -> Row? {
        guard let row = try await directory.run(PostgresBatch(Self.find, id), lane: .background)[0].first else {
            return nil
        }
        return Row(
            line: try Self.line(row), isComplete: try row.bool(5), planned: try row.optionalUUID(6),
            content: try row.bytes(7), corrections: try row.optionalBytes(8))
    }

    private static func line(_ row: PostgresRow) throws(PostgresError) -> Line {
        Line(
            id: try row.uuid(0), establishment: try row.value(1), kind: try row.text(2), name: try row.text(3),
            changedAt: try row.timestamp(4).microseconds)
    }

    /// Those of somebody's charge, the newest first.
    func list(_ scope: RowScope) async throws(PostgresError) -> [Line] {
        var territories: [String]?
        var establishments: [Int32] = []
        if case .only(let own, let schools) = scope {
            territories = own.map(\.rawValue)
            establishments = schools.map(\.rawValue)
        }
        let rows = try await directory.run(PostgresBatch(Self.list, territories, establishments))[0]
        var lines: [Line] = []
        for row in rows { lines.append(try Self.line(row)) }
        return lines
    }

    /// The table that a plan was made of; nil when it is gone.
    func draft(of feed: UUID) async throws(PostgresError) -> UUID? {
        try await directory.run(PostgresBatch(Self.planned, feed))[0].first?.uuid(0)
    }

    func correct(_ id: UUID, _ corrections: [UInt8]) async throws(PostgresError) {
        _ = try await directory.run(PostgresBatch(Self.correct, id, corrections))
    }

    func set(_ id: UUID, isComplete: Bool) async throws(PostgresError) {
        _ = try await directory.run(PostgresBatch(Self.setComplete, id, isComplete))
    }

    func set(_ id: UUID, planned: UUID) async throws(PostgresError) {
        _ = try await directory.run(PostgresBatch(Self.setPlan, id, planned))
    }

    func remove(_ id: UUID) async throws(PostgresError) {
        _ = try await directory.run(PostgresBatch(Self.remove, id))
    }

    func removeDraft(of feed: UUID) async throws(PostgresError) {
        _ = try await directory.run(PostgresBatch(Self.removePlanned, feed))
    }

    /// Forgets what nobody went on with.
    func expire() async throws(PostgresError) {
        _ = try await directory.run(PostgresBatch(Self.expire), lane: .background)
    }
}
