/// Pauses between attempts that double up to a limit, each shortened by up to half at random so that many clients of one
/// server that comes back do not all arrive at once.
struct Backoff {
    private let delays: ClosedRange<Duration>
    private var attempts = 0

    init(_ delays: ClosedRange<Duration>) { self.delays = delays }

    mutating func next() -> Duration {
        let longest = min(delays.lowerBound * (1 << min(attempts, 20)), delays.upperBound)
        attempts += 1
        return longest * Double.random(in: 0.5...1)
    }

    mutating func reset() { attempts = 0 }
}
