internal import Cryptography
internal import Postgres
internal import Runtime
internal import Tenancy

/// Takes the bytes of one upload as they come, keeps them piece by piece, and makes a file of them.
///
/// While a piece is written the next one is received, and no more: a client that is faster than the shard waits.
struct FileReceiving {
    private let files: Files
    private let context: TenantContext
    private let use: FileUse
    private(set) var upload: FileUpload
    private var hash: SHA256
    /// What was received and not kept yet.
    private var pending: [UInt8] = []
    /// Up to where bytes are kept.
    private(set) var offset: Int

    init(_ upload: FileUpload, use: FileUse, _ files: Files, _ context: TenantContext) throws {
        self.files = files
        self.context = context
        self.use = use
        self.upload = upload
        offset = upload.offset
        guard let state = upload.hashState else {
            hash = SHA256()
            return
        }
        guard let known = SHA256(savedState: state) else { throw FileError.notFound }
        hash = known
    }

    /// Bytes received, kept or not.
    var received: Int { offset + pending.count }

    /// Reads to the end of what `next` gives. What came before an error is kept, so that the upload can go on from there.
    /// - Throws: `.tooLarge`, `.typeRefused`, `.offsetMismatch`; what `next` throws.
    mutating func receive(_ next: () async throws -> [UInt8]?) async throws {
        do {
            while let bytes = try await next() { try await take(bytes) }
        } catch let error as FileError {
            throw error
        } catch {
            try await keep()
            throw error
        }
        try await keep()
    }

    private mutating func take(_ bytes: [UInt8]) async throws {
        guard received + bytes.count <= upload.length ?? use.largest else {
            throw FileError.tooLarge(limit: use.largest)
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let room = FileContentStep.pieceLength - received % FileContentStep.pieceLength
            pending += rest.prefix(room)
            rest = rest.dropFirst(room)
            if received % FileContentStep.pieceLength == 0 { try await keep() }
        }
    }

    /// Writes what is pending.
    private mutating func keep() async throws {
        guard !pending.isEmpty else { return }
        var bytes: [UInt8] = []
        swap(&bytes, &pending)
        if offset == 0, bytes.count == FileContentStep.pieceLength {
            // Known from the first piece: somebody need not send 500 MB to hear that it was in vain.
            try await check(try await files.types.mediaType(of: bytes))
        }
        hash.update(bytes)
        let step = FileContentStep(
            content: upload.content, start: offset, end: offset + bytes.count, hashState: hash.savedState)
        guard try await files.contents.append(bytes, step, in: context) else {
            throw FileError.offsetMismatch(at: offset)
        }
        offset = step.end
    }

    private func check(_ mediaType: String) async throws {
        guard use.types.accepts(mediaType) else { throw FileError.typeRefused }
    }

    /// Makes the upload a file. To be called when `offset` is its length.
    /// - Throws: `.empty`, `.typeRefused`.
    func complete() async throws {
        guard offset > 0 else { throw FileError.empty }
        let length = min(offset, FileContentStep.pieceLength)
        guard let head = try await files.contents.read(upload.content, 0..<length, in: context) else {
            throw FileError.notFound
        }
        let mediaType = try await files.types.mediaType(of: head)
        try await check(mediaType)
        let digest = hash.digest()
        do {
            try await store(digest, mediaType)
        } catch TenancyError.database(let error) where error.sqlState == "23505" {
            // The same content became whole elsewhere at this moment: now it is known.
            try await store(digest, mediaType)
        }
    }

    private func store(_ digest: [UInt8], _ mediaType: String) async throws {
        try await files.tenancy.transaction(context) { transaction in
            try await FileStore.complete(upload, sha256: digest, mediaType: mediaType, in: transaction)
        }
    }
}
