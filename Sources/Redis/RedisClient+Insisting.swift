internal import Runtime

extension RedisClient {
    /// Replies that were insisted on.
    package struct Insisted: Sendable {
        package let replies: [RedisValue]
        /// How often the commands were sent. After the first time nobody knows whether they ran before.
        package let tries: Int
    }

    /// Sends commands that may run twice until Redis has answered them, over as many connections as it takes: for what people cannot
    /// go on without, as those who sign in, while Redis gets no processor or another one takes over.
    ///
    /// A page does not wait like this: it goes on without Redis. What was sent first runs first or never, so nothing that was taken
    /// meanwhile is written again: Redis reads the older of two connections first, and a new master knows what it knew before.
    /// - Parameter patience: from the first try on, or from the loss of the connection if that was before: nobody waits for a server
    ///   that has been away for longer.
    /// - Throws: `.timedOut` or `.unavailable` when patience is over, `.overloaded`, `.closed`.
    package func insist(
        on commands: [[RedisWord]], patience: Duration = .seconds(2)
    ) async throws(RedisError) -> Insisted {
        let end = min(Instant.now, absentSince ?? .distantFuture) + patience
        var tries = 0
        while true {
            tries += 1
            do throws(RedisError) {
                // Late is not hung. But no longer: those behind these commands wait as long until a hung server is known as one.
                return Insisted(replies: try await pipeline(commands, deadline: .milliseconds(400)), tries: tries)
            } catch {
                guard error == .timedOut || error == .unavailable, Instant.now < end else { throw error }
            }
            do { try await loop.sleep(for: .milliseconds(50)) } catch { throw .unavailable }
        }
    }
}
