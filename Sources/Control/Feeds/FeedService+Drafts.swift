internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// Tables that people send with a browser, correct in the page, and then have planned.
extension FeedService {
    /// What a browser may send at once: more people than a school has.
    static let mostDraftBytes = 8 << 20

    private var drafts: FeedDraftStore { FeedDraftStore(admin.directory) }

    /// Keeps a file until it is imported, in place of the one of that kind that the school had.
    /// - Throws: `FeedError` for one that is no table.
    func keep(
        _ bytes: [UInt8], name: String, of establishment: Establishment, _ kind: FeedKind, isComplete: Bool,
        by actor: AuditActor
    ) async throws -> UUID {
        let text = try await text(of: bytes)
        guard !text.rows.isEmpty else { throw FeedError.unreadable("the file holds names of columns and nothing else") }
        let id = UUID.v7()
        let sealed = try admin.keyring.sealFile(bytes, context: FeedService.context(id, "content"))
        try await drafts.put(
            id, establishment.id, kind, name: String(name.prefix(100)), content: sealed, isComplete: isComplete,
            by: actor)
        return id
    }

    private static func context(_ id: UUID, _ part: String) -> String { "feed-draft/\(id)/\(part)" }

    /// The table of that number, if it is of a school in the caller's charge: else it does not exist.
    func draft(_ id: UUID, _ charge: Charge) async throws -> TableDraft {
        guard let row = try await drafts.find(id), let kind = FeedKind(rawValue: row.line.kind),
            let establishment = admin.tenancy.map[row.line.establishment], charge.covers(establishment, .imports),
            // Sealed with a key that is gone: nobody reads it any more.
            let bytes = admin.keyring.openFile(row.content, context: FeedService.context(id, "content"))
        else { throw FeedError.unknownImport }
        let text = try await text(of: bytes)
        let schools = FeedSchoolStore(admin.directory, admin.tenancy)
        let columns = CSVColumns(
            header: text.header, remembered: try await schools.mapping(of: establishment.id, kind))
        var corrections = CSVCorrections()
        if let sealed = row.corrections,
            let kept = admin.keyring.openFile(sealed, context: FeedService.context(id, "corrections"))
        {
            var parser = JSONParser(kept, valueLimit: 10 * CSVCorrections.most)
            corrections = CSVCorrections(try parser.parse())
        }
        var faults: [CSVFault] = []
        var count = 0
        if columns.missing(for: kind).isEmpty {
            let corrected = text.corrected(by: corrections)
            let people = try await people(in: corrected, columns, kind, establishment)
            faults = people.faults
            count = people.entries.count
            if kind == .guardian {
                let scope = FeedService.scope(of: establishment, isComplete: row.isComplete)
                let children = try await children(of: people.entries, scope)
                count -= children.found.count { $0.isEmpty }
                faults += FeedService.faults(of: children, people.entries, corrected, columns)
                faults.sort { ($0.line, $0.column ?? -1) < ($1.line, $1.column ?? -1) }
            }
        }
        return TableDraft(
            id: id, establishment: establishment, kind: kind, name: row.line.name, isComplete: row.isComplete,
            planned: row.planned, text: text, columns: columns, corrections: corrections, faults: faults, people: count)
    }

    /// Children who are not known, at the cells that name them.
    private static func faults(
        of children: Children, _ entries: [CSVPeople.Entry], _ text: CSVText, _ columns: CSVColumns
    ) -> [CSVFault] {
        guard !children.unknown.isEmpty else { return [] }
        let rows = Dictionary(text.rows.map { ($0.line, $0.fields) }, uniquingKeysWith: { first, _ in first })
        return children.unknown.prefix(CSVPeople.mostFaults).map { unknown in
            let line = entries[unknown.entry].line
            let fields = rows[line] ?? []
            let column = unknown.key.flatMap { key in
                columns.fields.indices.first { index in
                    columns.fields[index] == .child && fields.indices.contains(index)
                        && CSVPeople.withoutGuard(fields[index].trimmedOfSpaces) == key
                }
            }
            return CSVFault(
                line: line, column: column ?? columns.fields.firstIndex(of: .childFamilyName), reason: unknown.reason)
        }
    }

    /// Tables that wait for somebody of this charge.
    func waitingDrafts(_ charge: Charge) async throws -> [FeedDraftStore.Line] {
        try await drafts.list(charge.rows(.imports))
    }

    /// The table that a plan was made of; nil when it is gone.
    func draft(of feed: UUID) async throws -> UUID? { try await drafts.draft(of: feed) }

    // MARK: Changing it

    /// Says what columns are, for this table and the school's next ones; and whether who is not in it is gone.
    func change(_ draft: TableDraft, mapping: [String: CSVColumns.Field], isComplete: Bool) async throws {
        let schools = FeedSchoolStore(admin.directory, admin.tenancy)
        try await schools.remember(mapping, of: draft.establishment.id, draft.kind)
        if isComplete != draft.isComplete { try await drafts.set(draft.id, isComplete: isComplete) }
    }

    func correct(_ draft: TableDraft, _ corrections: CSVCorrections) async throws {
        let sealed = try admin.keyring.sealFile(
            corrections.json.bytes, context: FeedService.context(draft.id, "corrections"))
        try await drafts.correct(draft.id, sealed)
    }

    func forget(_ draft: TableDraft) async throws { try await drafts.remove(draft.id) }

    /// Compares it with what is there: an import that changes nothing until somebody says so.
    func plan(_ draft: TableDraft, by actor: AuditActor) async throws -> FeedImport {
        let order = Order(
            id: .v7(), territory: draft.establishment.territory, academy: nil, isDryRun: false, actor: actor)
        let table = Table(
            establishment: draft.establishment, kind: draft.kind, mapping: [:], isComplete: draft.isComplete)
        let feed = try await receive(order, table) { draft.corrected }
        try await drafts.set(draft.id, planned: feed.id)
        return feed
    }
}
