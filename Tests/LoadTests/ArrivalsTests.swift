import Testing

@testable import Load

@Suite struct ArrivalsTests {
    private func times(_ points: [Arrivals.Point], seed: UInt64 = 1) -> [Double] {
        var arrivals = Arrivals(points, seed: seed)
        var times: [Double] = []
        while let time = arrivals.next() { times.append(time) }
        return times
    }

    @Test func areAPoissonProcess() {
        let times = times([Arrivals.Point(time: 0, rate: 50), Arrivals.Point(time: 1000, rate: 50)])
        // 50,000 expected, standard deviation 224.
        #expect(abs(times.count - 50_000) < 1200)
        #expect(times == times.sorted())
        var perSecond = [Int](repeating: 0, count: 1000)
        for time in times { perSecond[Int(time)] += 1 }
        let mean = Double(times.count) / 1000
        let variance = perSecond.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 1000
        #expect((0.85...1.15).contains(variance / mean), "a Poisson process scatters as much as it has on average")
    }

    @Test func followTheCurve() {
        let times = times([Arrivals.Point(time: 0, rate: 0), Arrivals.Point(time: 100, rate: 200)])
        let (early, late) = (times.count { $0 < 50 }, times.count { $0 >= 50 })
        // A triangle: a quarter of 10,000 in its first half.
        #expect(abs(early - 2500) < 250 && abs(late - 7500) < 450, "\(early), \(late)")
    }

    @Test func areTheSameForTheSameSeed() {
        let points = [Arrivals.Point(time: 0, rate: 5), Arrivals.Point(time: 50, rate: 5)]
        #expect(times(points, seed: 4) == times(points, seed: 4))
        #expect(times(points, seed: 4) != times(points, seed: 5))
    }

    @Test func nobodyComesWithoutACurve() {
        #expect(times([]).isEmpty)
        #expect(times([Arrivals.Point(time: 0, rate: 0), Arrivals.Point(time: 9, rate: 0)]).isEmpty)
    }

    /// Little's law, in a simulation of visits with geometric numbers of pages.
    @Test func holdAsManyAsAskedFor() {
        let (users, visit, ramp, end) = (1000.0, 200.0, 100.0, 900.0)
        var chance = Chance(seed: 9)
        let visits = times(Arrivals.holding(users: users, visit: visit, ramp: ramp, end: end)).map { start in
            (start, start + chance.exponential(rate: 1 / visit))
        }
        for moment in stride(from: ramp + 20, to: end, by: 100) {
            let present = visits.count { $0.0 <= moment && moment < $0.1 }
            #expect(abs(Double(present) - users) < 130, "\(present) at \(moment) s")
        }
    }

    @Test func aDayHasItsVisits() {
        let hours = (0..<24).map { Double($0 < 7 ? 0 : 3600) }
        let day = Arrivals.day(hours, from: 0, to: 24, speed: 48)
        #expect(day.last?.time == 1800)
        #expect(abs(times(day).count - 17 * 3600) < 2500)
        #expect(Arrivals.day(hours, from: 9, to: 8, speed: 1).isEmpty)
        #expect(Arrivals.day([1, 2], from: 0, to: 24, speed: 1).isEmpty)
    }

    @Test func chanceHasTheMeansThatItSays() {
        var chance = Chance(seed: 11)
        let count = 40_000
        let pages = (0..<count).map { _ in Double(chance.geometric(mean: 12.4)) }.reduce(0, +) / Double(count)
        #expect((12.0...12.8).contains(pages))
        let think = Mix.Think(median: 12, sigma: 0.8)
        let mean = (0..<count).map { _ in chance.logNormal(median: 12, sigma: 0.8) }.reduce(0, +) / Double(count)
        #expect(abs(mean - think.mean) < 0.5 && abs(think.mean - 16.53) < 0.01)
        let picks = (0..<count).count { _ in chance.pick([("a", 1), ("b", 0), ("c", 3)]) == "c" }
        #expect(abs(Double(picks) / Double(count) - 0.75) < 0.02)
        #expect(chance.pick([("b", 0)]) == nil)
    }
}
