/// Conditional requests (RFC 9110 §13).
extension Request {
    /// Whether this request may go on, given what is there now, in the order of RFC 9110 §13.2.2. To be asked before a
    /// write; for GET and HEAD the server asks it by itself of every 200 with a validator.
    /// - Parameters:
    ///   - tag: nil when there is nothing yet.
    ///   - lastModified: seconds since 1970.
    /// - Returns: nil to go on, else 412 or 304.
    package func preconditionStatus(tag: EntityTag?, lastModified: Int64? = nil) -> Status? {
        let ifMatch = headers("if-match")
        if !ifMatch.isEmpty {
            guard EntityTag.isNamed(tag, in: ifMatch, strongly: true) else { return .preconditionFailed }
        } else if let since = header("if-unmodified-since").flatMap(HTTPDate.seconds), let lastModified {
            guard lastModified <= since else { return .preconditionFailed }
        }
        let ifNoneMatch = headers("if-none-match")
        let isRead = method == .get || method == .head
        if !ifNoneMatch.isEmpty {
            guard EntityTag.isNamed(tag, in: ifNoneMatch, strongly: false) else { return nil }
            return isRead ? .notModified : .preconditionFailed
        }
        if isRead, let since = header("if-modified-since").flatMap(HTTPDate.seconds), let lastModified,
            lastModified <= since
        {
            return .notModified
        }
        return nil
    }
}
