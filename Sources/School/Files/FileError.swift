/// What keeping files refuses.
package enum FileError: Error, Equatable, Sendable {
    /// No such file or upload here, or not for this person: the two are not told apart.
    case notFound
    /// No service declares such a use.
    case unknownUse
    case empty
    /// Larger than its use allows; in bytes.
    case tooLarge(limit: Int)
    /// Its true type is not among those of its use.
    case typeRefused
    /// The establishment has no room for so many bytes.
    case storageFull
    /// More files than one item may have.
    case tooMany(limit: Int)
    /// One of the files to attach is not there, not whole, not the person's or already another item's.
    case notAttachable
    /// The upload is at another place than the client thinks.
    case offsetMismatch(at: Int)
    /// The upload ended before the length it had declared.
    case incomplete
    /// A version of the protocol other than 1.0.0.
    case unknownVersion
    /// A header that the protocol needs is missing or malformed.
    case badHeader(String)
    /// Too many transfers, or types to be told, at once.
    case busy
}
