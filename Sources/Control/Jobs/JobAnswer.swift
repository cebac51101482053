internal import Runtime
internal import Tenancy
internal import Web

/// A job in the admin API.
struct JobAnswer: JSONRepresentable, Sendable {
    let job: Job
    let uai: UAI?

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", job.id.rawValue)
            writer.field("kind", job.kind)
            writer.field("state", job.state.rawValue)
            writer.field("title", job.title)
            writer.field("territory", job.territory?.rawValue)
            writer.field("establishment", uai?.rawValue)
            writer.field("step", job.step)
            writer.field("done", job.done)
            writer.field("total", job.total)
            writer.field("attempts", job.attempts)
            writer.field("instance", job.holder)
            writer.field("stopping", job.isAskedToStop && !job.state.isFinished)
            writer.key("result")
            (job.result ?? .null).write(to: &writer)
            writer.field("failure", job.failure)
            writer.field("created_at", Timestamp.iso8601(microseconds: job.createdAt))
            writer.field("started_at", job.startedAt.map(Timestamp.iso8601))
            writer.field("finished_at", job.finishedAt.map(Timestamp.iso8601))
        }
    }

    static let schema = Schema.named(
        "Job",
        .object([
            .required("id", .uuid), .required("kind", .text()), .required("state", .enumeration(Job.State.self)),
            .required("title", .text()), .required("territory", .nullable(.text())),
            .required("establishment", .nullable(.uai)),
            .required("step", .text(), "What it is at."), .required("done", .integer()),
            .required("total", .nullable(.integer()), "Null while nobody knows."),
            .required("attempts", .integer()),
            .required("instance", .text(), "Which admin service has it, or had it last."),
            .required("stopping", .boolean, "Somebody asked it to stop."),
            .required("result", .any, "What came of it; the members depend on the kind."),
            .required("failure", .nullable(.text())), .required("created_at", .dateTime),
            .required("started_at", .nullable(.dateTime)), .required("finished_at", .nullable(.dateTime)),
        ]))
}

struct JobLineAnswer: JSONRepresentable, Sendable {
    let line: JobLine

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("number", line.number)
            writer.field("at", Timestamp.iso8601(microseconds: line.at))
            writer.field("level", line.level.rawValue)
            writer.field("message", line.message)
        }
    }

    static let schema = Schema.named(
        "JobLine",
        .object([
            .required("number", .integer()), .required("at", .dateTime),
            .required("level", .enumeration(JobLine.Level.self)), .required("message", .text()),
        ]))
}
