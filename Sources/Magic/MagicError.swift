/// Why a type could not be told.
package enum MagicError: Error, Equatable {
    /// libmagic or its database of signatures is not there.
    case noDatabase
    /// libmagic gave up on this content.
    case unreadable
}
