/// Why a document is not read further. Lines count from 1.
package enum XMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is not well-formed, or ends too early.
    case malformed(line: Int, reason: String)
    /// It declares or uses an entity of its own: none is ever expanded or fetched.
    case entity(line: Int)
    /// Its declared encoding is not one that is read here.
    case encoding(line: Int)
    /// It passes one of the limits: deeper, longer or larger than anything honest.
    case tooLarge(line: Int, what: String)

    package var description: String {
        switch self {
        case .malformed(let line, let reason): "line \(line): \(reason)"
        case .entity(let line): "line \(line): the document declares or uses an entity, which is refused"
        case .encoding(let line): "line \(line): the document is in an encoding that is not read here"
        case .tooLarge(let line, let what): "line \(line): \(what)"
        }
    }
}
