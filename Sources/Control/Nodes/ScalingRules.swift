/// How many nodes there should be: from the school day, which is known beforehand, and from what the front measures.
package struct ScalingRules: Sendable, Equatable {
    /// At least so many nodes on these days, between these times.
    package struct Period: Sendable, Equatable {
        /// 1 for Monday to 7.
        package let days: Set<Int>
        /// Since midnight.
        package let minutes: Range<Int>
        package let nodes: Int

        package init(days: Set<Int>, minutes: Range<Int>, nodes: Int) {
            self.days = days
            self.minutes = minutes
            self.nodes = nodes
        }
    }

    package let least: Int
    package let most: Int
    /// How long before a period its nodes are started: the bell must find them warm.
    package let minutesAhead: Int
    package let periods: [Period]

    /// Above it nodes are added; it is the share of what the nodes say that they do well at once.
    static let full = 0.7
    /// With one node less still below it: nodes are taken away.
    static let idle = 0.4
    /// For so long.
    static let patience: Duration = .seconds(300)

    package init(least: Int, most: Int, minutesAhead: Int = 20, periods: [Period] = []) {
        self.least = least
        self.most = most
        self.minutesAhead = minutesAhead
        self.periods = periods
    }

    /// What the clock asks for. - Parameters: weekday 1 for Monday; minute since midnight.
    package func planned(weekday: Int, minute: Int) -> Int {
        let wanted =
            periods.lazy.filter { period in
                period.days.contains(weekday)
                    && (period.minutes.contains(minute)
                        || (minute..<minute + minutesAhead).contains(period.minutes.lowerBound))
            }.map(\.nodes).max() ?? 0
        return min(max(wanted, least), most)
    }

    /// What the front measures, at one moment.
    package struct Load: Sendable, Equatable {
        package let serving: Int
        /// Requests being answered, and those that wait for a node.
        package let busy: Int
        package let waiting: Int
        /// Requests at once that the serving nodes say they do well.
        package let places: Int

        package init(serving: Int, busy: Int, waiting: Int, places: Int) {
            self.serving = serving
            self.busy = busy
            self.waiting = waiting
            self.places = places
        }

        var share: Double { places > 0 ? Double(busy + waiting) / Double(places) : 0 }
    }

    /// How many nodes there should be now.
    /// - Parameters:
    ///   - planned: by the clock.
    ///   - calm: for how long fewer nodes would have been enough.
    package func wanted(_ load: Load, planned: Int, calm: Duration) -> Int {
        let floor = min(max(planned, least), most)
        guard load.serving > 0 else { return floor }
        if load.share > ScalingRules.full || load.waiting > 0 {
            let needed = (Double(load.serving) * max(load.share, ScalingRules.full) / ScalingRules.full).rounded(.up)
            // Twice as many at most in one step: what is measured while a queue empties is not what is needed.
            return min(max(floor, Int(needed), load.serving + 1), max(2 * load.serving, floor), most)
        }
        if isIdle(load), calm >= ScalingRules.patience { return min(max(floor, load.serving - 1), most) }
        return min(max(floor, load.serving), most)
    }

    /// Whether one node less would be enough.
    package func isIdle(_ load: Load) -> Bool {
        load.serving > 1 && load.waiting == 0
            && load.share * Double(load.serving) / Double(load.serving - 1) < ScalingRules.idle
    }
}
