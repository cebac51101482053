internal import Runtime
internal import Tenancy
internal import Web

/// An import as the API tells it: its numbers at the top, as `FeedResult` writes them, and where it stands.
struct FeedAnswer: JSONRepresentable {
    let feed: FeedImport
    let language: Language

    func write(to writer: inout JSONWriter) {
        let result = FeedResult.json(feed.result)
        writer.object { writer in
            writer.field("import", feed.id)
            writer.field("kind", feed.kind)
            writer.field("territory", feed.territory?.rawValue)
            writer.field("state", feed.state.rawValue)
            writer.field("dry_run", feed.isDryRun)
            writer.field("received", feed.received)
            writer.object("progress") { writer in
                writer.field("establishments", feed.steps)
                writer.field("establishments_done", feed.stepsDone)
                writer.field("people", feed.people)
                writer.field("people_done", feed.peopleDone)
            }
            writer.field("text", language == .fr ? feed.plan.french : feed.plan.english)
            for member in result.members ?? [] {
                writer.key(escaping: member.name)
                member.value.write(to: &writer)
            }
        }
    }

    static let schema = Schema.object([
        .required("import", .uuid), .required("kind", .text()), .required("territory", .nullable(.text())),
        .required("state", .enumeration(FeedImport.State.allCases.map(\.rawValue))), .required("dry_run", .boolean),
        .required("received", .integer(), "Records taken in so far."),
        .required(
            "progress",
            .object([
                .required("establishments", .integer()), .required("establishments_done", .integer()),
                .required("people", .integer()), .required("people_done", .integer()),
            ])),
        .required("text", .text(0...(1 << 20)), "The plan as people read it."),
        .optional("pupils", FeedResult.Counts.schema), .optional("guardians", FeedResult.Counts.schema),
        .optional("contacts", FeedResult.Counts.schema), .optional("staff", FeedResult.Counts.schema),
        .optional("establishments", FeedResult.Counts.schema),
        .optional("anomalies", .array(of: FeedAnomaly.schema)),
        .optional("guards", .array(of: FeedGuard.Alarm.schema)), .optional("plan", .array(of: FeedResult.Place.schema)),
    ])
}

/// An import in a list.
struct FeedLineAnswer: JSONRepresentable {
    let line: FeedImport.Line

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("import", line.id)
            writer.field("kind", line.kind)
            writer.field("territory", line.territory)
            writer.field("state", line.state)
            writer.field("dry_run", line.isDryRun)
            writer.field("received", line.received)
            writer.field("created_at", Timestamp.iso8601(microseconds: line.createdAt))
            writer.field("changed_at", Timestamp.iso8601(microseconds: line.changedAt))
        }
    }

    static let schema = Schema.object([
        .required("import", .uuid), .required("kind", .text()), .required("territory", .nullable(.text())),
        .required("state", .enumeration(FeedImport.State.allCases.map(\.rawValue))), .required("dry_run", .boolean),
        .required("received", .integer()), .required("created_at", .dateTime), .required("changed_at", .dateTime),
    ])
}
