internal import Runtime

/// Lets one attempt at a time through for each login, on one loop.
///
/// Many guesses sent at once would otherwise all be checked before the first failure is counted; and one account cannot take
/// more than one thread of the password pool.
final class SignInTurns {
    private static let mostWaiting = 64

    private let loop: EventLoop
    private var queues: [String: [UnsafeContinuation<Void, Never>]] = [:]

    init(loop: EventLoop) { self.loop = loop }

    /// Waits for its turn; every `take` that returns is followed by one `release`.
    /// - Throws: `.busy` when too many wait for the same login.
    func take(_ key: String) async throws(IdentityError) {
        loop.assertCurrent()
        guard let queue = queues[key] else {
            queues[key] = []
            return
        }
        guard queue.count < SignInTurns.mostWaiting else { throw .busy }
        await withUnsafeContinuation { queues[key, default: []].append($0) }
    }

    func release(_ key: String) {
        loop.assertCurrent()
        guard var queue = queues[key], !queue.isEmpty else {
            queues[key] = nil
            return
        }
        let next = queue.removeFirst()
        queues[key] = queue
        next.resume()
    }
}
