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
        /// Requests are turned away to protect the others, or find no node at all: more nodes, or fewer people.
        case addNodes = "add_nodes"
        /// The places are nearly taken.
        case watch
    }

    let thresholds: AlertThresholds
    let minutes: [AttendanceStore.Minute]
    /// Of the platform; nil where nobody asks the front.
    let front: [FrontWatch.Minute]?
    let advice: [Advice]

    /// - Parameters:
    ///   - front: what it answered by itself, the newest first; nil where nobody asks it.
    ///   - inForce: the cap that the gate goes by; nil for none.
    init(
        _ minutes: [AttendanceStore.Minute], front: [FrontWatch.Minute]?, inForce: Int?,
        standing: SessionGate.Standing?, _ thresholds: AlertThresholds, now: Int64
    ) {
        self.minutes = minutes
        self.front = front
        self.thresholds = thresholds
        let since = now - Int64(thresholds.minutes) * 60_000_000
        let latest = minutes.filter { $0.start > since }
        let requests = latest.reduce(0) { $0 + $1.requests }
        let good = latest.reduce(0) { $0 + $1.good }
        let shed = latest.reduce(0) { $0 + $1.shed }
        // A few requests say nothing.
        let isBad = requests >= 100 && good * 1000 < thresholds.good * requests
        let passed = (front ?? []).filter { $0.start > since }
        let (asked, unanswered) = passed.reduce((0, 0)) { ($0.0 + $1.requests, $0.1 + $1.failed) }
        let isFrontBad = asked >= 100 && unanswered * 1000 > (1000 - thresholds.good) * asked
        let waiting = standing?.waiting ?? latest.first?.waiting ?? 0
        var advice: [Advice] = []
        if isBad, inForce != nil { advice.append(.lowerCap) }
        if shed > 0 && isBad || isFrontBad { advice.append(.addNodes) }
        if waiting > 0, !isBad, !isFrontBad { advice.append(.raiseCap) }
        if let inForce, let standing, standing.places * 1000 >= thresholds.places * inForce, waiting == 0 {
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
                writer.field("good_thousandths", thresholds.good)
                writer.field("places_thousandths", thresholds.places)
                writer.field("minutes", thresholds.minutes)
            }
            if let front {
                writer.array("front", front) { writer, minute in
                    writer.object { writer in
                        writer.field("start", Timestamp.iso8601(microseconds: minute.start))
                        writer.field("requests", minute.requests)
                        writer.field("failed", minute.failed)
                    }
                }
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
            .optional(
                "front",
                .array(
                    of: .object([
                        .required("start", .dateTime), .required("requests", .integer(), "That reached the front."),
                        .required("failed", .integer(), "Answers 5xx that the front gave by itself, without a node."),
                    ]), 0...1440),
                "Of the whole platform, in every territory's answer: the front does not know whose site a request was for. Since this service started; absent where it does not ask the front."
            ),
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
