package import HTTP

extension Call {
    /// Holds a write to what its client asked for with `If-Match`, `If-None-Match` or `If-Unmodified-Since`.
    /// - Parameter current: the version there is now; nil when there is nothing yet.
    /// - Throws: `preconditionFailed`.
    package func holdToPreconditions(_ current: EntityTag?) throws(Problem) {
        guard request.preconditionStatus(tag: current) == nil else { throw Problem(.preconditionFailed) }
    }
}
