/// Who visits, when, and what they do there: data, from published figures where there are any.
package struct Mix: Sendable {
    package struct Role: Sendable {
        package let name: String
        /// Visits of each hour of the day, from midnight, in any unit that all roles share.
        package let hours: [Double]
        /// On average; whoever reads decides after each page whether to go on.
        package let pagesPerVisit: Double
        package let think: Think
        /// How a visit begins: `warm`, with a session that is there, or one of the product's ways to sign in.
        package let entry: [(element: String, weight: Double)]
        package let first: String
        package let pages: [(element: String, weight: Double)]
        /// 0…1: of visits that end by signing out.
        package let signOut: Double
        /// 0…1: of visits by a browser that has none of the style sheets yet.
        package let coldCache: Double

        /// Seconds from the first page to the end of the last one's reading, on average.
        package var visitSeconds: Double { pagesPerVisit * think.mean }
    }

    /// The time from a page to the next one: log-normal.
    package struct Think: Sendable {
        /// Seconds.
        package let median: Double
        package let sigma: Double

        /// Seconds. e^(σ²/2), by its series: no more is needed, and Foundation's is not.
        package var mean: Double {
            let half = sigma * sigma / 2
            var (term, sum) = (1.0, 1.0)
            for step in 1..<30 {
                term *= half / Double(step)
                sum += term
            }
            return median * sum
        }
    }

    /// What somebody does who waits.
    package struct Patience: Sendable {
        /// Seconds until half of them, or `reload`, press F5. A right answer that comes later is an error, "late".
        package let limit: Double
        package let reload: Double
        /// Seconds between one F5 and the next.
        package let pause: Double
        package let mostReloads: Int
        /// Seconds until a browser gives up by itself.
        package let giveUp: Double
    }

    package let name: String
    package let about: String
    package let source: String
    package let roles: [Role]
    package let patience: Patience
    /// Whether browsers accept gzip, as all do; without it a run says what that costs.
    package let acceptsGzip: Bool

    /// How much of the visits of an hour each role has.
    package func shares(at hour: Int) -> [Double] {
        let weights = roles.map { $0.hours[hour] }
        let sum = weights.reduce(0, +)
        return weights.map { sum > 0 ? $0 / sum : 0 }
    }

    /// Visits of a day, in the unit of the hours.
    package var visits: Double { roles.reduce(0) { $0 + $1.hours.reduce(0, +) } }
}
