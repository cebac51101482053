internal import Runtime

/// What admission counts. By class, never by territory: a metric's cost must not grow with their number.
struct AdmissionInstruments {
    let admitted: [Counter]
    let waiting: [Counter]
    let blind: Counter
    let late: Counter
    let refusedByRule: Counter
    let unlogged: Counter

    init(_ metrics: Metrics) {
        admitted = (0...3).map {
            metrics.counter(
                "preau_admission_admitted_total", help: "Places given at sign-in, by class.",
                labels: [("class", "\($0)")])
        }
        waiting = (0...3).map {
            metrics.counter(
                "preau_admission_waits_total", help: "Answers of the waiting room, by class.",
                labels: [("class", "\($0)")])
        }
        blind = metrics.counter(
            "preau_admission_blind_total", help: "Newcomers let in while Redis could not be asked.")
        late = metrics.counter(
            "preau_admission_late_total",
            help: "Newcomers told to wait because Redis answered others, and them too late.")
        refusedByRule = metrics.counter(
            "preau_admission_refused_total", help: "Sign-ins and requests refused by a calendar rule.")
        unlogged = metrics.counter(
            "preau_admission_unlogged_total",
            help: "Decisions that are missing in the log: too many while Redis could not be told.")
    }
}
