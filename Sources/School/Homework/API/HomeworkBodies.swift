internal import Runtime
internal import Tenancy
internal import Web

/// A lesson record as a front sends it.
struct LessonRecordBody: Decodable {
    let group: String
    let day: String
    let lesson: String?
    let change: String?
    let title: String
    let content: String?
    let annotation: String?
    let files: [String]?
    let publishedAt: String?

    private enum CodingKeys: String, CodingKey {
        case group, day, lesson, change, title, content, annotation, files
        case publishedAt = "published_at"
    }

    static let schema = Schema.named(
        "LessonRecordBody",
        .object([
            .required("group", .uuid, "The class or group."), .required("day", .date),
            .optional("lesson", .nullable(.uuid), "The recurring lesson; or `change`."),
            .optional("change", .nullable(.uuid), "The change that is a lesson of its own, one that takes place once."),
            .required("title", .text(1...DiaryRules.longestTitle)),
            .optional("content", .text(0...DiaryRules.longestContent), "Markdown."),
            .optional("annotation", .text(0...DiaryRules.longestAnnotation), "For oneself alone."),
            .optional("files", HomeworkBodies.filesSchema, "Sent before, for the use `lesson_record`."),
            .optional("published_at", .nullable(.dateTime), "When the class sees it; at once when absent."),
        ]))

    func draft() throws(HomeworkError) -> LessonRecordDraft {
        guard let group = UUID(group) else { throw .invalid(field: "group") }
        guard let day = CivilDate(day) else { throw .invalid(field: "day") }
        return LessonRecordDraft(
            group: GroupID(rawValue: group), day: day,
            lesson: lesson.flatMap { UUID($0) }.map { LessonID(rawValue: $0) },
            change: change.flatMap { UUID($0) }.map { LessonChangeID(rawValue: $0) },
            title: title, content: content ?? "", annotation: annotation ?? "",
            publishedAt: try HomeworkBodies.instant(publishedAt))
    }
}

/// What of a record can be changed: the lesson that it is of stays.
struct LessonRecordChange: Decodable {
    let title: String
    let content: String?
    let annotation: String?
    let files: [String]?
    let publishedAt: String?

    private enum CodingKeys: String, CodingKey {
        case title, content, annotation, files
        case publishedAt = "published_at"
    }

    static let schema = Schema.named(
        "LessonRecordChange",
        .object([
            .required("title", .text(1...DiaryRules.longestTitle)),
            .optional("content", .text(0...DiaryRules.longestContent), "Markdown."),
            .optional(
                "annotation", .text(0...DiaryRules.longestAnnotation),
                "Kept from its author only; others leave it as it is."),
            .optional("files", HomeworkBodies.filesSchema, "All it has from now on; as they were when absent."),
            .optional("published_at", .nullable(.dateTime), "As it was when absent."),
        ]))
}

/// Work to do as a front sends it.
struct AssignmentBody: Decodable {
    let group: String
    let subject: String
    let givenOn: String
    let dueOn: String
    let dueLesson: String?
    let kind: String
    let title: String
    let content: String?
    let minutes: Int?
    let overrideReason: String?
    let files: [String]?
    let publishedAt: String?

    private enum CodingKeys: String, CodingKey {
        case group, subject, kind, title, content, files
        case givenOn = "given_on"
        case dueOn = "due_on"
        case dueLesson = "due_lesson"
        case minutes = "estimated_minutes"
        case overrideReason = "override_reason"
        case publishedAt = "published_at"
    }

