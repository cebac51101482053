internal import Glibc

/// Numbers that look drawn and are the same for the same seed (SplitMix64), in the shapes that a model of visits needs.
package struct Chance: Sendable, RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// 0 ≤ value < 1.
    package mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// - Parameter probability: 0…1.
    package mutating func happens(_ probability: Double) -> Bool { fraction() < probability }

    /// The time to the next of events that happen independently, on average `rate` a second.
    package mutating func exponential(rate: Double) -> Double { -log(1 - fraction()) / rate }

    /// Log-normal: half of the values are below `median`; `sigma` is the standard deviation of their logarithm.
    package mutating func logNormal(median: Double, sigma: Double) -> Double {
        // Box and Muller.
        let normal = (-2 * log(1 - fraction())).squareRoot() * cos(2 * .pi * fraction())
        return median * exp(sigma * normal)
    }

    /// 1, 2, 3 …: how many pages a visit has whose readers leave after each with the same probability; `mean` on average.
    package mutating func geometric(mean: Double) -> Int {
        guard mean > 1 else { return 1 }
        return 1 + Int(log(1 - fraction()) / log(1 - 1 / mean))
    }

    /// One of several, each as likely as its weight.
    package mutating func pick<Element>(_ choices: [(element: Element, weight: Double)]) -> Element? {
        var left = fraction() * choices.reduce(0) { $0 + $1.weight }
        for choice in choices where choice.weight > 0 {
            left -= choice.weight
            if left < 0 { return choice.element }
        }
        return choices.last { $0.weight > 0 }?.element
    }
}
