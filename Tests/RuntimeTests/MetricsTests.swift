import Runtime
import Testing

@Suite struct MetricsTests {
    @Test func writesTheTextThatPrometheusReads() {
        let metrics = Metrics()
        metrics.counter("b_total", help: "Counts.", labels: [("kind", "a\"b\\c\nd")]).add(3)
        metrics.gauge("a_level", help: "Stands.").set(-2)
        metrics.gauge("c_level", help: "Read.") { 7 }
        #expect(
            metrics.text == #"""
                # HELP a_level Stands.
                # TYPE a_level gauge
                a_level -2
                # HELP b_total Counts.
                # TYPE b_total counter
                b_total{kind="a\"b\\c\nd"} 3
                # HELP c_level Read.
                # TYPE c_level gauge
                c_level 7

                """#)
    }

    @Test func fillsCumulativeBuckets() {
        let metrics = Metrics()
        let histogram = metrics.histogram("t_seconds", help: "Time.", labels: [("route", "x")])
        for duration in [
            Duration.microseconds(100), .microseconds(250), .microseconds(251), .seconds(30), .seconds(-1),
        ] {
            histogram.record(duration)
        }
        let lines = metrics.text.split(separator: "\n").map(String.init)
        #expect(lines.contains(#"t_seconds_bucket{route="x",le="0.00025"} 3"#))
        #expect(lines.contains(#"t_seconds_bucket{route="x",le="0.0005"} 4"#))
        #expect(lines.contains(#"t_seconds_bucket{route="x",le="10.0"} 4"#))
        #expect(lines.contains(#"t_seconds_bucket{route="x",le="+Inf"} 5"#))
        #expect(lines.contains(#"t_seconds_sum{route="x"} 30.000601"#))
        #expect(lines.contains(#"t_seconds_count{route="x"} 5"#))
        // Each bucket holds at least what the one before it does.
        let counts = lines.filter { $0.contains("_bucket") }.compactMap { Int($0.split(separator: " ").last ?? "") }
        #expect(counts == counts.sorted() && counts.count > 10)
    }

    @Test func givesTheSameInstrumentToEveryLoop() async {
        let metrics = Metrics()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = metrics.counter("n_total", help: "N.")
                    for _ in 0..<1000 { counter.add() }
                    metrics.gauge("sum", help: "Sum.") { 5 }
                }
            }
        }
        #expect(metrics.text.contains("n_total 8000\n"))
        #expect(metrics.text.contains("sum 40\n"))
        #expect(metrics.text.split(separator: "\n").count { $0.hasPrefix("n_total") } == 1)
    }

    @Test func writesEachSeriesOnce() {
        let metrics = Metrics()
        metrics.counter("a_total", help: "A.", labels: [("kind", "x\"y")]).add(2)
        metrics.counter("a_total", help: "A.", labels: [("kind", "x\"y")]).add()
        metrics.counter("a_total", help: "A.").add(5)
        metrics.gauge("b", help: "B.").set(-1)
        #expect(
            metrics.text == """
                # HELP a_total A.
                # TYPE a_total counter
                a_total{kind="x\\"y"} 3
                a_total 5
                # HELP b B.
                # TYPE b gauge
                b -1

                """)
    }

    @Test func addsReadersUp() {
        let metrics = Metrics()
        metrics.gauge("c", help: "C.") { 2 }
        metrics.gauge("c", help: "C.") { 40 }
        #expect(metrics.text.hasSuffix("\nc 42\n"))
    }

    @Test func sharesHistograms() {
        let metrics = Metrics()
        metrics.histogram("d_seconds", help: "D.").record(.milliseconds(1))
        metrics.histogram("d_seconds", help: "D.").record(.milliseconds(2))
        #expect(metrics.text.contains("d_seconds_count 2\n"))
        #expect(metrics.text.contains("d_seconds_bucket{le=\"0.001\"} 1\n"))
    }
}