    static let schema = Schema.named(
        "AssignmentBody",
        .object([
            .required("group", .uuid, "The class or group."), .required("subject", .uuid),
            .required("given_on", .date), .required("due_on", .date, "A day on which the class has this subject."),
            .optional("due_lesson", .nullable(.uuid), "Which lesson of that day; the first when absent."),
            .required("kind", .enumeration(Assignment.Kind.self)),
            .required("title", .text(1...DiaryRules.longestTitle)),
            .optional("content", .text(0...DiaryRules.longestContent), "Markdown."),
            .optional("estimated_minutes", .nullable(.integer(1...DiaryRules.mostMinutes))),
            .optional(
                "override_reason", .nullable(.text(0...DiaryRules.longestReason)),
                "Why it is due on a day without a lesson of the subject; kept with who said so, and when."),
            .optional(
                "files", HomeworkBodies.filesSchema,
                "Sent before, for the use `assignment`; when it is replaced: as they were when absent."),
            .optional("published_at", .nullable(.dateTime), "When the class sees it; at once when absent."),
        ]))

    func draft() throws(HomeworkError) -> AssignmentDraft {
        guard let group = UUID(group) else { throw .invalid(field: "group") }
        guard let subject = UUID(subject) else { throw .invalid(field: "subject") }
        guard let givenOn = CivilDate(givenOn) else { throw .invalid(field: "given_on") }
        guard let dueOn = CivilDate(dueOn) else { throw .invalid(field: "due_on") }
        guard let kind = Assignment.Kind(rawValue: kind) else { throw .invalid(field: "kind") }
        return AssignmentDraft(
            group: GroupID(rawValue: group), subject: SubjectID(rawValue: subject), givenOn: givenOn, dueOn: dueOn,
            dueLesson: dueLesson.flatMap { UUID($0) }.map { LessonID(rawValue: $0) }, kind: kind, title: title,
            content: content ?? "", minutes: minutes, overrideReason: overrideReason,
            publishedAt: try HomeworkBodies.instant(publishedAt))
    }
}

/// A teaching sequence as a front sends it.
struct SequenceBody: Decodable {
    struct Step: Decodable {
        let title: String
        let content: String?
        let files: [String]?
        let work: Work?
    }

    struct Work: Decodable {
        let kind: String
        let title: String
        let content: String?
        let minutes: Int?
        let files: [String]?

        private enum CodingKeys: String, CodingKey {
            case kind, title, content, files
            case minutes = "estimated_minutes"
        }
    }

    let title: String
    let steps: [Step]

    static let schema = Schema.named(
        "SequenceBody",
        .object([
            .required("title", .text(1...DiaryRules.longestTitle)),
            .required("steps", .array(of: SequenceAnswer.step, 1...SequenceRules.mostSteps), "One for each lesson."),
        ]))

    func checkedSteps() throws(HomeworkError) -> [TeachingSequence.Step] {
        var result: [TeachingSequence.Step] = []
        for step in steps {
            var work: TeachingSequence.Work?
            if let given = step.work {
                guard let kind = Assignment.Kind(rawValue: given.kind) else { throw .invalid(field: "steps") }
                work = TeachingSequence.Work(
                    kind: kind, title: given.title, content: given.content ?? "", minutes: given.minutes,
                    files: HomeworkBodies.files(given.files) ?? [])
            }
            result.append(
                TeachingSequence.Step(
                    title: step.title, content: step.content ?? "", work: work,
                    files: HomeworkBodies.files(step.files) ?? []))
        }
        guard result.allSatisfy(SequenceRules.fits) else { throw .invalid(field: "steps") }
        return result
    }
}

enum HomeworkBodies {
    static let filesSchema = Schema.array(of: .uuid, 0...FileUse.assignment.most)

    static func files(_ texts: [String]?) -> [FileID]? {
        texts.map { $0.compactMap { UUID($0) }.map { FileID(rawValue: $0) } }
    }

    /// - Throws: `HomeworkError.invalid` for what is not an instant of a year that a diary is kept for.
    static func instant(_ text: String?) throws(HomeworkError) -> Int64? {
        guard let text else { return nil }
        let years: Range<Int64> = 946_684_800_000_000..<7_258_118_400_000_000
        guard let instant = Instants.microseconds(rfc3339: text), years.contains(instant) else {
            throw .invalid(field: "published_at")
        }
        return instant
    }
}
