/// The body of a request, read on demand: while nobody reads, the connection is not read either, and the client waits.
package struct RequestBody: Sendable {
    let channel: BodyChannel?

    /// `Content-Length`; 0 when there is no body, nil when it comes in chunks of unknown number.
    package var declaredLength: Int? { channel.map { $0.declaredLength } ?? 0 }

    package var isEmpty: Bool { channel == nil }

    /// Replaces the server's default limit for this request, in bytes. Call it before reading.
    package func allow(upTo limit: Int) { channel?.limit = limit }

    /// Whose share of the line the body comes over. Set it before reading.
    package func pay(with budget: any ByteBudget) { channel?.budget = budget }

    /// The next piece, at most about 64 kB; nil at the end.
    /// - Throws: `.bodyTooLarge` past the limit (at once when the declared length says so), `.timedOut`, `.disconnected`.
    package func next() async throws(HTTPError) -> [UInt8]? {
        guard let channel else { return nil }
        return try await channel.next()
    }

    /// The whole body.
    /// - Throws: `.bodyTooLarge` when it is larger than `limit` bytes, `.timedOut`, `.disconnected`.
    package func collect(upTo limit: Int) async throws(HTTPError) -> [UInt8] {
        guard let channel else { return [] }
        channel.limit = limit
        guard var all = try await channel.next() else { return [] }
        while let piece = try await channel.next() { all += piece }
        return all
    }
}
