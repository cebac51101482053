internal import Postgres
internal import Runtime
internal import Tenancy

/// The SQL of files and of what is known of their contents; the bytes are the content store's.
enum FileStore {
    // MARK: Receiving

    private static let reserve = PostgresStatement(
        """
        insert into file_storage (establishment_id, used) select $1, $2::bigint
        where $2::bigint <= coalesce((select quota from file_storage where establishment_id = $1), $3::bigint)
        on conflict (establishment_id) do update set used = file_storage.used + excluded.used
        where file_storage.used + excluded.used <= coalesce(file_storage.quota, $3::bigint)
        """)
    private static let insertContent = PostgresStatement(
        "insert into file_content (establishment_id, id, reserved) values ($1, $2, $3)")
    private static let insertFile = PostgresStatement(
        """
        insert into file (establishment_id, id, content_id, use, name, length, uploaded_by, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, now() + interval '24 hours') returning expires_at
        """)
    private static let upload = PostgresStatement(
        """
        select f.id, f.content_id, f.use, f.name, f.length, c.size, c.hash_state, f.uploaded_by, f.expires_at,
            c.sha256 is not null
        from file f join file_content c on c.establishment_id = $1 and c.id = f.content_id
        where f.establishment_id = $1 and f.id = $2 and f.owner_id is null and f.expires_at > now()
        """)
    private static let prolong = PostgresStatement(
        """
        update file set expires_at = now() + interval '24 hours'
        where establishment_id = $1 and id = $2 and owner_id is null and expires_at > now()
        """)

    /// - Parameter reserved: bytes held for it until its length is known.
    /// - Throws: `FileError.storageFull`.
    static func begin(
        _ file: FileID, use: String, name: String, length: Int?, reserved: Int, by person: PersonID,
        in transaction: TenantTransaction
    ) async throws -> FileUpload {
        guard try await transaction.query(reserve, reserved, FileQuota.standard).affected == 1 else {
            throw FileError.storageFull
        }
        let content = FileContentID.new()
        var batch = TenantBatch(transaction.context, insertContent, content.rawValue, reserved)
        batch.add(insertFile, file.rawValue, content.rawValue, use, name, length, person.rawValue)
        let row = try await transaction.run(batch)[1][0]
        return FileUpload(
            id: file, content: content, use: use, name: name, length: length, offset: 0, hashState: nil,
            uploader: person, expiresAt: try row.timestamp(0).microseconds, isWhole: false)
    }

    /// - Parameter prolonged: also gives it another 24 hours.
    static func upload(
        _ file: FileID, prolonged: Bool = false, _ tenancy: Tenancy, _ context: TenantContext
    ) async throws -> FileUpload? {
        var batch = TenantBatch(context)
        if prolonged { batch.add(prolong, file.rawValue) }
        batch.add(upload, file.rawValue)
        let rows = prolonged ? try await tenancy.write(batch)[1] : try await tenancy.read(batch)[0]
        guard let row = rows.first else { return nil }
        return FileUpload(
            id: FileID(rawValue: try row.uuid(0)), content: FileContentID(rawValue: try row.uuid(1)),
            use: try row.text(2), name: try row.text(3), length: try row.optional(4), offset: try row.int(5),
            hashState: try row.optionalBytes(6), uploader: try row.optionalUUID(7).map(PersonID.init),
            expiresAt: try row.timestamp(8).microseconds, isWhole: try row.bool(9))
    }

    // MARK: Becoming whole

    private static let lockContent = PostgresStatement(
        """
        select size, reserved from file_content
        where establishment_id = $1 and id = $2 and sha256 is null and released_at is null for update
        """)
    private static let known = PostgresStatement(
        """
        select id, size, released_at is not null from file_content
        where establishment_id = $1 and sha256 = $2 for update
        """)
    private static let finish = PostgresStatement(
        """
        update file_content set sha256 = $3, media_type = $4, reserved = size, hash_state = null
        where establishment_id = $1 and id = $2
        """)
    private static let takeBack = PostgresStatement(
        "update file_content set released_at = null, reserved = size where establishment_id = $1 and id = $2")
    private static let letGo = PostgresStatement(
        "update file_content set released_at = now(), hash_state = null where establishment_id = $1 and id = $2")
    private static let point = PostgresStatement(
        "update file set content_id = $3, length = $4 where establishment_id = $1 and id = $2")
    private static let count = PostgresStatement(
        "update file_storage set used = greatest(0, used + $2::bigint) where establishment_id = $1")

    /// Makes an upload a file, of a content that the establishment has already when it has.
    /// - Throws: `FileError.notFound` when it is no longer there, or whole already.
    static func complete(
        _ upload: FileUpload, sha256: [UInt8], mediaType: String, in transaction: TenantTransaction
    ) async throws {
        guard let own = try await transaction.query(lockContent, upload.content.rawValue).first else {
            throw FileError.notFound
        }
        let (size, reserved) = (try own.int(0), try own.int(1))
        var batch = TenantBatch(transaction.context)
        if let other = try await transaction.query(known, sha256).first {
            let content = try other.uuid(0)
            let isReleased = try other.bool(2)
            if isReleased { batch.add(takeBack, content) }
            batch.add(point, upload.id.rawValue, content, size)
            batch.add(letGo, upload.content.rawValue)
            batch.add(count, (isReleased ? size : 0) - reserved)
        } else {
            batch.add(finish, upload.content.rawValue, sha256, mediaType)
            batch.add(point, upload.id.rawValue, upload.content.rawValue, size)
            batch.add(count, size - reserved)
        }
        _ = try await transaction.run(batch)
    }

