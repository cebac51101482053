package import Runtime
package import Tenancy
package import Web

/// A service whose items have files. It is asked each time, and nobody else decides.
package protocol FileOwner: Sendable {
    var use: FileUse { get }

    /// As whom the caller may send files for this use.
    /// - Throws: 404 for somebody of another establishment, 403 for one who may not.
    func uploader(_ call: Call, in establishment: EstablishmentID) async throws -> PersonID

    /// Returns when the caller may read the files of an item now.
    /// - Throws: 404 when there is no such item for this person.
    func checkReader(_ call: Call, of item: UUID, in context: TenantContext) async throws
}
