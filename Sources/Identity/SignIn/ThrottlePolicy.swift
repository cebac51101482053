/// How failures of one kind slow the next attempt down: nothing for the first few, then twice as long after each, up to a
/// quarter of an hour; never for good, or a pupil could lock a teacher out.
struct ThrottlePolicy: Sendable {
    /// Failures without a consequence.
    let free: Int
    let longest: Int

    /// Failures are forgotten when none is added for so long; seconds.
    static let memory = 3600

    /// Someone who tries passwords from one place.
    static let pair = ThrottlePolicy(free: 5, longest: 900)
    /// Someone who tries them from many. High enough that no single place gets there: by then it waits a quarter of an hour
    /// for each attempt, so it cannot close the account to its owner elsewhere.
    static let account = ThrottlePolicy(free: 20, longest: 900)

    /// How long to wait after this many failures; seconds.
    func delay(after failures: Int) -> Int {
        guard failures >= free else { return 0 }
        return min(longest, 1 << min(20, failures - free))
    }
}