    // MARK: Letting go

    private static let lockContentsOf = PostgresStatement(
        """
        select id from file_content where establishment_id = $1 and id in (
            select content_id from file where establishment_id = $1 and id = any ($2)) order by id for update
        """)
    private static let delete = PostgresStatement("delete from file where establishment_id = $1 and id = any ($2)")
    private static let release = PostgresStatement(
        """
        with freed as (
            update file_content c set released_at = now(), hash_state = null
            where c.establishment_id = $1 and c.id = any ($2) and c.released_at is null and not exists (
                select from file f where f.establishment_id = $1 and f.content_id = c.id)
            returning c.reserved
        )
        update file_storage set used = greatest(0, used - (select coalesce(sum(reserved), 0) from freed))
        where establishment_id = $1
        """)

    /// Removes files, and counts out the contents that no other file is made of. A content's row is locked first: of two that
    /// let go of its last two files at once, the second sees what the first did.
    static func remove(_ files: [FileID], in transaction: TenantTransaction) async throws {
        guard !files.isEmpty else { return }
        let ids = files.map(\.rawValue)
        var contents: [UUID] = []
        for row in try await transaction.query(lockContentsOf, ids) { contents.append(try row.uuid(0)) }
        var batch = TenantBatch(transaction.context, delete, ids)
        batch.add(release, contents)
        _ = try await transaction.run(batch)
    }

    // MARK: Sweeping

    private static let expired = PostgresStatement(
        """
        select id from file where establishment_id = $1 and expires_at < now()
        order by expires_at limit $2 for update skip locked
        """)
    // Without its digest nobody finds it any more. An hour, so that a download under way has its end.
    private static let doom = PostgresStatement(
        """
        update file_content set sha256 = null where establishment_id = $1 and id in (
            select c.id from file_content c
            where c.establishment_id = $1 and c.released_at < now() - make_interval(secs => $3)
                and not exists (select from file f where f.establishment_id = $1 and f.content_id = c.id)
            order by c.released_at limit $2 for update skip locked)
        returning id
        """)
    private static let deleteContent = PostgresStatement(
        """
        delete from file_content
        where establishment_id = $1 and id = $2 and sha256 is null and released_at is not null
        """)

    static func removeExpired(atMost limit: Int, in transaction: TenantTransaction) async throws -> Int {
        var files: [FileID] = []
        for row in try await transaction.query(expired, limit) { files.append(FileID(rawValue: try row.uuid(0))) }
        try await remove(files, in: transaction)
        return files.count
    }

    /// Contents whose bytes can go now.
    static func doomed(
        atMost limit: Int, releasedFor seconds: Int, _ tenancy: Tenancy, _ context: TenantContext
    ) async throws -> [FileContentID] {
        let rows = try await tenancy.write(TenantBatch(context, doom, limit, Double(seconds)), lane: .background)[0]
        return try rows.map { FileContentID(rawValue: try $0.uuid(0)) }
    }

    static func forget(_ content: FileContentID, _ tenancy: Tenancy, _ context: TenantContext) async throws {
        _ = try await tenancy.write(TenantBatch(context, deleteContent, content.rawValue), lane: .background)
    }

    // MARK: Reading

    private static let usage = PostgresStatement(
        "select used, quota from file_storage where establishment_id = $1")
    private static let file = PostgresStatement(
        """
        select f.id, f.content_id, f.use, f.owner_id, f.name, c.size, c.media_type, c.sha256, f.uploaded_by, f.created_at
        from file f join file_content c on c.establishment_id = $1 and c.id = f.content_id
        where f.establishment_id = $1 and f.id = $2 and c.sha256 is not null and (f.expires_at is null or f.expires_at > now())
        """)

    static func file(_ file: FileID, _ tenancy: Tenancy, _ context: TenantContext) async throws -> StoredFile? {
        try await tenancy.read(TenantBatch(context, FileStore.file, file.rawValue))[0].first.map { try read($0) }
    }

    static func usage(_ tenancy: Tenancy, _ context: TenantContext) async throws -> (used: Int, quota: Int) {
        guard let row = try await tenancy.read(TenantBatch(context, usage))[0].first else {
            return (0, FileQuota.standard)
        }
        return (try row.int(0), try row.optional(1) ?? FileQuota.standard)
    }

    static func read(_ row: PostgresRow) throws -> StoredFile {
        StoredFile(
            id: FileID(rawValue: try row.uuid(0)), content: FileContentID(rawValue: try row.uuid(1)),
            use: try row.text(2), owner: try row.optionalUUID(3), name: try row.text(4), size: try row.int(5),
            mediaType: try row.text(6), sha256: try row.bytes(7),
            uploader: try row.optionalUUID(8).map(PersonID.init), createdAt: try row.timestamp(9).microseconds)
    }
}
