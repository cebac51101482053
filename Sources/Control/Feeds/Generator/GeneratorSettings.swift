package import Tenancy

/// What an invented academy is like.
package struct GeneratorSettings: Sendable {
    package enum Encoding: String, Sendable, CaseIterable {
        case utf8 = "utf-8"
        case latin1 = "iso-8859-1"
        case latin9 = "iso-8859-15"
        /// ASCII with `&#233;`.
        case entities
        /// UTF-8 encoded twice, as some exports are.
        case mojibake
        /// Says UTF-8 and is Windows-1252.
        case wrong
    }

    package enum Degree: String, Sendable, CaseIterable {
        case first = "1d"
        case second = "2d"
    }

    /// About so many people in all.
    package var people = 2000
    package var seed: UInt64 = 1
    /// The academy's number.
    package var academy = "24"
    /// Of the department of the invented UAI.
    package var department = "77"
    package var degree = Degree.second
    package var encoding = Encoding.utf8
    /// Pupils of a collège or school.
    package var schoolSize = 480
    /// How far the year has gone on: each day a few come, go and change.
    package var day = 0
    /// Only what changed since the day before.
    package var isDelta = false
    /// The mistakes of real deliveries, a few of each.
    package var hasOddities = false
    /// People in one file.
    package var perFile = 20_000
    /// Establishments to use before any is invented.
    package var uais: [UAI] = []
    /// `20261126`
    package var date = "20260901"

    package init() {}
}

/// Numbers that look drawn and are the same each time: SplitMix64 of a seed and a place.
struct Draw {
    private var state: UInt64

    init(_ seed: UInt64, _ parts: Int...) {
        state = seed &* 0x9e37_79b9_7f4a_7c15
        for part in parts {
            state ^= UInt64(bitPattern: Int64(part)) &* 0xbf58_476d_1ce4_e5b9
            _ = next()
        }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Below `bound`.
    mutating func below(_ bound: Int) -> Int { bound <= 1 ? 0 : Int(next() % UInt64(bound)) }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }
}
