package import Postgres
package import Runtime
package import Tenancy

/// The files of one loop: what the services that have files ask for. Who may do what is theirs to say; this keeps bytes, names
/// and limits.
///
/// A file comes in by an upload (`FileReceiving`) and belongs to nobody for 24 hours; in the transaction of its own write, a
/// service makes it an item's. `use` tells the services apart: an item's identifier is only looked for within its use.
package final class Files: @unchecked Sendable {
    // Safety: confined to its loop.
    let loop: EventLoop
    let tenancy: Tenancy
    let contents: any FileContentStore
    let types: FileTypeDetector
    let cache: FilePieceCache
    let spool: FileSpool
    /// Uploads and downloads under way on this loop.
    var transfers = 0

    /// At most so many at once on a loop: each holds up to about 1 MB.
    static let mostTransfers = 256

    /// - Parameter contents: where bytes are kept; nil for the establishment's shard.
    package init(
        loop: EventLoop, tenancy: Tenancy, types: FileTypeDetector, cache: FilePieceCache, spool: FileSpool,
        contents: (any FileContentStore)? = nil
    ) {
        self.loop = loop
        self.tenancy = tenancy
        self.types = types
        self.cache = cache
        self.spool = spool
        self.contents = contents ?? ShardContentStore(tenancy)
    }

    // MARK: In the transaction of the owner

    /// Makes these the files of an item, in this order, and lets go of what it had besides. The same call twice changes
    /// nothing the second time.
    /// - Parameters:
    ///   - files: whole files that `person` sent for this use and that no item has yet, or files that the item has already.
    ///   - item: the identifier of the service's row; unique within the use.
    /// - Throws: `FileError.tooMany`, `.notAttachable`.
    package func set(
        _ files: [FileID], of item: UUID, use: FileUse, by person: PersonID, in transaction: TenantTransaction
    ) async throws {
        guard files.count <= use.most else { throw FileError.tooMany(limit: use.most) }
        try await FileAttachmentStore.set(files, of: item, use: use.name, by: person, in: transaction)
    }

    /// Lets go of all files of an item: to be called in the transaction that deletes it.
    package func release(_ item: UUID, use: FileUse, in transaction: TenantTransaction) async throws {
        try await FileAttachmentStore.set([], of: item, use: use.name, by: PersonID(rawValue: item), in: transaction)
    }

    /// One file that another item gets as well.
    package struct Copy: Sendable {
        package let file: FileID
        package let item: UUID
        package let use: FileUse
        /// Among the item's files.
        package let position: Int

        package init(_ file: FileID, to item: UUID, use: FileUse, position: Int) {
            self.file = file
            self.item = item
            self.use = use
            self.position = position
        }
    }

    /// Gives other items files of this one, under their own uses; no byte is copied. A file that the item no longer has is
    /// left out.
    package func copy(
        _ copies: [Copy], of item: UUID, use: FileUse, by person: PersonID?, in transaction: TenantTransaction
    ) async throws {
        try await FileAttachmentStore.copy(copies, of: item, use: use.name, by: person, in: transaction)
    }

    // MARK: With the owner's other reads

    /// Adds one statement to a batch: the files of some items. Its rows go to `listing(_:)`.
    /// - Parameter items: of one page of a list; not a whole school's.
    package func addListing(of items: [UUID], use: FileUse, to batch: inout TenantBatch) {
        FileAttachmentStore.addListing(of: items, use: use.name, to: &batch)
    }

    /// The files by item, each item's in order.
    package func listing(_ rows: PostgresRows) throws -> [UUID: [StoredFile]] {
        var files: [UUID: [StoredFile]] = [:]
        for row in rows {
            let file = try FileStore.read(row)
            if let owner = file.owner { files[owner, default: []].append(file) }
        }
        return files
    }

    // MARK: By itself

    /// Nil when there is none, or it is not whole yet.
    package func file(_ id: FileID, in context: TenantContext) async throws -> StoredFile? {
        try await FileStore.file(id, tenancy, context)
    }

    /// Bytes that the establishment keeps, and may keep.
    package func usage(in context: TenantContext) async throws -> (used: Int, quota: Int) {
        try await FileStore.usage(tenancy, context)
    }
}
