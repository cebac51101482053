internal import Runtime

/// One exchange whose request's body is given piece by piece, so that its size does not matter. It blocks the calling thread: for
/// programs that do one thing. An answer that comes before the end of the body ends the sending.
package enum HTTPUpload {
    /// - Parameters:
    ///   - request: without a body of its own.
    ///   - allowsPlain: whether plain HTTP is allowed beside HTTPS.
    ///   - longestAnswer: in bytes; a longer one breaks the exchange off.
    ///   - next: the next piece of the body, nil at its end. What it throws ends the exchange and is thrown.
    /// - Throws: `HTTPClientError`, when no whole answer came.
    package static func perform(
        _ request: HTTPClient.Request, allowsPlain: Bool, deadline: Duration, longestAnswer: Int,
        next: @escaping () throws -> [UInt8]?
    ) throws -> HTTPClient.Answer {
        let exchange = Exchange(request, allowsPlain: allowsPlain, deadline: deadline, longestAnswer: longestAnswer)
        var failure: (any Error)?
        var piece: ArraySlice<UInt8> = []
        do {
            return try exchange.perform(giving: { room in
                do {
                    while piece.isEmpty {
                        guard let following = try next() else { return 0 }
                        piece = following[...]
                    }
                } catch {
                    failure = error
                    return nil
                }
                let part = piece.prefix(room.count)
                room.copyBytes(from: part)
                piece = piece.dropFirst(part.count)
                return part.count
            })
        } catch {
            throw failure ?? error
        }
    }
}
