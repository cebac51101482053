internal import Runtime
internal import Synchronization

/// Counters of single sign-on.
final class SingleSignOnInstruments: Sendable {
    let told: Counter
    let untold: Counter
    let dropped: Counter
    private let metrics: Metrics
    private let outcomes = Mutex<[Outcome]>([])

    private struct Outcome: @unchecked Sendable {
        // Safety: the pointer is to a literal of the program, and is compared only.
        let kind: PartnerService.Kind
        let outcome: UnsafePointer<UInt8>
        let counter: Counter
    }

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
        outcomes.withLock { outcomes in
            // A handful, each a literal of the program: found by where it is, without making a text of it.
            for known in outcomes where known.kind == kind && known.outcome == outcome.utf8Start {
                return known.counter
            }
            let counter = metrics.counter(
                "preau_sso_answers_total", help: "What services were answered.",
                labels: [("protocol", kind.rawValue), ("outcome", outcome.description)])
            outcomes.append(Outcome(kind: kind, outcome: outcome.utf8Start, counter: counter))
            return counter
        }.add()
    }
}
