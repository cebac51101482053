import Load
import Testing

@Suite struct LatencyHistogramTests {
    @Test func readsBackWithinOneSixtyFourth() {
        var chance = Chance(seed: 3)
        var values: [UInt64] = []
        var histogram = LatencyHistogram()
        for _ in 0..<50_000 {
            let value = UInt64(chance.logNormal(median: 20_000, sigma: 2))
            values.append(min(value, LatencyHistogram.largest))
            histogram.record(microseconds: value)
        }
        values.sort()
        for share in [0.01, 0.5, 0.9, 0.99, 0.999, 1] {
            let exact = values[max(0, Int((share * 50_000).rounded(.up)) - 1)]
            let read = histogram.value(at: share)
            #expect(read >= exact && Double(read) <= Double(exact) * (1 + 1.0 / 64), "\(share): \(read), \(exact)")
        }
        #expect(histogram.maximum == values.last)
    }

    @Test(arguments: [0, 1, 127, 128, 129, 255, 256, 1_000_000, LatencyHistogram.largest, .max] as [UInt64])
    func takesEveryValue(_ value: UInt64) {
        var histogram = LatencyHistogram()
        histogram.record(microseconds: value)
        #expect(histogram.value(at: 0.5) == min(value, LatencyHistogram.largest))
        #expect(histogram.count == 1)
    }

    @Test func isEmptyAtFirst() {
        #expect(LatencyHistogram().value(at: 0.99) == 0)
        #expect(LatencyHistogram().mean == 0)
    }

    @Test func mergesAndTravelsWithoutLoss() throws {
        var (one, other, both) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
        for value in stride(from: UInt64(1), to: 3_000_000, by: 1117) {
            if value.isMultiple(of: 2) { one.record(microseconds: value) } else { other.record(microseconds: value) }
            both.record(microseconds: value)
        }
        one.merge(try through(other))
        #expect(one == both)
    }

    @Test func refusesABucketThatThereIsNot() {
        #expect(throws: (any Error).self) { try decode(#"{"maximum":1,"sum":1,"pairs":[99999999,1]}"#) }
        #expect(throws: (any Error).self) { try decode(#"{"maximum":1,"sum":1,"pairs":[1,99999999999]}"#) }
    }
}
