internal import Runtime
internal import Web

/// A person's sessions as the API lists them.
struct SessionListAnswer: JSONRepresentable {
    let sessions: [SessionSummary]
    let current: SessionID

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.array("items", sessions) { writer, session in
                writer.object { writer in
                    writer.field("id", session.id.rawValue)
                    writer.field("client", session.client)
                    writer.field("current", session.id == current)
                    writer.field("new_device", session.isNewDevice)
                    writer.field("started_at", Timestamp.iso8601(microseconds: session.startedAt * 1_000_000))
                    writer.field("seen_at", session.seenAt.map { Timestamp.iso8601(microseconds: $0 * 1_000_000) })
                }
            }
        }
    }

    static var schema: Schema {
        .openObject([
            .required(
                "items",
                .array(
                    of: .openObject([
                        .required("id", .uuid), .required("client", .text(), "Browser and system; may be empty."),
                        .required("current", .boolean, "The session of this request."),
                        .required("new_device", .boolean, "Never used before by this person, who had used others."),
                        .required("started_at", .dateTime), .required("seen_at", .nullable(.dateTime)),
                    ]), 0...50))
        ])
    }
}
