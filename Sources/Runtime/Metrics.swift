internal import Synchronization

/// The process's metrics, in Prometheus text exposition format 0.0.4.
///
/// Labels are few and bounded (a shard, a route, a status class), never a person or an establishment: a metric's cost must
/// not grow with the number of either. Make the instrument once and keep it; recording is one atomic addition. Asking again
/// for the same name and labels gives the same instrument, so that the parts that every loop has count into one series.
package final class Metrics: Sendable {
    private struct Family {
        let help: String
        let kind: String
        var series: [Series] = []
    }

    private struct Series {
        let labels: String
        let instrument: any AnyObject & Sendable
        let read: @Sendable (_ name: String, _ labels: String) -> String
    }

    /// Several readers of one series: what each loop has, added up.
    private final class Readers: Sendable {
        private let readers = Mutex<[@Sendable () -> Int]>([])

        var sum: Int { readers.withLock { $0 }.reduce(0) { $0 + $1() } }
        func add(_ reader: @escaping @Sendable () -> Int) { readers.withLock { $0.append(reader) } }
    }

    private let families = Mutex<[String: Family]>([:])

    package init() {}

    /// A number that only goes up.
    package func counter(_ name: String, help: String, labels: [(String, String)] = []) -> Counter {
        instrument(name, help, "counter", labels, Counter()) { counter, name, labels in
            "\(name)\(labels) \(counter.value)\n"
        }
    }

    /// A number that goes up and down, set by its owner.
    package func gauge(_ name: String, help: String, labels: [(String, String)] = []) -> Gauge {
        instrument(name, help, "gauge", labels, Gauge()) { gauge, name, labels in "\(name)\(labels) \(gauge.value)\n" }
    }

    /// A gauge read when asked for; several with the same labels are added up.
    package func gauge(
        _ name: String, help: String, labels: [(String, String)] = [], _ read: @escaping @Sendable () -> Int
    ) {
        instrument(name, help, "gauge", labels, Readers()) { readers, name, labels in
            "\(name)\(labels) \(readers.sum)\n"
        }.add(read)
    }

    /// Durations in seconds, in fixed buckets.
    package func histogram(_ name: String, help: String, labels: [(String, String)] = []) -> Histogram {
        instrument(name, help, "histogram", labels, Histogram()) { histogram, name, labels in
            histogram.text(name, labels)
        }
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

    private func instrument<Instrument: AnyObject & Sendable>(
        _ name: String, _ help: String, _ kind: String, _ labels: [(String, String)], _ new: Instrument,
        _ read: @escaping @Sendable (Instrument, _ name: String, _ labels: String) -> String
    ) -> Instrument {
        let text = Metrics.text(of: labels)
        return families.withLock { families in
            var family = families[name] ?? Family(help: help, kind: kind)
            if let known = family.series.first(where: { $0.labels == text }) {
                guard let instrument = known.instrument as? Instrument else {
                    preconditionFailure("\(name) is two kinds of instrument")
                }
                return instrument
            }
            family.series.append(Series(labels: text, instrument: new) { read(new, $0, $1) })
            families[name] = family
            return new
        }
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

    package func record(_ duration: Duration) { record(microseconds: Int(clamping: duration.wholeNanoseconds / 1000)) }

    /// The same without the cost of a `Duration`, for what runs on every request.
    package func record(microseconds: Int) {
        sum.add(microseconds)
        var bucket = 0
        while bucket < Histogram.bounds.count, microseconds > Histogram.bounds[bucket] { bucket += 1 }
        buckets[bucket].add()
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
