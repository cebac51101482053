/// Why a file is no backup that can be used.
package enum BackupFileError: Error, Equatable, Sendable, CustomStringConvertible {
    case notABackup
    /// Made by a newer version of the format than this program reads.
    case newerFormat(UInt16)
    /// It does not end where a backup ends.
    case cutOff
    /// Something was changed, in or before this frame, counted from nought.
    case damaged(frame: UInt64)
    /// A whole backup, of something that this program cannot take.
    case unreadable(String)
    /// The passphrase is not the one it was closed with, or its beginning was changed: one cannot be told from the other.
    case wrongPassphrase
    /// It needs a passphrase.
    case sealed

    package var description: String {
        switch self {
        case .notABackup: "this is not a backup of Préau"
        case .newerFormat(let version):
            "the file is in version \(version) of the format, and this program reads up to \(BackupFormat.version)"
        case .cutOff: "the file is cut off: its end is missing"
        case .damaged(let frame): "the file is damaged, at frame \(frame) or before"
        case .unreadable(let why): why
        case .wrongPassphrase: "the passphrase is wrong, or the beginning of the file is damaged"
        case .sealed: "the file is encrypted: it needs its passphrase"
        }
    }
}
