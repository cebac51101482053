internal import Tenancy

/// A file on its way in.
struct FileUpload: Sendable {
    let id: FileID
    let content: FileContentID
    let use: String
    let name: String
    /// As declared; nil for one of a form, whose end is known when it comes.
    let length: Int?
    /// How many bytes are here.
    let offset: Int
    let hashState: [UInt8]?
    let uploader: PersonID?
    /// Microseconds since 1970.
    let expiresAt: Int64
    /// Whether all of it is here and checked.
    let isWhole: Bool
}
