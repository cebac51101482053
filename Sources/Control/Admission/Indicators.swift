internal import Admission
internal import Runtime
internal import Web

/// What the last minutes of a territory say, and what could be done about it.
struct Indicators: Sendable {
    enum Advice: String, Sendable, CaseIterable {
        /// Requests fail or are late: fewer people at once.
        case lowerCap = "lower_cap"
        /// People wait and those inside are well served: more places.
        case raiseCap = "raise_cap"
        /// Requests are turned away to protect the others: more nodes, or fewer people.
        case addNodes = "add_nodes"
        /// The places are nearly taken.
        case watch
    }

    /// Below this part of good answers something is wrong.
    static let leastGood = 0.995
    /// From this part of the cap on it is worth looking.
    static let nearlyFull = 0.9
    /// Minutes that advice looks at.
    static let recent = 5

    let minutes: [AttendanceStore.Minute]
    let advice: [Advice]

    /// - Parameter inForce: the cap that the gate goes by; nil for none.
    init(_ minutes: [AttendanceStore.Minute], inForce: Int?, standing: SessionGate.Standing?, now: Int64) {
        self.minutes = minutes
        let latest = minutes.filter { now - $0.start < Int64(Self.recent) * 60_000_000 }
        let requests = latest.reduce(0) { $0 + $1.requests }
        let good = latest.reduce(0) { $0 + $1.good }
        let shed = latest.reduce(0) { $0 + $1.shed }
        // A few requests say nothing.
        let isBad = requests >= 100 && Double(good) < Self.leastGood * Double(requests)
        let waiting = standing?.waiting ?? latest.first?.waiting ?? 0
        var advice: [Advice] = []
        if isBad, inForce != nil { advice.append(.lowerCap) }
        if shed > 0, isBad { advice.append(.addNodes) }
        if waiting > 0, !isBad { advice.append(.raiseCap) }
        if let inForce, let standing, Double(standing.places) >= Self.nearlyFull * Double(inForce), waiting == 0 {
            advice.append(.watch)
        }
        self.advice = advice
    }
}

extension Indicators: JSONRepresentable {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.array("advice", advice.map(\.rawValue))
            writer.key("thresholds")
            writer.object { writer in
                writer.field("good_thousandths", Int(Indicators.leastGood * 1000))
                writer.field("places_thousandths", Int(Indicators.nearlyFull * 1000))
                writer.field("minutes", Indicators.recent)
            }
            writer.array("minutes", minutes) { writer, minute in
                writer.object { writer in
                    writer.field("start", Timestamp.iso8601(microseconds: minute.start))
                    writer.field("connected", minute.connected)
                    writer.field("waiting", minute.waiting)
                    writer.field("requests", minute.requests)
                    writer.field("good", minute.good)
                    writer.field("failed", minute.failed)
                    writer.field("shed", minute.shed)
                    writer.key("refused")
                    writer.object { writer in
                        for (rule, times) in minute.refused {
                            writer.key(escaping: rule)
                            writer.write(times)
                        }
                    }
                }
            }
        }
    }

    static let schema = Schema.named(
        "Indicators",
        .object([
            .required("advice", .array(of: .enumeration(Advice.self)), "What could be done now."),
            .required(
                "thresholds",
                .object([
                    .required("good_thousandths", .integer(), "Fewer good answers are an alert."),
                    .required("places_thousandths", .integer(), "As many of the places taken are worth a look."),
                    .required("minutes", .integer(), "That advice looks at."),
                ])),
            .required(
                "minutes",
                .array(
                    of: .object([
                        .required("start", .dateTime), .required("connected", .integer()),
                        .required("waiting", .integer()),
                        .required("requests", .integer()),
                        .required("good", .integer(), "Answered rightly within three seconds of reaching the front."),
                        .required("failed", .integer()), .required("shed", .integer()),
                        .required("refused", .map(of: .integer()), "By rule."),
                    ]), 0...1440), "The newest first; a minute without requests is missing."),
        ]))
}
