import Testing

@testable import Runtime

@Suite struct MetricsTests {
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
