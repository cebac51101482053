internal import Runtime

struct SignInInstruments: Sendable {
    let succeeded: Counter
    let failed: Counter
    let throttled: Counter
    let impossible: Counter

    init(_ metrics: Metrics) {
        func counter(_ result: String) -> Counter {
            metrics.counter(
                "preau_identity_sign_ins_total", help: "Attempts to sign in.", labels: [("result", result)])
        }
        succeeded = counter("succeeded")
        failed = counter("failed")
        throttled = counter("throttled")
        impossible = counter("impossible")
    }
}
