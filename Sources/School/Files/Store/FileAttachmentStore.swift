internal import Postgres
internal import Runtime
internal import Tenancy

/// The SQL by which files belong to the items of a service.
enum FileAttachmentStore {
    private static let candidates = PostgresStatement(
        """
        select f.id, f.owner_id, f.uploaded_by, f.use, c.sha256 is not null
        from file f join file_content c on c.establishment_id = $1 and c.id = f.content_id
        where f.establishment_id = $1 and f.id = any ($2) and (f.expires_at is null or f.expires_at > now())
        order by f.id for update of f
        """)
    private static let others = PostgresStatement(
        """
        select id from file where establishment_id = $1 and use = $2 and owner_id = $3 and id <> all ($4)
        order by id for update
        """)
    private static let attach = PostgresStatement(
        """
        update file set owner_id = $2, position = p.position, expires_at = null
        from unnest($3::uuid[]) with ordinality as p (id, position)
        where file.establishment_id = $1 and file.id = p.id
        """)
    private static let share = PostgresStatement(
        """
        select id from file where establishment_id = $1 and use = $2 and owner_id = $3 and id = any ($4)
        order by id for share
        """)
    private static let copy = PostgresStatement(
        """
        insert into file (establishment_id, id, content_id, use, owner_id, position, name, length, uploaded_by)
        select $1, c.id, f.content_id, c.use, c.owner, c.position, f.name, f.length, $2
        from unnest($3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::integer[]) as c (source, id, use, owner, position)
            join file f on f.establishment_id = $1 and f.id = c.source
        """)
    private static let listing = PostgresStatement(
        """
        select f.id, f.content_id, f.use, f.owner_id, f.name, c.size, c.media_type, c.sha256, f.uploaded_by, f.created_at
        from file f join file_content c on c.establishment_id = $1 and c.id = f.content_id
        where f.establishment_id = $1 and f.use = $2 and f.owner_id = any ($3)
        order by f.owner_id, f.position, f.id
        """)

    /// Makes these the files of an item, in this order; what it had besides is let go.
    /// - Throws: `FileError.notAttachable` when one is neither the item's nor a whole one that the person sent for this use.
    static func set(
        _ files: [FileID], of item: UUID, use: String, by person: PersonID, in transaction: TenantTransaction
    ) async throws {
        let ids = files.map(\.rawValue)
        let rows = try await transaction.query(candidates, ids)
        guard Set(ids).count == ids.count, rows.count == ids.count else { throw FileError.notAttachable }
        for row in rows {
            let owner = try row.optionalUUID(1)
            let isNew = try owner == nil && row.optionalUUID(2) == person.rawValue
            guard try row.text(3) == use, try row.bool(4), isNew || owner == item else { throw FileError.notAttachable }
        }
        var gone: [FileID] = []
        for row in try await transaction.query(others, use, item, ids) {
            gone.append(FileID(rawValue: try row.uuid(0)))
        }
        if !ids.isEmpty { _ = try await transaction.query(attach, item, ids) }
        try await FileStore.remove(gone, in: transaction)
    }

    /// Gives other items files of this one; no byte is copied. The sources' rows are locked, so that none is let go meanwhile;
    /// one that the item does not have is left out.
    static func copy(
        _ copies: [Files.Copy], of item: UUID, use: String, by person: PersonID?, in transaction: TenantTransaction
    ) async throws {
        guard !copies.isEmpty else { return }
        var there: Set<UUID> = []
        for row in try await transaction.query(share, use, item, Array(Set(copies.map(\.file.rawValue)))) {
            there.insert(try row.uuid(0))
        }
        let known = copies.filter { there.contains($0.file.rawValue) }
        guard !known.isEmpty else { return }
        _ = try await transaction.query(
            copy, person?.rawValue, known.map(\.file.rawValue), known.map { _ in FileID.new().rawValue },
            known.map(\.use.name), known.map(\.item), known.map { Int32(clamping: $0.position) })
    }

    static func addListing(of items: [UUID], use: String, to batch: inout TenantBatch) {
        batch.add(listing, use, items)
    }
}
