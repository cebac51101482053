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
                try await transferring { try await send(file.content, range, to: writer, in: context) }
            })
        response.entityTag = .strong(Files.tag(file))
        response.lastModified = file.createdAt / 1_000_000
        response.mayCompress = false
        return response
    }

    /// Piece by piece; one is read while the one before is on its way, and no more.
    private func send(
        _ content: FileContentID, _ range: Range<Int>, to writer: ResponseWriter, in context: TenantContext
    ) async throws {
        guard !range.isEmpty else { return }
        var piece = try await read(content, from: range.lowerBound, within: range, in: context)
        var place = range.lowerBound + piece.count
        while place < range.upperBound {
            let start = place
            async let following = read(content, from: start, within: range, in: context)
            try await writer.write(piece)
            piece = try await following
            place += piece.count
        }
        try await writer.write(piece)
    }

    private func read(
        _ content: FileContentID, from start: Int, within range: Range<Int>, in context: TenantContext
    ) async throws -> [UInt8] {
        let end = min(range.upperBound, (start / FileContentStep.pieceLength + 1) * FileContentStep.pieceLength)
        guard let bytes = try await contents.read(content, start..<end, in: context) else { throw FileError.notFound }
        return bytes
    }
}

extension Files {
    /// The same content under another name is another answer: its `Content-Disposition` differs.
    private static func tag(_ file: StoredFile) -> String {
        Hex.encode(file.sha256.prefix(16)) + "-" + file.id.rawValue.description
    }
}
