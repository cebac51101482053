internal import Redis

/// What somebody who signs in cannot go on without, in Redis for the minutes of their journey: asked for until it answers.
extension RedisClient {
    /// - Parameter key: new, and known to nobody else.
    /// - Throws: `.ticketsUnavailable`.
    func keepForSignIn(_ bytes: [UInt8], at key: RedisWord, life: Int) async throws(IdentityError) {
        let kept = try? await insist(on: [["SET", key, .bytes(bytes), "EX", .integer(life)]])
        guard kept?.replies == [.ok] else { throw .ticketsUnavailable }
    }

    /// What is kept there, once: nil when there is nothing, or it was taken already.
    /// - Throws: `.ticketsUnavailable`.
    func takeForSignIn(_ key: RedisWord) async throws(IdentityError) -> [UInt8]? {
        guard let taken = try? await insist(on: [["GETDEL", key]]) else { throw .ticketsUnavailable }
        if let bytes = taken.replies.first?.bytes { return bytes }
        // Nothing there: unless a try whose answer got lost took it.
        guard taken.tries == 1, taken.replies == [.null] else { throw .ticketsUnavailable }
        return nil
    }
}
