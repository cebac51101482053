package import Tenancy
package import Web

/// What applying did.
package struct ApplyResult: Sendable {
    /// What came of the new establishments of one shard.
    package struct Opening: Sendable {
        package let shard: ShardID
        package let opened: Int
        /// Why some of them wait: a code of the tenancy's errors; nil when none does.
        package let failure: String?
    }

    package let plan: Plan
    package let openings: [Opening]

    /// Whether something is left for the next application.
    package var isComplete: Bool { openings.allSatisfy { $0.failure == nil } }

    /// As people read it, in lines.
    package var text: String {
        var lines = [plan.text]
        if !plan.isEmpty { lines.append("Applied.") }
        for opening in openings {
            guard let failure = opening.failure else {
                lines.append("  \(opening.opened) opened on shard \(opening.shard)")
                continue
            }
            lines.append(
                "✗ shard \(opening.shard): \(failure); its new establishments wait: apply again once it is back")
        }
        return lines.joined(separator: "\n")
    }
}

extension ApplyResult.Opening {
    init(_ outcome: (shard: ShardID, result: Result<[EstablishmentID], any Error>)) {
        shard = outcome.shard
        switch outcome.result {
        case .success(let establishments):
            opened = establishments.count
            failure = nil
        case .failure(let error):
            opened = 0
            failure = ApplyResult.Opening.reason(error)
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error as? TenancyError {
        case .shardUnavailable: "it does not answer"
        case .shardBehind(_, let version, let needed): "it is at migration \(version), \(needed) is needed"
        case .timedOut: "it did not answer in time"
        case .overloaded: "too much waits for it"
        case .misplaced(let establishment, _): "it holds another placement of establishment \(establishment)"
        case .directoryUnavailable: "the directory does not answer"
        default: "\(error)"
        }
    }
}

extension ApplyResult: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("complete", isComplete)
            writer.field("plan", plan)
            writer.array("openings", openings) { writer, opening in
                writer.object { writer in
                    writer.field("shard", Int(opening.shard.rawValue))
                    writer.field("opened", opening.opened)
                    writer.field("failure", opening.failure)
                }
            }
        }
    }

    package static var schema: Schema {
        .named(
            "ApplyResult",
            .object([
                .required(
                    "complete", .boolean, "False when a shard could not take its new establishments: apply again."),
                .required("plan", Plan.schema),
                .required(
                    "openings",
                    .array(
                        of: .object([
                            .required("shard", .integer()), .required("opened", .integer(0...Int.max)),
                            .required("failure", .nullable(.text())),
                        ]))),
            ]))
    }
}
