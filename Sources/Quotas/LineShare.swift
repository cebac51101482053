internal import HTTP
internal import Tenancy

/// What one loop may send for one payer: tokens in bytes, filled by leases, spent by exchanges. Never negative by more than what
/// pages owe and one chunk.
final class LineShare: ByteBudget, @unchecked Sendable {
    // Safety: confined to its loop.
    /// Who pays: an establishment, or for pages without a session the territory.
    let payer: RuleScope
    private let territory: RuleScope
    /// From the region down to the payer; those with a quota only. Empty: nothing bounds it, it is only metered.
    var limits: [LineLimit] = []

    private(set) var tokens = 0.0
    private(set) var sent = 0
    private(set) var received = 0
    /// Since the last lease.
    private(set) var spent = 0.0
    private(set) var wasShort = false
    private var waiting: [() -> Void] = []
    /// Tells the leases that this one needs some.
    private let wake: () -> Void

    init(payer: RuleScope, territory: RuleScope, wake: @escaping () -> Void) {
        self.payer = payer
        self.territory = territory
        self.wake = wake
    }

    var isBound: Bool { !limits.isEmpty }
    /// What its bytes are leased with, in one question: all of its territory, whichever of its levels have a quota; everything
    /// where the platform has one.
    var tree: RuleScope { limits.first?.scope == .platform ? .platform : territory }
    var waiters: Int { waiting.count }

    /// The least of its own and its parents' ceilings, in bytes per second.
    var ceiling: Double { limits.map { Double($0.ceil) / 8 }.min() ?? .infinity }

    // MARK: Spending

    package func spend(_ bytes: Int, upload: Bool) {
        if upload { received += bytes } else { sent += bytes }
        guard isBound else { return }
        tokens -= Double(bytes)
        spent += Double(bytes)
        wake()
    }

    package func take(upTo wanted: Int) -> Int {
        guard isBound else {
            sent += wanted
            return wanted
        }
        guard tokens >= 1 else {
            wasShort = true
            wake()
            return 0
        }
        let count = min(wanted, Int(tokens))
        tokens -= Double(count)
        spent += Double(count)
        sent += count
        return count
    }

    package func giveBack(_ bytes: Int) {
        sent -= bytes
        guard isBound else { return }
        tokens += Double(bytes)
        spent -= Double(bytes)
    }

    /// A second's worth of debt: less is for heavy content to pay.
    package var isOverdrawn: Bool { isBound && tokens < -max(65_536, ceiling) }

    package func whenRefilled(_ body: @escaping () -> Void) {
        guard isBound else { return body() }
        waiting.append(body)
        wake()
    }

    // MARK: Leases

    /// What it could use in the next tick, over what it has.
    func wanted(tick: Double) -> Double {
        // Twice as much each time that somebody had to wait, until the ceiling is reached: what a stream can take is not known.
        let queued = Double(waiting.count) * 65_536
        let demand = wasShort ? max(queued, 2 * spent) : max(queued, 1.25 * spent)
        return max(0, min(demand, 2 * ceiling * tick) - tokens)
    }

    var isIdle: Bool { waiting.isEmpty && spent == 0 && tokens >= 0 }

    /// Takes what a lease gave; who waited goes on when there is something to take.
    func grant(_ bytes: Double) {
        // What was not used does not pile up: two ticks' worth at most, which the ceiling bounds as well.
        tokens = min(tokens + bytes, max(bytes * 2, 32_768))
        spent = 0
        wasShort = false
        if tokens >= 1 { release() }
    }

    /// Lets everybody go on, or look again.
    func release() {
        let woken = waiting
        waiting = []
        for body in woken { body() }
    }

    /// What was metered since the last call.
    func takeMeter() -> (sent: Int, received: Int) {
        defer { (sent, received) = (0, 0) }
        return (sent, received)
    }

    func forgetTokens() { tokens = min(tokens, 0) }
}

/// One level of the tree that a payer's bytes go through.
struct LineLimit: Hashable, Sendable {
    let scope: RuleScope
    /// Bits per second.
    let rate: Int
    let ceil: Int
}
