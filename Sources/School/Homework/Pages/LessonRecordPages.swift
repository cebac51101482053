internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The pages on which teachers record their lessons.
package struct LessonRecordPages: Sendable {
    let service: HomeworkService

    package init(_ service: HomeworkService) { self.service = service }

    package var routes: [Route] { [newForm, add, editForm, replace, remove] }

    private static let slot: [Parameter] = [
        .uuid("group", "The class or group."), .date("day", "The day of the lesson."),
        .uuid("lesson", "The recurring lesson."), .uuid("change", "Or the lesson that takes place once."),
    ]
    private static let content: [Parameter] =
        EntryForm.parameters
        + [.text("annotation", "For oneself alone.", maxLength: DiaryRules.longestAnnotation)]

    // MARK: A new record

    private var newForm: Route {
        .page(
            .get, "/homework/{establishment}/records/new", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "The form that records a lesson.", parameters: [HomeworkAPI.establishment],
            query: LessonRecordPages.slot
        ) { call in
            let actor = try service.teacher(call)
            let start = LessonRecordDraft(
                group: GroupID(rawValue: call.query.uuid("group") ?? UUID(high: 0, low: 0)),
                day: call.query.date("day") ?? actor.today(call.now),
                lesson: call.query.uuid("lesson").map { LessonID(rawValue: $0) },
                change: call.query.uuid("change").map { LessonChangeID(rawValue: $0) }, title: "-")
            let timetable = try await service.timetable(actor, of: start.day)
            let (occurrence, subject) = try DiaryRules.lesson(
                of: start, by: actor.person, in: timetable, now: call.now)
            let form = EntryForm(.lessonRecord, service, actor, [("key", UUID.v7().description)])
            return try await page(call, start, occurrence, subject, timetable, form)
        }
    }

    private var add: Route {
        .page(
            .post, "/homework/{establishment}/records/new", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Records a lesson.", parameters: [HomeworkAPI.establishment],
            body: .multipart(LessonRecordPages.slot + LessonRecordPages.content, limit: EntryForm.limit),
            errors: [.noTimetable, .noLessonThatDay, .notTeaching, .alreadyRecorded, .invalidHomework]
        ) { call in
            let actor = try service.teacher(call)
            var form = try await EntryForm(.lessonRecord, service, actor, receiving: call)
            guard let group = form.reader.uuid("group") else { throw HomeworkError.invalid(field: "group") }
            guard let day = form.reader.date("day") else { throw HomeworkError.invalid(field: "day") }
            var draft = LessonRecordDraft(
                group: GroupID(rawValue: group), day: day,
                lesson: form.reader.form["lesson"].flatMap { UUID($0) }.map { LessonID(rawValue: $0) },
                change: form.reader.form["change"].flatMap { UUID($0) }.map { LessonChangeID(rawValue: $0) },
                title: "-")
            let timetable = try await service.timetable(actor, of: day)
            let (occurrence, subject) = try DiaryRules.lesson(
                of: draft, by: actor.person, in: timetable, now: call.now)
            let text = LessonRecordPages.read(&form.reader)
            draft.publishedAt = PublicationChoice.read(
                &form.reader, zone: actor.establishment.timeZone, end: LessonRecordPages.end(of: occurrence, actor),
                now: call.now)
            guard form.isToBeSaved, let text else {
                return try await page(call, draft, occurrence, subject, timetable, form)
            }
            (draft.title, draft.content, draft.annotation) = text
            let id = LessonRecordID(rawValue: form.identifier)
            let (written, sent) = (draft, form)
            try await service.write(actor) { transaction in
                try await service.edits.add(
                    written, as: id, of: occurrence, subject: subject, year: timetable.year, by: actor.person,
                    in: transaction)
                try await sent.attachFiles(to: id.rawValue, in: transaction)
            }
            return .seeOther("/homework?date=\(day)")
        }
    }

    // MARK: A record that is there

    private var editForm: Route {
        .page(
            .get, "/homework/{establishment}/records/{record}/edit", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "The form of a lesson's record.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.record]
        ) { call in
            let actor = try service.teacher(call)
            let (record, timetable) = try await service.record(
                LessonRecordID(rawValue: try call.path.uuid("record")), for: actor, now: call.now)
            let fields = [
                ("title", record.title), ("content", record.content),
                ("annotation", record.author == actor.person ? record.annotation : ""), ("publication", "keep"),
            ]
            return try await page(call, record, timetable, EntryForm(.lessonRecord, service, actor, fields))
        }
    }

    private var replace: Route {
        .page(
            .post, "/homework/{establishment}/records/{record}/edit", access: HomeworkEditAPI.teachers,
            tag: "Homework", summary: "Changes what a lesson's record says.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.record],
            body: .multipart(
                LessonRecordPages.content + [EntryForm.revisionParameter], limit: EntryForm.limit),
            errors: [.noTimetable, .homeworkChanged, .homeworkFrozen]
        ) { call in
            let actor = try service.teacher(call)
            let (record, timetable) = try await service.record(
                LessonRecordID(rawValue: try call.path.uuid("record")), for: actor, now: call.now)
            var form = try await EntryForm(.lessonRecord, service, actor, receiving: call)
            let text = LessonRecordPages.read(&form.reader)
            let published = PublicationChoice.read(
                &form.reader, zone: actor.establishment.timeZone, end: nil, now: call.now)
            guard form.isToBeSaved, let text else { return try await page(call, record, timetable, form) }
            let sent = form
            try await service.write(actor) { transaction in
                try await service.edits.replace(
                    record, title: text.title, content: text.content,
                    annotation: record.author == actor.person ? text.annotation : nil, publishedAt: published,
                    revision: sent.revision, year: timetable.year, by: actor.person, in: transaction)
                try await sent.attachFiles(to: record.id.rawValue, in: transaction)
            }
            return .seeOther("/homework?date=\(record.day)")
        }
    }

    private var remove: Route {
        .page(
            .post, "/homework/{establishment}/records/{record}/remove", access: HomeworkEditAPI.teachers,
            tag: "Homework", summary: "Removes a lesson's record.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.record],
            body: .form([EntryForm.revisionParameter]),
            errors: [.noTimetable, .homeworkChanged, .homeworkFrozen]
        ) { call in
            let actor = try service.teacher(call)
            let (record, timetable) = try await service.record(
                LessonRecordID(rawValue: try call.path.uuid("record")), for: actor, now: call.now)
            let revision = try await call.form()["revision"].flatMap { Int($0) } ?? 0
            try await service.write(actor) { transaction in
                try await service.edits.remove(record, revision: revision, year: timetable.year, in: transaction)
                try await service.files.release(record.id.rawValue, use: .lessonRecord, in: transaction)
            }
            return .seeOther("/homework?date=\(record.day)")
        }
    }

    // MARK: The form

    private static func read(
        _ reader: inout FormReader
    ) -> (title: String, content: String, annotation: String)? {
        let title = reader.text("title", 1...DiaryRules.longestTitle)
        let content = reader.optionalText("content", upTo: DiaryRules.longestContent) ?? ""
        let annotation = reader.optionalText("annotation", upTo: DiaryRules.longestAnnotation) ?? ""
        return title.map { ($0, content, annotation) }
    }

    private static func end(of occurrence: Occurrence, _ actor: HomeworkService.Actor) -> Int64 {
        actor.establishment.timeZone.microseconds(of: occurrence.date, minute: occurrence.span.end.minutes)
    }

    private func page(
        _ call: Call, _ draft: LessonRecordDraft, _ occurrence: Occurrence, _ subject: SubjectID,
        _ timetable: Timetable, _ form: EntryForm
    ) async throws -> Response {
        let language = call.language
        let lead = [
            timetable.groups[draft.group]?.name ?? "", timetable.subjects[subject]?.name ?? "",
            language.dateAndTime(draft.day, minutes: occurrence.span.start.minutes),
        ].joined(separator: " · ")
        let hidden: HTML = """
            \(Component.hidden("key", form.reader.form["key"]))\
            \(Component.hidden("group", draft.group.rawValue.description))\
            \(Component.hidden("day", draft.day.description))\
            \(Component.hidden("lesson", draft.lesson?.rawValue.description))\
            \(Component.hidden("change", draft.change?.rawValue.description))
            """
        let main: HTML = """
            \(Component.heading(Phrase.writeRecord[language], lead: HTML(text: lead)))\
            \(try await fields(call, form, hidden, of: nil, choices: [.now, .end, .later], hasAnnotation: true, back: draft.day))
            """
        return form.page(call, .writeRecord, main)
    }

    private func page(
        _ call: Call, _ record: LessonRecord, _ timetable: Timetable, _ form: EntryForm
    ) async throws -> Response {
        let language = call.language
        let lead = [
            timetable.groups[record.group]?.name ?? "", timetable.subjects[record.subject]?.name ?? "",
            language.dateAndTime(record.day, minutes: record.start.minutes),
        ].joined(separator: " · ")
        var main = Component.heading(Phrase.editRecord[language], lead: HTML(text: lead))
        if record.visa != nil {
            main += Notice(.information, Phrase.frozenAdvice[language]).html(language)
            main += Component.card(record.title, HomeworkListPages.text(record.content))
        } else {
            main += try await fields(
                call, form, "\(Component.hidden("revision", String(record.revision)))", of: record.id.rawValue,
                choices: [.keep, .now, .later], hasAnnotation: record.author == form.actor.person, back: record.day)
            main += HomeworkFormPages.removal(
                call, .removeRecord, action: "/homework/\(form.actor.uai)/records/\(record.id.rawValue)/remove",
                revision: record.revision)
        }
        return form.page(call, .editRecord, main)
    }

    private func fields(
        _ call: Call, _ form: EntryForm, _ hidden: HTML, of record: UUID?, choices: [PublicationChoice],
        hasAnnotation: Bool, back: CivilDate
    ) async throws -> HTML {
        let language = call.language
        let reader = form.reader
        let title = Field(
            "title", Phrase.recordTitle[language], value: reader.form["title"],
            error: reader.error("title")?[language], maxLength: DiaryRules.longestTitle)
        var fields: [Field] = []
        if hasAnnotation {
            fields.append(
                Field(
                    "annotation", Phrase.privateAnnotation[language], .area(rows: 3), value: reader.form["annotation"],
                    hint: Phrase.privateAnnotationHint[language], error: reader.error("annotation")?[language],
                    isRequired: false, maxLength: DiaryRules.longestAnnotation))
        }
        fields += PublicationChoice.fields(reader, choices: choices, language)
        return HomeworkFormPages.form(
            call, hidden, [title], content: HomeworkFormPages.content(reader, rows: 10, language), fields,
            picker: try await form.picker(of: record, language), pickerError: reader.error(Files.pickerField),
            cancel: "/homework?date=\(back)")
    }
}
