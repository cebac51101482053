/// What happened: of one step, or of all of them, in one second or in a run.
package struct StepTally: Sendable, Codable, Equatable {
    /// Requests that ended, each F5 apart.
    package var done = 0
    /// The right content, within the limit.
    package var right = 0
    package var bytes = 0
    /// From the time at which somebody meant to ask to the last byte of the right answer, late ones too.
    package var latency = LatencyHistogram()
    /// By kind.
    package var errors: [String: Int] = [:]

    package init() {}

    /// Kinds told apart at most: the rest is "other".
    private static let mostKinds = 100

    package mutating func fail(_ kind: String) {
        done += 1
        errors[errors.count < StepTally.mostKinds || errors[kind] != nil ? kind : "other", default: 0] += 1
    }

    package mutating func merge(_ other: StepTally) {
        done += other.done
        right += other.right
        bytes += other.bytes
        latency.merge(other.latency)
        for (kind, count) in other.errors {
            errors[errors.count < StepTally.mostKinds || errors[kind] != nil ? kind : "other", default: 0] += count
        }
    }
}

package struct Tally: Sendable, Codable, Equatable {
    package var steps: [String: StepTally] = [:]
    package var visitsBegun = 0
    package var visitsEnded = 0
    /// Visits that ended because nothing came, or nothing right.
    package var visitsAbandoned = 0
    /// Arrivals for whom nobody was left: everybody of the role was there already.
    package var nobodyLeft = 0
    package var reloads = 0
    /// How much later than meant requests were sent: the generator's own delay, which the latencies have in them.
    package var delay = LatencyHistogram()

    package init() {}

    package mutating func merge(_ other: Tally) {
        for (name, step) in other.steps { steps[name, default: StepTally()].merge(step) }
        visitsBegun += other.visitsBegun
        visitsEnded += other.visitsEnded
        visitsAbandoned += other.visitsAbandoned
        nobodyLeft += other.nobodyLeft
        reloads += other.reloads
        delay.merge(other.delay)
    }

    package var all: StepTally {
        var sum = StepTally()
        for step in steps.values { sum.merge(step) }
        return sum
    }
}

/// What a process of a run says of one second, a line of JSON each.
package struct Second: Sendable, Codable {
    /// Since the beginning of the run; the tally is of the second before.
    package var time: Int
    package var tally = Tally()
    package var inVisit = 0
    package var connections = 0
    package var waiting = 0
    package var reconnects = 0
    /// Seconds of processor time so far.
    package var processor = 0.0
    package var isLast = false

    package mutating func merge(_ other: Second) {
        tally.merge(other.tally)
        inVisit += other.inVisit
        connections += other.connections
        waiting += other.waiting
        reconnects += other.reconnects
        processor += other.processor
    }
}
