/// How many requests at once a loop may have so that none waits long: what it does in a quarter of a second at the pace that it
/// has just shown (Little's law). A database that stalls lowers the pace, and with it the limit: what cannot be done soon is
/// not begun.
package struct AdaptiveLimit: Sendable {
    /// However slow it is: requests that wait for something cost little.
    package static let least = 256.0
    package static let most = 4096.0
    /// Seconds that a request may wait for those before it.
    private static let patience = 0.25
    private static let interval = 0.25

    package private(set) var limit = AdaptiveLimit.least
    /// Requests a second: the best of late, forgotten by half in about three seconds.
    private var pace = 0.0
    private var served = 0

    package init() {}

    /// Notes a request that was served.
    package mutating func record() { served += 1 }

    /// Called four times a second.
    package mutating func update() {
        pace = max(pace * 0.95, Double(served) / AdaptiveLimit.interval)
        served = 0
        limit = min(AdaptiveLimit.most, max(AdaptiveLimit.least, pace * AdaptiveLimit.patience))
    }

    /// Whether one more of a class may begin: those who come last leave room for the first.
    package func allows(rank: Int, inFlight: Int) -> Bool {
        let share =
            switch rank {
            case 0: 2.0
            case 1: 1.5
            case 2: 1.0
            default: 0.5
            }
        return Double(inFlight) < limit * share
    }
}
