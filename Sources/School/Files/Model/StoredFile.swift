package import Runtime
package import Tenancy

/// A whole file, as the establishment has it.
package struct StoredFile: Sendable, Hashable {
    package let id: FileID
    package let content: FileContentID
    /// The name of its `FileUse`.
    package let use: String
    /// The item it belongs to; nil while it belongs to none yet.
    package let owner: UUID?
    /// As its sender named it, cleaned.
    package let name: String
    /// In bytes.
    package let size: Int
    /// True, not declared.
    package let mediaType: String
    package let sha256: [UInt8]
    /// Nil once the person has left the establishment.
    package let uploader: PersonID?
    /// Microseconds since 1970.
    package let createdAt: Int64
}
