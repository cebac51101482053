internal import Runtime

/// One exchange whose answer is taken as it comes, so that its size does not matter. It blocks the calling thread: for programs
/// that do one thing.
package enum HTTPDownload {
    /// - Parameters:
    ///   - allowsPlain: whether plain HTTP is allowed beside HTTPS.
    ///   - take: is given the body, piece by piece, whatever the status; while it works the server waits. What it throws ends
    ///     the exchange and is thrown.
    /// - Returns: the answer's status.
    /// - Throws: `HTTPClientError`, when no whole answer came.
    package static func perform(
        _ request: HTTPClient.Request, allowsPlain: Bool, deadline: Duration, take: @escaping ([UInt8]) throws -> Void
    ) throws -> Int {
        let exchange = Exchange(request, allowsPlain: allowsPlain, deadline: deadline, longestAnswer: 0)
        var failure: (any Error)?
        do {
            return try exchange.perform { piece in
                do {
                    try take(Array(piece))
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        } catch {
            throw failure ?? error
        }
    }
}
