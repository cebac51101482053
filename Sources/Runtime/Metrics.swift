internal import Synchronization

/// The process's metrics, in Prometheus text exposition format 0.0.4.
///
/// Labels are few and bounded (a shard, a route, a status class), never a person or an establishment: a metric's cost must
/// not grow with the number of either. Make the instrument once and keep it; recording is one atomic addition.
package final class Metrics: Sendable {
    private struct Family {
        let help: String
        let kind: String
        var series: [(labels: String, read: @Sendable (_ name: String, _ labels: String) -> String)] = []
    }

    private let families = Mutex<[String: Family]>([:])

    package init() {}

    /// A number that only goes up.
    package func counter(_ name: String, help: String, labels: [(String, String)] = []) -> Counter {
        let counter = Counter()
        add(name, help, "counter", labels) { "\($0)\($1) \(counter.value)\n" }
        return counter
    }

    /// A number that goes up and down, set by its owner.
    package func gauge(_ name: String, help: String, labels: [(String, String)] = []) -> Gauge {
        let gauge = Gauge()
        add(name, help, "gauge", labels) { "\($0)\($1) \(gauge.value)\n" }
        return gauge
    }

    /// A gauge read when asked for.
    package func gauge(
        _ name: String, help: String, labels: [(String, String)] = [], _ read: @escaping @Sendable () -> Int
    ) {
        add(name, help, "gauge", labels) { "\($0)\($1) \(read())\n" }
    }

    /// Durations in seconds, in fixed buckets.
    package func histogram(_ name: String, help: String, labels: [(String, String)] = []) -> Histogram {
        let histogram = Histogram()
        add(name, help, "histogram", labels) { histogram.text($0, $1) }
        return histogram
    }

    /// Every family, sorted by name.
    package var text: String {
        families.withLock { families in
            families.sorted { $0.key < $1.key }.map { name, family in
                "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind)\n"
                    + family.series.map { $0.read(name, $0.labels) }.joined()
            }.joined()
        }
    }

    private func add(
        _ name: String, _ help: String, _ kind: String, _ labels: [(String, String)],
        _ read: @escaping @Sendable (String, String) -> String
    ) {
        let text = Metrics.text(of: labels)
        families.withLock { $0[name, default: Family(help: help, kind: kind)].series.append((text, read)) }
    }

    static func text(of labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { name, value in
            let escaped = value.map { $0 == "\\" ? "\\\\" : $0 == "\"" ? "\\\"" : $0 == "\n" ? "\\n" : String($0) }
            return "\(name)=\"\(escaped.joined())\""
        }
        return "{" + pairs.joined(separator: ",") + "}"
    }
}

package final class Counter: Sendable {
    private let storage = Atomic(0)

    init() {}

    package var value: Int { storage.load(ordering: .relaxed) }
    package func add(_ amount: Int = 1) { storage.add(amount, ordering: .relaxed) }
}

package final class Gauge: Sendable {
    private let storage = Atomic(0)

    init() {}

    package var value: Int { storage.load(ordering: .relaxed) }
    package func set(_ value: Int) { storage.store(value, ordering: .relaxed) }
    package func add(_ amount: Int) { storage.add(amount, ordering: .relaxed) }
}

package final class Histogram: Sendable {
    /// Upper bounds in microseconds, from 250 µs to 10 s.
    private static let bounds: [Int] = [
        250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
        10_000_000,
    ]

    private let buckets: [Counter] = (0...Histogram.bounds.count).map { _ in Counter() }
    private let sum = Counter()

    init() {}

    package func record(_ duration: Duration) {
        let microseconds = Int(clamping: duration.wholeNanoseconds / 1000)
        sum.add(microseconds)
        buckets[Histogram.bounds.firstIndex { microseconds <= $0 } ?? Histogram.bounds.count].add()
    }

    func text(_ name: String, _ labels: String) -> String {
        func line(_ bound: String, _ count: Int) -> String {
            let inner = labels.isEmpty ? "" : labels.dropFirst().dropLast() + ","
            return "\(name)_bucket{\(inner)le=\"\(bound)\"} \(count)\n"
        }
        var total = 0
        var text = ""
        for (bound, bucket) in zip(Histogram.bounds, buckets) {
            total += bucket.value
            text += line(String(Double(bound) / 1e6), total)
        }
        total += buckets[Histogram.bounds.count].value
        text += line("+Inf", total)
        return text + "\(name)_sum\(labels) \(Double(sum.value) / 1e6)\n\(name)_count\(labels) \(total)\n"
    }
}
