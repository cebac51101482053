internal import Cryptography
package import HTTP
internal import Runtime
package import Tenancy

/// What goes out.
extension Files {
    /// The answer that carries a file. Whether the caller may have it was decided before, for this call: nothing is kept by a
    /// browser without asking again.
    /// - Throws: `FileError.busy`.
    package func response(_ file: StoredFile, in context: TenantContext) throws -> Response {
        guard transfers < Files.mostTransfers else { throw FileError.busy }
        var response = Response(
            status: .ok,
            headers: [
                ("Content-Type", FileServing.contentType(file.mediaType)),
                (
                    "Content-Disposition",
                    FileName.disposition(file.name, inline: FileServing.isShown(file.mediaType))
                ),
                ("Content-Security-Policy", FileServing.policy), ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, no-cache"),
            ],
            body: .seekable(length: file.size) { [self] range, writer in
                try await transferring { try await send(file, range, to: writer, in: context) }
            })
        response.entityTag = .strong(Files.tag(file))
        response.lastModified = file.createdAt / 1_000_000
        response.mayCompress = false
        return response
    }

    /// Piece by piece; one is read while the one before is on its way, and no more.
    private func send(
        _ file: StoredFile, _ range: Range<Int>, to writer: ResponseWriter, in context: TenantContext
    ) async throws {
        guard !range.isEmpty else { return }
        var piece = try await read(file, from: range.lowerBound, within: range, in: context)
        var place = range.lowerBound + piece.count
        while place < range.upperBound {
            let start = place
            async let following = read(file, from: start, within: range, in: context)
            try await writer.write(piece)
            piece = try await following
            place += piece.count
        }
        try await writer.write(piece)
    }

    private func read(
        _ file: StoredFile, from start: Int, within range: Range<Int>, in context: TenantContext
    ) async throws -> [UInt8] {
        let number = start / FileContentStep.pieceLength
        let first = number * FileContentStep.pieceLength
        let whole = first..<min(file.size, first + FileContentStep.pieceLength)
        let part = start..<min(range.upperBound, whole.upperBound)
        let isKept = cache.takes(file.size)
        if isKept, let bytes = cache.find(file.content, number, in: context) {
            return part == whole ? bytes : Array(bytes[(start - first)..<(part.upperBound - first)])
        }
        if !isKept, let bytes = await spool.find(file.content, number, part, in: context) { return bytes }
        guard let bytes = try await contents.read(file.content, part, in: context) else { throw FileError.notFound }
        guard part == whole else { return bytes }
        if isKept {
            cache.keep(bytes, file.content, number, in: context)
        } else {
            spool.keep(bytes, file.content, number, at: first, in: context)
        }
        return bytes
    }
}

extension Files {
    /// The same content under another name is another answer: its `Content-Disposition` differs.
    private static func tag(_ file: StoredFile) -> String {
        Hex.encode(file.sha256.prefix(16)) + "-" + file.id.rawValue.description
    }
}
