/// Why a command failed; printed as it stands.
package enum OperatorError: Error, CustomStringConvertible {
    case usage(String)
    /// No stack, or not this one.
    case noStack(String)
    /// The admin service could not be reached.
    case unreachable(url: String, reason: String)
    /// The admin service refused: its stable code and what it said.
    case refused(status: Int, code: String, detail: String)
    case unreadable(String)

    package var description: String {
        switch self {
        case .usage(let text), .noStack(let text), .unreadable(let text): text
        case .unreachable(let url, let reason): "no answer from the admin service at \(url): \(reason)"
        case .refused(_, let code, let detail): "\(detail)\n(\(code))"
        }
    }
}
