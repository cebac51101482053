internal import Runtime
internal import Tenancy
package import Web

extension DiaryView: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            head.write(to: &writer)
            if case .pupil = whose {
                writePupils(&writer)
            } else {
                let statuses = lessonStatuses
                writer.array("assignments", assignments) { writer, assignment in
                    writer.object { writer in
                        write(assignment, statuses, &writer)
                        if let totals = totals[assignment.id] { DiaryView.write(totals, &writer) }
                    }
                }
                writer.array("lesson_records", records) { writer, record in write(record, &writer) }
            }
        }
    }

    private var head: ViewHead {
        let (kind, id) =
            switch whose {
            case .pupil(let id): ("pupil", id.rawValue)
            case .teacher(let id): ("teacher", id.rawValue)
            case .group(let id): ("group", id.rawValue)
            }
        return ViewHead(establishment: establishment, kind: kind, id: id, name: name)
    }

    /// What everybody in the same groups reads, with the pupil's own progress in the gaps.
    private func writePupils(_ writer: inout JSONWriter) {
        let pieces = span.rendered.json(timetable: timetable.version, now: now, validUntil: validUntil) { render() }
        writer.key("assignments")
        writer.write(parts: pieces.length) { bytes in
            for work in pieces.work {
                bytes += work.before
                bytes += work.mark(progress[work.assignment] ?? .toDo)
            }
            bytes += pieces.end
        }
        writer.key("lesson_records")
        writer.write(json: pieces.records)
    }

    /// When what was rendered stops being true by itself.
    package var validUntil: Int64 { min(span.nextPublication(after: now), timetable.nextPublication(after: now)) }

    private func render() -> RenderedDiaries.Pieces<[UInt8]> {
        let statuses = lessonStatuses
        var work: [RenderedDiaries.Pieces<[UInt8]>.Work] = []
        var separator = "["
        var length = 16
        for assignment in assignments {
            var writer = JSONWriter(capacity: 800 + assignment.content.utf8.count)
            writer.object { writer in write(assignment, statuses, &writer) }
            let before = Array(separator.utf8) + writer.bytes.dropLast() + Array(",\"progress\":\"".utf8)
            work.append(.init(before: before, assignment: assignment.id) { Array($0.rawValue.utf8) })
            length += before.count + 10
            separator = "\"},"
        }
        var writer = JSONWriter(capacity: 4096)
        writer.array(records) { writer, record in write(record, &writer) }
        return RenderedDiaries.Pieces(
            work: work, end: Array((work.isEmpty ? "[]" : "\"}]").utf8), records: writer.bytes,
            length: length + writer.bytes.count)
    }

    /// The members of an assignment, of an object that the caller opened.
    func write(
        _ assignment: Assignment, _ statuses: [LessonOnDay: Occurrence.Status], _ writer: inout JSONWriter
    ) {
        writer.field("id", assignment.id.rawValue)
        writer.field("due_on", assignment.dueOn)
        writer.field("due_start", assignment.dueStart?.description)
        writer.field("due_lesson", assignment.dueLesson?.rawValue)
        let status = assignment.dueLesson.flatMap { statuses[LessonOnDay(lesson: $0, day: assignment.dueOn)] }
        writer.field("lesson_status", status?.rawValue)
        writer.field("given_on", assignment.givenOn)
        writer.field("kind", assignment.kind.rawValue)
        named("subject", assignment.subject.rawValue, subjectName(assignment.subject), &writer)
        named("group", assignment.group.rawValue, groupName(assignment.group), &writer)
        named("teacher", assignment.author?.rawValue, teacherName(assignment.author), &writer)
        writer.field("title", assignment.title)
        writer.field("content", assignment.content)
        writer.field("estimated_minutes", assignment.minutes)
        writer.field("override_reason", assignment.overrideReason)
        writer.field("published_at", Timestamp.iso8601(microseconds: assignment.publishedAt))
        write(files: assignment.id.rawValue, &writer)
        writer.field("revision", assignment.revision)
        writer.field("frozen", assignment.visa != nil)
    }

    func write(_ record: LessonRecord, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", record.id.rawValue)
            writer.field("day", record.day)
            writer.field("start", record.start.description)
            writer.field("lesson", record.lesson?.rawValue)
            writer.field("change", record.change?.rawValue)
            named("subject", record.subject.rawValue, subjectName(record.subject), &writer)
            named("group", record.group.rawValue, groupName(record.group), &writer)
            named("teacher", record.author?.rawValue, teacherName(record.author), &writer)
            writer.field("title", record.title)
            writer.field("content", record.content)
            if let annotation = annotation(of: record) { writer.field("annotation", annotation) }
            write(files: record.id.rawValue, &writer)
            writer.field("published_at", Timestamp.iso8601(microseconds: record.publishedAt))
            writer.field("revision", record.revision)
            writer.field("frozen", record.visa != nil)
        }
    }

    private func write(files entry: UUID, _ writer: inout JSONWriter) {
        let uai = establishment.uai.rawValue
        writer.array("files", span.files[entry] ?? []) { writer, file in
            FileAnswer(file, in: uai).write(to: &writer)
        }
    }

    static func write(_ totals: ProgressTotals, _ writer: inout JSONWriter) {
        writer.object("totals") { writer in
            writer.field("pupils", totals.pupils)
            writer.field("started", totals.started)
            writer.field("done", totals.done)
        }
    }

    private func named(_ key: StaticString, _ id: UUID?, _ name: String, _ writer: inout JSONWriter) {
        guard let id else {
            writer.key(key)
            return writer.null()
        }
        writer.key(key)
        writer.named(id, name)
    }

    package static var schema: Schema {
        .named(
            "Diary",
            .object(
                ViewHead.properties(kinds: ["pupil", "teacher", "group"]) + [
                    .required(
                        "assignments", .array(of: assignmentSchema), "The work due in these days, by day and hour."),
                    .required(
                        "lesson_records", .array(of: recordSchema), "What was done in the lessons of these days."),
                ]))
    }

    static var namedSchema: Schema { .object([.required("id", .uuid), .required("name", .text())]) }

    static var assignmentSchema: Schema {
        .named(
            "Assignment",
            .object([
                .required("id", .uuid), .required("due_on", .date), .required("due_start", .nullable(.timeOfDay)),
                .required("due_lesson", .nullable(.uuid)),
                .required(
                    "lesson_status", .nullable(.enumeration(Occurrence.Status.self)),
                    "What becomes of the lesson that it is due for; null when it has left the timetable."),
                .required("given_on", .date), .required("kind", .enumeration(Assignment.Kind.self)),
                .required("subject", namedSchema), .required("group", namedSchema),
                .required("teacher", .nullable(namedSchema)), .required("title", .text()),
                .required("content", .text(0...DiaryRules.longestContent), "Markdown."),
                .required("estimated_minutes", .nullable(.integer(1...DiaryRules.mostMinutes))),
                .required(
                    "override_reason", .nullable(.text()), "Why it is due on a day without a lesson of the subject."),
                .required("files", .array(of: FileAnswer.schema, 0...FileUse.assignment.most)),
                .required("published_at", .dateTime), .required("revision", .integer(1...Int.max)),
                .required("frozen", .boolean, "A visa keeps it as it is."),
                .optional("progress", .enumeration(Assignment.Progress.self), "For the pupil and their guardians."),
                .optional("totals", totalsSchema, "For its teachers: how many pupils, never which."),
            ]))
    }

    static var totalsSchema: Schema {
        .object([
            .required("pupils", .integer(0...Int.max)), .required("started", .integer(0...Int.max)),
            .required("done", .integer(0...Int.max)),
        ])
    }

    static var recordSchema: Schema {
        .named(
            "LessonRecord",
            .object([
                .required("id", .uuid), .required("day", .date), .required("start", .timeOfDay),
                .required("lesson", .nullable(.uuid)), .required("change", .nullable(.uuid)),
                .required("subject", namedSchema), .required("group", namedSchema),
                .required("teacher", .nullable(namedSchema)), .required("title", .text()),
                .required("content", .text(0...DiaryRules.longestContent), "Markdown."),
                .optional("annotation", .text(0...DiaryRules.longestAnnotation), "For its author alone."),
                .required("files", .array(of: FileAnswer.schema, 0...FileUse.lessonRecord.most)),
                .required("published_at", .dateTime), .required("revision", .integer(1...Int.max)),
                .required("frozen", .boolean, "A visa keeps it as it is."),
            ]))
    }
}
