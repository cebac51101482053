/// How often each duration occurred, in the manner of HdrHistogram: values of one power of two share 64 equal buckets, so that a
/// reading is at most 1/64 too high, whatever its size, and merging loses nothing.
///
/// Microseconds, up to 2^32 (71 minutes); longer ones count as that.
package struct LatencyHistogram: Sendable, Equatable {
    package static let largest: UInt64 = 1 << 32
    private static let bucketCount = index(of: largest) + 1

    package private(set) var count = 0
    package private(set) var maximum: UInt64 = 0
    private var sum: UInt64 = 0
    private var buckets: [UInt64] = []

    package init() {}

    package mutating func record(microseconds value: UInt64) {
        let value = min(value, LatencyHistogram.largest)
        if buckets.isEmpty { buckets = Array(repeating: 0, count: LatencyHistogram.bucketCount) }
        buckets[LatencyHistogram.index(of: value)] += 1
        count += 1
        sum += value
        maximum = max(maximum, value)
    }

    package mutating func merge(_ other: LatencyHistogram) {
        guard other.count > 0 else { return }
        if buckets.isEmpty { buckets = Array(repeating: 0, count: LatencyHistogram.bucketCount) }
        for (index, occurrences) in other.buckets.enumerated() { buckets[index] += occurrences }
        count += other.count
        sum += other.sum
        maximum = max(maximum, other.maximum)
    }

    /// The least value, in microseconds, that so large a share of all is not above; 0 when there is none.
    /// - Parameter share: 0…1.
    package func value(at share: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        let rank = max(1, Int((share * Double(count)).rounded(.up)))
        var seen = 0
        for (index, occurrences) in buckets.enumerated() {
            seen += Int(occurrences)
            if seen >= rank { return min(maximum, LatencyHistogram.upperBound(of: index)) }
        }
        return maximum
    }

    /// Microseconds.
    package var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

    private static func index(of value: UInt64) -> Int {
        guard value >= 128 else { return Int(value) }
        let shift = UInt64(63 - value.leadingZeroBitCount) - 6
        return 128 + Int(shift - 1) * 64 + Int(value >> shift) - 64
    }

    private static func upperBound(of index: Int) -> UInt64 {
        guard index >= 128 else { return UInt64(index) }
        let shift = UInt64((index - 128) / 64 + 1)
        return ((UInt64((index - 128) % 64 + 64) + 1) << shift) - 1
    }
}

/// As pairs of bucket and occurrences, so that a second with few values is a short line.
extension LatencyHistogram: Codable {
    private struct Sparse: Codable {
        let maximum: UInt64
        let sum: UInt64
        let pairs: [UInt64]
    }

    package init(from decoder: any Decoder) throws {
        self.init()
        let sparse = try Sparse(from: decoder)
        guard !sparse.pairs.isEmpty else { return }
        buckets = Array(repeating: 0, count: LatencyHistogram.bucketCount)
        for place in stride(from: 0, to: sparse.pairs.count - 1, by: 2) {
            let (index, occurrences) = (sparse.pairs[place], sparse.pairs[place + 1])
            guard index < LatencyHistogram.bucketCount, occurrences <= UInt64(Int32.max) else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "no bucket of a histogram"))
            }
            buckets[Int(index)] += occurrences
            count += Int(occurrences)
        }
        maximum = sparse.maximum
        sum = sparse.sum
    }

    package func encode(to encoder: any Encoder) throws {
        var pairs: [UInt64] = []
        for (index, occurrences) in buckets.enumerated() where occurrences > 0 {
            pairs.append(UInt64(index))
            pairs.append(occurrences)
        }
        try Sparse(maximum: maximum, sum: sum, pairs: pairs).encode(to: encoder)
    }
}
