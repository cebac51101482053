/// When visits begin: a Poisson process whose rate follows a curve. Nothing that the platform does changes it, so that a slow
/// platform is not spared by clients that wait for it (coordinated omission).
package struct Arrivals: Sendable {
    /// A rate, in visits a second, at a time in seconds; straight lines in between, nothing before the first and after the last.
    package struct Point: Sendable, Equatable {
        package let time: Double
        package let rate: Double

        package init(time: Double, rate: Double) {
            self.time = time
            self.rate = rate
        }
    }

    private let points: [Point]
    private let highest: Double
    private var chance: Chance
    private var last: Double

    package init(_ points: [Point], seed: UInt64) {
        self.points = points.sorted { $0.time < $1.time }
        highest = points.map(\.rate).max() ?? 0
        chance = Chance(seed: seed)
        last = self.points.first?.time ?? 0
    }

    /// The time of the next visit; nil when there is none any more.
    package mutating func next() -> Double? {
        guard highest > 0, let end = points.last?.time else { return nil }
        // Thinning (Lewis and Shedler 1979): candidates at the highest rate, of which the curve keeps its part.
        while true {
            last += chance.exponential(rate: highest)
            guard last < end else { return nil }
            if chance.happens(rate(at: last) / highest) { return last }
        }
    }

    package func rate(at time: Double) -> Double {
        guard let after = points.firstIndex(where: { $0.time > time }), after > 0 else { return 0 }
        let (left, right) = (points[after - 1], points[after])
        return left.rate + (right.rate - left.rate) * (time - left.time) / (right.time - left.time)
    }

    /// As many people at once as asked for, from the end of `ramp` on: they come evenly during the ramp, and from the
    /// beginning each who leaves is on average followed by another one.
    /// - Parameters:
    ///   - users: in a visit at once, on average.
    ///   - visit: how long a visit lasts on average, in seconds.
    package static func holding(users: Double, visit: Double, ramp: Double, end: Double) -> [Point] {
        let coming = users / max(ramp, 1)
        let replaced = users / visit
        return [
            Point(time: 0, rate: coming), Point(time: ramp, rate: coming + replaced),
            Point(time: ramp, rate: replaced), Point(time: end, rate: replaced),
        ]
    }

    /// A day, or a part of it: so many visits an hour of the day, played `speed` times as fast.
    /// - Parameter hours: visits of each hour, from midnight.
    package static func day(_ hours: [Double], from first: Double, to last: Double, speed: Double) -> [Point] {
        guard hours.count == 24, first < last, speed > 0 else { return [] }
        // An hour's visits lie around its middle; the curve goes through the middles.
        func rate(_ hour: Double) -> Double {
            let place = hour - 0.5
            let lower = Int(place.rounded(.down))
            let share = place - Double(lower)
            return (hours[(lower + 24) % 24] * (1 - share) + hours[(lower + 25) % 24] * share) / 3600 * speed
        }
        let inside = (0...24).map { Double($0) + 0.5 }.filter { $0 > first && $0 < last }
        return ([first] + inside + [last]).map { Point(time: ($0 - first) * 3600 / speed, rate: rate($0)) }
    }
}
