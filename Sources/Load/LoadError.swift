/// Why a load cannot be run; printed as it stands.
package enum LoadError: Error, CustomStringConvertible {
    case usage(String)
    /// A file that cannot be read or written: its path, and the reason.
    case file(String, reason: String)
    /// A mix, an adapter or a list of people is not as it should be: a problem a line, each with its place.
    case content(String)
    /// A process of the run ended before its time.
    case worker(number: Int, status: Int32)

    package var description: String {
        switch self {
        case .usage(let text): text
        case .file(let path, let reason): "\(path): \(reason)"
        case .content(let problems): problems
        case .worker(let number, let status): "process \(number) of the run ended with status \(status)"
        }
    }
}
