internal import Runtime
internal import Synchronization

/// Counters of single sign-on.
final class SingleSignOnInstruments: Sendable {
    let told: Counter
    let untold: Counter
    let dropped: Counter
    private let metrics: Metrics
    private let outcomes = Mutex<[String: Counter]>([:])

    init(_ metrics: Metrics) {
        self.metrics = metrics
        func signOuts(_ result: String) -> Counter {
            metrics.counter(
                "preau_sso_sign_outs_total", help: "Sign-outs that partners were to be told of.",
                labels: [("result", result)])
        }
        told = signOuts("told")
        untold = signOuts("failed")
        dropped = signOuts("dropped")
    }

    func count(_ kind: PartnerService.Kind, _ outcome: StaticString) {
        let key = kind.rawValue + " " + outcome.description
        let counter = outcomes.withLock { outcomes in
            if let counter = outcomes[key] { return counter }
            let counter = metrics.counter(
                "preau_sso_answers_total", help: "What services were answered.",
                labels: [("protocol", kind.rawValue), ("outcome", outcome.description)])
            outcomes[key] = counter
            return counter
        }
        counter.add()
    }
}
