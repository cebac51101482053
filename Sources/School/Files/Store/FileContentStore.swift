package import Tenancy

/// Where the bytes of contents are kept. What is known of a content (size, digest, who refers to it) is in the
/// establishment's shard in any case; a store for object storage keeps the bytes elsewhere and records each step there.
package protocol FileContentStore: Sendable {
    /// Keeps the next bytes of a content that is being received, together with how far it is then; both or neither, and
    /// only when it is where the step begins.
    /// - Parameter bytes: not past the end of a piece (`FileContentStep.pieceLength`).
    /// - Returns: false when the content is at another place, whole or gone: somebody else goes on with it.
    func append(_ bytes: [UInt8], _ step: FileContentStep, in context: TenantContext) async throws -> Bool

    /// - Parameter range: within the content, and within one piece.
    /// - Returns: nil when it is not there.
    func read(_ content: FileContentID, _ range: Range<Int>, in context: TenantContext) async throws -> [UInt8]?

    /// Removes a part, of bounded cost, of a content that nothing refers to any more.
    /// - Returns: whether there may be more.
    func removeSome(of content: FileContentID, in context: TenantContext) async throws -> Bool
}

/// How far a content comes by one more write.
package struct FileContentStep: Sendable {
    /// Contents are kept in pieces of this length; the last is shorter.
    package static let pieceLength = 262_144

    package let content: FileContentID
    package let start: Int
    package let end: Int
    /// Of all bytes up to `end`.
    package let hashState: [UInt8]
}
