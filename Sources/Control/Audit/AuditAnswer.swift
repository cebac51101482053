internal import Runtime
internal import Tenancy
internal import Web

/// An administrative act in the admin API.
struct AuditAnswer: JSONRepresentable, Sendable {
    let record: AuditRecord
    let uai: UAI?

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("number", record.number)
            writer.field("at", Timestamp.iso8601(microseconds: record.at))
            writer.field("actor_kind", record.actorKind)
            writer.field("actor", record.actor)
            writer.field("address", record.address)
            writer.field("action", record.action)
            writer.field("scope", record.scope)
            writer.field("establishment", uai?.rawValue)
            writer.field("target", record.target)
            writer.key("before")
            (record.before ?? .null).write(to: &writer)
            writer.key("after")
            (record.after ?? .null).write(to: &writer)
            writer.field("request_id", record.requestID)
        }
    }

    static let schema = Schema.named(
        "AuditRecord",
        .object([
            .required("number", .integer()), .required("at", .dateTime),
            .required("actor_kind", .enumeration(["account", "token", "system"])), .required("actor", .text()),
            .required("address", .text(), "Where the request came from; empty for what the platform does by itself."),
            .required("action", .text()), .required("scope", .text(), "The territory; empty for the platform."),
            .required("establishment", .nullable(.uai)), .required("target", .text()),
            .required("before", .any), .required("after", .any), .required("request_id", .text()),
        ]))

    // MARK: CSV

    static let csvHead =
        "number,at,actor_kind,actor,address,action,scope,establishment,target,before,after,request_id\r\n"

    var csvLine: String {
        let cells = [
            String(record.number), Timestamp.iso8601(microseconds: record.at), record.actorKind, record.actor,
            record.address, record.action, record.scope, uai?.rawValue ?? "", record.target,
            record.before.map { $0.serialized } ?? "", record.after.map { $0.serialized } ?? "", record.requestID,
        ]
        return cells.map(AuditAnswer.cell).joined(separator: ",") + "\r\n"
    }

    /// A spreadsheet takes what begins so for a formula: an apostrophe makes it a text.
    private static func cell(_ text: String) -> String {
        let text = text.first.map { "=+-@\t\r".contains($0) } ?? false ? "'" + text : text
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
