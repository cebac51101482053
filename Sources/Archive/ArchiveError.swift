/// Why an archive is not read, or not written, any further.
package enum ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is none that is read here (zip, tar, gzip), is damaged, or ends too early.
    case damaged(String)
    /// It unpacks to far more than it is.
    case bomb
    case tooLarge(String)
    /// It is encrypted, or holds something other than files and folders.
    case refused(String)

    package var description: String {
        switch self {
        case .damaged(let reason): "the archive is damaged or cut short: \(reason)"
        case .bomb: "the archive unpacks to far more than any feed"
        case .tooLarge(let what): what
        case .refused(let what): what
        }
    }
}
