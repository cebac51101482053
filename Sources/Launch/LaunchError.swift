/// Why a process did not start; printed on standard error as it stands.
package enum LaunchError: Error, CustomStringConvertible {
    case usage(String)
    /// A file that cannot be read: its path, and the system's reason.
    case unreadable(file: String, reason: String)
    /// The configuration is wrong: one line a problem, each with file, line and column.
    case configuration(String)
    /// Something the process needs at start is not there.
    case unavailable(what: String, reason: String)

    package var description: String {
        switch self {
        case .usage(let text): text
        case .unreadable(let file, let reason): "\(file): \(reason)"
        case .configuration(let problems): problems
        case .unavailable(let what, let reason): "\(what): \(reason)"
        }
    }
}
