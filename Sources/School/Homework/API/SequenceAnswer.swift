internal import Runtime
package import Web

/// A sequence as its owner reads it.
struct SequenceAnswer: JSONRepresentable {
    let sequence: TeachingSequence

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", sequence.id.rawValue)
            writer.field("title", sequence.title)
            writer.field("revision", sequence.revision)
            writer.array("steps", sequence.steps) { writer, step in
                writer.object { writer in
                    writer.field("title", step.title)
                    writer.field("content", step.content)
                    SequenceAnswer.write(step.files, &writer)
                    guard let work = step.work else {
                        writer.key("work")
                        return writer.null()
                    }
                    writer.object("work") { writer in
                        writer.field("kind", work.kind.rawValue)
                        writer.field("title", work.title)
                        writer.field("content", work.content)
                        writer.field("estimated_minutes", work.minutes)
                        SequenceAnswer.write(work.files, &writer)
                    }
                }
            }
        }
    }

    private static func write(_ files: [FileID], _ writer: inout JSONWriter) {
        writer.array("files", files) { writer, file in writer.write(file.rawValue.description) }
    }

    private static var files: Schema.Property {
        .optional("files", HomeworkBodies.filesSchema, "Sent for the use `sequence`; copied to each class.")
    }

    static var step: Schema {
        .object([
            .required("title", .text(1...DiaryRules.longestTitle)),
            .optional("content", .text(0...DiaryRules.longestContent), "Markdown."), files,
            .optional(
                "work",
                .nullable(
                    .object([
                        .required("kind", .enumeration(Assignment.Kind.self)),
                        .required("title", .text(1...DiaryRules.longestTitle)),
                        .optional("content", .text(0...DiaryRules.longestContent), "Markdown."), files,
                        .optional("estimated_minutes", .nullable(.integer(1...DiaryRules.mostMinutes))),
                    ])), "Given in this lesson for the next one."),
        ])
    }

    static var schema: Schema {
        .named(
            "Sequence",
            .object([
                .required("id", .uuid), .required("title", .text()), .required("revision", .integer(1...Int.max)),
                .required("steps", .array(of: step)),
            ]))
    }
}

extension SequenceSummary: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id.rawValue)
            writer.field("title", title)
            writer.field("steps", steps)
            writer.field("revision", revision)
        }
    }

    package static var schema: Schema {
        .object([
            .required("id", .uuid), .required("title", .text()), .required("steps", .integer(0...Int.max)),
            .required("revision", .integer(1...Int.max)),
        ])
    }
}
