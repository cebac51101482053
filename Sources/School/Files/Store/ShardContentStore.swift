internal import Postgres
internal import Tenancy

/// Keeps contents as rows in the establishment's shard: they move, are backed up and are isolated with everything else.
struct ShardContentStore: FileContentStore {
    private let tenancy: Tenancy

    init(_ tenancy: Tenancy) { self.tenancy = tenancy }

    // A step whose commit is lost with the server is a step not made: the upload goes on from what the shard says. The
    // commit that makes the content whole waits for the disk, and for all before it.
    private static let withoutWaiting = PostgresStatement(
        "select set_config('synchronous_commit', 'off', true) where $1::integer is not null")
    private static let append = PostgresStatement(
        """
        with step as (
            update file_content set size = $4, hash_state = $5
            where establishment_id = $1 and id = $2 and size = $3 and sha256 is null and released_at is null
            returning id
        )
        insert into file_chunk (establishment_id, content_id, number, bytes) select $1, id, $6, $7 from step
        on conflict (establishment_id, content_id, number) do update set bytes = file_chunk.bytes || excluded.bytes
        """)
    private static let read = PostgresStatement(
        """
        select substring(bytes from $4::integer for $5::integer) from file_chunk
        where establishment_id = $1 and content_id = $2 and number = $3
        """)
    private static let readWhole = PostgresStatement(
        "select bytes from file_chunk where establishment_id = $1 and content_id = $2 and number = $3")
    private static let remove = PostgresStatement(
        """
        delete from file_chunk where establishment_id = $1 and content_id = $2 and number in (
            select number from file_chunk where establishment_id = $1 and content_id = $2 limit $3)
        """)

    /// 25 MB at once.
    private static let removedAtOnce = 100

    func append(_ bytes: [UInt8], _ step: FileContentStep, in context: TenantContext) async throws -> Bool {
        var batch = TenantBatch(context, ShardContentStore.withoutWaiting)
        batch.add(
            ShardContentStore.append, step.content.rawValue, step.start, step.end, step.hashState,
            step.start / FileContentStep.pieceLength, bytes)
        return try await tenancy.write(batch, lane: .background)[1].affected == 1
    }

    func read(_ content: FileContentID, _ range: Range<Int>, in context: TenantContext) async throws -> [UInt8]? {
        let number = range.lowerBound / FileContentStep.pieceLength
        let start = range.lowerBound % FileContentStep.pieceLength
        let batch =
            start == 0 && range.count == FileContentStep.pieceLength
            ? TenantBatch(context, ShardContentStore.readWhole, content.rawValue, number)
            : TenantBatch(context, ShardContentStore.read, content.rawValue, number, start + 1, range.count)
        guard let row = try await tenancy.read(batch, lane: .background)[0].first else { return nil }
        let bytes = try row.bytes(0)
        return bytes.count == range.count ? bytes : nil
    }

    func removeSome(of content: FileContentID, in context: TenantContext) async throws -> Bool {
        let batch = TenantBatch(context, ShardContentStore.remove, content.rawValue, ShardContentStore.removedAtOnce)
        return try await tenancy.write(batch, lane: .background)[0].affected == ShardContentStore.removedAtOnce
    }
}
