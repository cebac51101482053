internal import Magic
package import Runtime

/// Tells the true types of files on a bounded pool of threads.
package final class FileTypeDetector: Sendable {
    private let pool: BlockingPool
    private let reader = MediaTypeReader()

    package init(pool: BlockingPool) { self.pool = pool }

    /// - Parameter head: the first bytes of the file.
    /// - Throws: `FileError.busy` when the pool's queue is full or the process ends.
    func mediaType(of head: [UInt8]) async throws -> String {
        let reader = reader
        do {
            return try await pool.run { try reader.mediaType(of: head) }
        } catch is RuntimeError {
            throw FileError.busy
        } catch MagicError.unreadable {
            return "application/octet-stream"
        }
    }
}
