package import Runtime

/// How busy a loop is, of what it does well: the part of the time that its thread works or waits for a processor, or the part
/// of its limit that is under way, whichever is more; and more than all of it while requests are turned away. Smoothed over
/// about fifteen seconds.
package struct LoopLoad: Sendable {
    private static let memory = 15.0
    private static let most = 1.5

    private var value = 0.0
    private var last: (at: Instant, worked: Duration)?

    package init() {}

    /// In thousandths.
    package var permille: Int { Int(value * 1000) }

    /// Called on the loop at regular times.
    /// - Parameters:
    ///   - worked: how long its thread has had a processor, in all.
    ///   - interval: after which it was to be called again; later means that the loop was held up.
    ///   - inFlight: requests under way, as a part of the limit.
    ///   - hasShed: whether a request was turned away since the last call.
    package mutating func update(
        at now: Instant, worked: Duration, interval: Duration, inFlight: Double, hasShed: Bool
    ) {
        defer { last = (now, worked) }
        guard let last, now > last.at else { return }
        let seconds = now.since(last.at).seconds
        let busy = (worked - last.worked).seconds / seconds
        let heldUp = max(0, seconds - interval.seconds) / seconds
        let sample = hasShed ? LoopLoad.most : min(LoopLoad.most, max(min(1, busy + heldUp), inFlight))
        value += (sample - value) * min(1, seconds / LoopLoad.memory)
    }
}
