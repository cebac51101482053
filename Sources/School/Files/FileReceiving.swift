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
    /// What came with the end of a piece and belongs to the next one.
    private var rest: [UInt8] = []
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

    /// Reads to the end of what `next` gives. What came before an error is kept, so that the upload can go on from there.
    /// - Throws: `.tooLarge`, `.typeRefused`, `.offsetMismatch`; what `next` throws.
    mutating func receive(_ next: () async throws -> [UInt8]?) async throws {
        var (bytes, failure) = await gather(next, from: offset)
        while !bytes.isEmpty {
            if offset == 0, bytes.count == FileContentStep.pieceLength {
                // Known from the first piece: somebody need not send 500 MB to hear that it was in vain.
                try await check(try await files.types.mediaType(of: bytes))
            }
            hash.update(bytes)
            let step = FileContentStep(
                content: upload.content, start: offset, end: offset + bytes.count, hashState: hash.savedState)
            let (contents, context, piece) = (files.contents, context, bytes)
            async let isKept = contents.append(piece, step, in: context)
            // An error is looked at once the piece is kept: leaving now would cancel its write.
            if failure == nil { (bytes, failure) = await gather(next, from: step.end) } else { bytes = [] }
            guard try await isKept else { throw FileError.offsetMismatch(at: offset) }
            offset = step.end
        }
        if let failure { throw failure }
    }

    /// The bytes up to the end of a piece, or of all there is, or to an error.
    private mutating func gather(
        _ next: () async throws -> [UInt8]?, from start: Int
    ) async -> (bytes: [UInt8], failure: (any Error)?) {
        let room = FileContentStep.pieceLength - start % FileContentStep.pieceLength
        var bytes: [UInt8] = []
        swap(&bytes, &rest)
        while bytes.count < room {
            do {
                guard let more = try await next() else { return (bytes, nil) }
                guard start + bytes.count + more.count <= upload.length ?? use.largest else {
                    return ([], FileError.tooLarge(limit: use.largest))
                }
                if bytes.isEmpty { bytes.reserveCapacity(room + more.count) }
                bytes += more
            } catch {
                return (bytes, error)
            }
        }
        if bytes.count > room {
            rest = Array(bytes[room...])
            bytes.removeSubrange(room...)
        }
        return (bytes, nil)
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
