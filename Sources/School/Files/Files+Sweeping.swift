internal import Postgres
internal import Runtime
package import Tenancy

/// What nobody wants any more.
extension Files {
    /// Bounds of one call: so many expired uploads, contents, and parts of contents (25 MB each).
    private static let sweptFiles = 50
    private static let sweptContents = 10
    private static let sweptParts = 40
    /// Long enough for a download to end.
    private static let releasedFor = 3600

    /// Removes uploads that nobody went on with, and the bytes of contents that no file is made of. Stopped half-way, the next
    /// call goes on; two at once share the work.
    /// - Parameter releasedFor: seconds since the last file of a content went; nil for an hour.
    /// - Returns: whether there may be more.
    @discardableResult
    package func sweep(_ context: TenantContext, releasedFor: Int? = nil) async throws -> Bool {
        let expired = try await tenancy.transaction(context, lane: .background) { transaction in
            try await FileStore.removeExpired(atMost: Files.sweptFiles, in: transaction)
        }
        let doomed = try await FileStore.doomed(
            atMost: Files.sweptContents, releasedFor: releasedFor ?? Files.releasedFor, tenancy, context)
        var parts = 0
        for content in doomed {
            while try await contents.removeSome(of: content, in: context) {
                parts += 1
                guard parts < Files.sweptParts else { return true }
            }
            try await FileStore.forget(content, tenancy, context)
        }
        return expired == Files.sweptFiles || doomed.count == Files.sweptContents
    }
}
