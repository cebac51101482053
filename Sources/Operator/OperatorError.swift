internal import Foundation

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

    /// What `--json` prints of it: the admin service's own code and status, or `preau.command` where it was not asked or did not
    /// answer.
    package var json: String {
        let (code, status, detail): (String, Int?, String) =
            switch self {
            case .refused(let status, let code, let detail): (code, status, detail)
            default: ("preau.command", nil, description)
            }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let data = try? encoder.encode(Shape(code: code, status: status, detail: detail))
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private struct Shape: Encodable {
        let code: String
        let status: Int?
        let detail: String
    }

    package var description: String {
        switch self {
        case .usage(let text), .noStack(let text), .unreadable(let text): text
        case .unreachable(let url, let reason): "no answer from the admin service at \(url): \(reason)"
        case .refused(_, let code, let detail): "\(detail)\n(\(code))"
        }
    }
}
