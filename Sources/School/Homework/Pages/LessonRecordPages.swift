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
        [
            .text("title", "The title."), .text("content", "Markdown.", maxLength: DiaryRules.longestContent),
            .text("annotation", "For oneself alone.", maxLength: DiaryRules.longestAnnotation),
            .text("key", "Makes the form count once.", maxLength: 36),
            .flag(RichTextField.preview, "Shows what the text becomes, and saves nothing."),
        ] + PublicationChoice.parameters

    private static let formLimit = 600_000_000

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
            let reader = FormReader(Form(fields: [Form.Field(name: "key", value: UUID.v7().description)]))
            return page(call, actor, start, occurrence, subject, timetable, reader, picker(call, nil, []))
        }
    }

    private var add: Route {
        .page(
            .post, "/homework/{establishment}/records/new", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Records a lesson.", parameters: [HomeworkAPI.establishment],
            body: .multipart(LessonRecordPages.slot + LessonRecordPages.content, limit: LessonRecordPages.formLimit),
            errors: [.noTimetable, .noLessonThatDay, .notTeaching, .alreadyRecorded, .invalidHomework]
        ) { call in
            let actor = try service.teacher(call)
            let sent = try await service.files.receiveForm(
                call, use: .lessonRecord, by: actor.person, in: actor.context)
            var reader = FormReader(sent.form)
            guard let group = reader.uuid("group") else { throw HomeworkError.invalid(field: "group") }
            guard let day = reader.date("day") else { throw HomeworkError.invalid(field: "day") }
            var draft = LessonRecordDraft(
                group: GroupID(rawValue: group), day: day,
                lesson: reader.form["lesson"].flatMap { UUID($0) }.map { LessonID(rawValue: $0) },
                change: reader.form["change"].flatMap { UUID($0) }.map { LessonChangeID(rawValue: $0) }, title: "-")
            let timetable = try await service.timetable(actor, of: day)
            let (occurrence, subject) = try DiaryRules.lesson(
                of: draft, by: actor.person, in: timetable, now: call.now)
            let text = LessonRecordPages.read(&reader)
            draft.publishedAt = PublicationChoice.read(
                &reader, zone: actor.establishment.timeZone, end: LessonRecordPages.end(of: occurrence, actor),
                now: call.now)
            guard reader.isValid, sent.refused.isEmpty, !HomeworkFormPages.wantsPreview(reader), let text else {
                let there = try await service.stored(sent.files, actor.context)
                return page(
                    call, actor, draft, occurrence, subject, timetable, reader, picker(call, sent, there))
            }
            (draft.title, draft.content, draft.annotation) = text
            // The identifier comes from the form's own key, so that a double click records once.
            let id = reader.form["key"].flatMap { UUID($0) }.map { LessonRecordID(rawValue: $0) } ?? .new()
            let written = draft
            try await service.write(actor) { transaction in
                try await service.edits.add(
                    written, as: id, of: occurrence, subject: subject, year: timetable.year, by: actor.person,
                    in: transaction)
                try await service.files.set(
                    sent.files, of: id.rawValue, use: .lessonRecord, by: actor.person, in: transaction)
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
            let reader = FormReader(Form(fields: fields.map { Form.Field(name: $0.0, value: $0.1) }))
            let there = try await service.teaching.files(actor.context, of: record.id.rawValue, .lessonRecord)
            return page(call, actor, record, timetable, reader, picker(call, nil, there))
        }
    }

    private var replace: Route {
        .page(
            .post, "/homework/{establishment}/records/{record}/edit", access: HomeworkEditAPI.teachers,
            tag: "Homework", summary: "Changes what a lesson's record says.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.record],
            body: .multipart(
                LessonRecordPages.content + [.integer("revision", 1...Int.max, "The revision read.")],
                limit: LessonRecordPages.formLimit),
            errors: [.noTimetable, .homeworkChanged, .homeworkFrozen]
        ) { call in
            let actor = try service.teacher(call)
            let (record, timetable) = try await service.record(
                LessonRecordID(rawValue: try call.path.uuid("record")), for: actor, now: call.now)
            let sent = try await service.files.receiveForm(
                call, use: .lessonRecord, by: actor.person, in: actor.context)
            var reader = FormReader(sent.form)
            let text = LessonRecordPages.read(&reader)
            let published = PublicationChoice.read(
                &reader, zone: actor.establishment.timeZone, end: nil, now: call.now)
            guard reader.isValid, sent.refused.isEmpty, !HomeworkFormPages.wantsPreview(reader), let text else {
                let there = try await service.stored(sent.files, actor.context)
                return page(call, actor, record, timetable, reader, picker(call, sent, there))
            }
            let revision = reader.form["revision"].flatMap { Int($0) } ?? 0
            try await service.write(actor) { transaction in
                try await service.edits.replace(
                    record, title: text.0, content: text.1,
                    annotation: record.author == actor.person ? text.2 : nil, publishedAt: published,
                    revision: revision, year: timetable.year, by: actor.person, in: transaction)
                try await service.files.set(
                    sent.files, of: record.id.rawValue, use: .lessonRecord, by: actor.person, in: transaction)
            }
            return .seeOther("/homework?date=\(record.day)")
        }
    }

    private var remove: Route {
        .page(
            .post, "/homework/{establishment}/records/{record}/remove", access: HomeworkEditAPI.teachers,
            tag: "Homework", summary: "Removes a lesson's record.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.record],
            body: .form([.integer("revision", 1...Int.max, "The revision read.")]),
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

    private static func read(_ reader: inout FormReader) -> (String, String, String)? {
        let title = reader.text("title", 1...DiaryRules.longestTitle)
        let content = reader.optionalText("content", upTo: DiaryRules.longestContent) ?? ""
        let annotation = reader.optionalText("annotation", upTo: DiaryRules.longestAnnotation) ?? ""
        return title.map { ($0, content, annotation) }
    }

    private func picker(_ call: Call, _ sent: FilesForm?, _ there: [StoredFile]) -> HTML {
        HomeworkFormPages.picker(.lessonRecord, there: there, refused: sent?.refused ?? [], call.language)
    }

    private static func end(of occurrence: Occurrence, _ actor: HomeworkService.Actor) -> Int64 {
        actor.establishment.timeZone.microseconds(of: occurrence.date, minute: occurrence.span.end.minutes)
    }

    private func page(
        _ call: Call, _ actor: HomeworkService.Actor, _ draft: LessonRecordDraft, _ occurrence: Occurrence,
        _ subject: SubjectID, _ timetable: Timetable, _ reader: FormReader, _ picker: HTML
    ) -> Response {
        let language = call.language
        let lead = [
            timetable.groups[draft.group]?.name ?? "", timetable.subjects[subject]?.name ?? "",
            language.dateAndTime(draft.day, minutes: occurrence.span.start.minutes),
        ].joined(separator: " · ")
        let hidden: HTML = """
            \(LessonFormPages.hidden("key", reader.form["key"]))\
            \(LessonFormPages.hidden("group", draft.group.rawValue.description))\
            \(LessonFormPages.hidden("day", draft.day.description))\
            \(LessonFormPages.hidden("lesson", draft.lesson?.rawValue.description))\
            \(LessonFormPages.hidden("change", draft.change?.rawValue.description))
            """
        let main: HTML = """
            \(Component.heading(Phrase.writeRecord[language], lead: HTML(text: lead)))\
            \(form(call, reader, hidden, picker, choices: [.now, .end, .later], hasAnnotation: true, back: draft.day))
            """
        return call.page(
            Page(title: .writeRecord, main: main), status: HomeworkFormPages.status(call, reader))
    }

    private func page(
        _ call: Call, _ actor: HomeworkService.Actor, _ record: LessonRecord, _ timetable: Timetable,
        _ reader: FormReader, _ picker: HTML
    ) -> Response {
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
            main += form(
                call, reader, "\(LessonFormPages.hidden("revision", String(record.revision)))", picker,
                choices: [.keep, .now, .later], hasAnnotation: record.author == actor.person, back: record.day)
            main += HomeworkFormPages.removal(
                call, .removeRecord, action: "/homework/\(actor.uai)/records/\(record.id.rawValue)/remove",
                revision: record.revision)
        }
        return call.page(
            Page(title: .editRecord, main: main), status: HomeworkFormPages.status(call, reader))
    }

    private func form(
        _ call: Call, _ reader: FormReader, _ hidden: HTML, _ picker: HTML, choices: [PublicationChoice],
        hasAnnotation: Bool, back: CivilDate
    ) -> HTML {
        let language = call.language
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
            picker: picker,
            cancel: "/homework?date=\(back)")
    }
}
