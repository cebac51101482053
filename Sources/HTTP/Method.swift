/// A request method (RFC 9110 §9, RFC 5789). The server refuses any other with 501 before a handler sees it.
package struct Method: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package static let get = Method(rawValue: "GET")
    package static let head = Method(rawValue: "HEAD")
    package static let post = Method(rawValue: "POST")
    package static let put = Method(rawValue: "PUT")
    package static let patch = Method(rawValue: "PATCH")
    package static let delete = Method(rawValue: "DELETE")
    package static let options = Method(rawValue: "OPTIONS")
    /// Known, so that it can be refused by name: no route has it.
    package static let trace = Method(rawValue: "TRACE")

    package static let all: [Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace]

    package var description: String { rawValue }

    /// Safe in the sense of RFC 9110 §9.2.1: asks for nothing to change.
    package var isSafe: Bool { self == .get || self == .head || self == .options }
}
