internal import Identity
internal import Tenancy
package import Web

extension ApplyError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .directory(let error): error.problem
        case .refused(let notices):
            Problem(.planRefused, detail: Phrase(verbatim: notices.map(\.message).joined(separator: "\n")))
        case .changedMeanwhile: Problem(.planRefused, retryAfter: .seconds(2))
        case .notOpened(let error): error.problem
        }
    }
}
