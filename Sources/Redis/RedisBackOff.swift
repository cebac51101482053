/// Pauses between attempts to connect: none before the first, then doubling with jitter, so that the nodes of a platform
/// do not come back all at once.
struct RedisBackOff {
    private let longest: Duration
    private var attempts = 0

    init(longest: Duration) { self.longest = longest }

    mutating func reset() { attempts = 0 }

    mutating func next() -> Duration {
        defer { attempts = min(attempts + 1, 16) }
        guard attempts > 0 else { return .zero }
        let full = min(.milliseconds(25) * (1 << attempts), longest)
        return full * Double.random(in: 0.5...1)
    }
}
