internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The pages on which teachers give work to do, beside what the class has already.
package struct AssignmentPages: Sendable {
    let service: HomeworkService

    package init(_ service: HomeworkService) { self.service = service }

    package var routes: [Route] { [newForm, add, editForm, replace, remove] }

    private static let fields: [Parameter] =
        [
            .text("teaching", "Class and subject: GROUP:SUBJECT.", maxLength: 73),
            .date("given_on", "The day it is given."),
            .date("due_on", "The day it is due."),
            .enumeration("kind", Assignment.Kind.allCases.map(\.rawValue), "What it is."),
            .text("title", "The title."), .text("content", "Markdown.", maxLength: DiaryRules.longestContent),
            .text("minutes", "Estimated minutes.", maxLength: 3),
            .text("override_reason", "Why it is due without a lesson.", maxLength: DiaryRules.longestReason),
            .text("key", "Makes the form count once.", maxLength: 36),
            .flag(RichTextField.preview, "Shows what the text becomes, and saves nothing."),
        ] + PublicationChoice.parameters
    private static let formLimit = 600_000_000
    /// So many lessons ahead are offered.
    private static let lessonsShown = 8

    // MARK: New work

    private var newForm: Route {
        .page(
            .get, "/homework/{establishment}/work/new", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "The form that gives work, with what the class has to do already.",
            parameters: [HomeworkAPI.establishment],
            query: [
                .uuid("group", "The class or group."), .uuid("subject", "The subject."),
                .date("due_on", "The day chosen."),
            ]
        ) { call in
            let actor = try service.teacher(call)
            let today = actor.today(call.now)
            let timetable = try await service.timetable(actor, of: today)
            let teachings = AssignmentPages.teachings(of: actor, today, timetable, call.now)
            let group = call.query.uuid("group").map { GroupID(rawValue: $0) }
            let subject = call.query.uuid("subject").map { SubjectID(rawValue: $0) }
            let chosen = teachings.first {
                $0.group == group && (subject == nil || $0.subject == subject)
            }
            guard chosen != nil || (group == nil && subject == nil) else { throw HomeworkError.notFound }
            var fields = [
                ("key", UUID.v7().description), ("given_on", today.description), ("kind", "exercise"),
                ("publication", "now"),
            ]
            if let chosen { fields.append(("teaching", AssignmentPages.value(of: chosen))) }
            if let due = call.query.date("due_on") { fields.append(("due_on", due.description)) }
            let reader = FormReader(Form(fields: fields.map { Form.Field(name: $0.0, value: $0.1) }))
            return try await page(call, actor, timetable, teachings, chosen, reader, nil, nil)
        }
    }

    private var add: Route {
        .page(
            .post, "/homework/{establishment}/work/new", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Gives work to a class.", parameters: [HomeworkAPI.establishment],
            body: .multipart(AssignmentPages.fields, limit: AssignmentPages.formLimit),
            errors: [.noTimetable, .notTeaching, .invalidHomework]
        ) { call in
            let actor = try service.teacher(call)
            let today = actor.today(call.now)
            let timetable = try await service.timetable(actor, of: today)
            let teachings = AssignmentPages.teachings(of: actor, today, timetable, call.now)
            let sent = try await service.files.receiveForm(call, use: .assignment, by: actor.person, in: actor.context)
            var reader = FormReader(sent.form)
            let chosen = teachings.first { AssignmentPages.value(of: $0) == reader.form["teaching"] }
            if chosen == nil { reader.refuse("teaching", .valueDoesNotFit) }
            let givenOn = reader.date("given_on")
            let read = AssignmentPages.read(&reader, actor, call.now)
            guard let chosen, let givenOn, var draft = read?.draft(chosen, givenOn: givenOn), reader.isValid,
                sent.refused.isEmpty, !HomeworkFormPages.wantsPreview(reader)
            else {
                return try await page(call, actor, timetable, teachings, chosen, reader, nil, sent)
            }
            let due: Occurrence?
            do throws(HomeworkError) {
                due = try DiaryRules.due(of: draft, by: actor.person, in: timetable, now: call.now)
            } catch {
                try AssignmentPages.refuse(error, &reader)
                return try await page(call, actor, timetable, teachings, chosen, reader, nil, sent)
            }
            draft.overrideReason = due == nil ? draft.overrideReason : nil
            let id = reader.form["key"].flatMap { UUID($0) }.map { AssignmentID(rawValue: $0) } ?? .new()
            let written = draft
            try await service.write(actor) { transaction in
                try await service.edits.add(
                    written, as: id, due: due, year: timetable.year, by: actor.person, in: transaction)
                try await service.files.set(
                    sent.files, of: id.rawValue, use: .assignment, by: actor.person, in: transaction)
            }
            return .seeOther("/homework?date=\(written.dueOn)")
        }
    }

    // MARK: Work that is there

    private var editForm: Route {
        .page(
            .get, "/homework/{establishment}/work/{assignment}/edit", access: HomeworkEditAPI.teachers,
            tag: "Homework", summary: "The form of work given.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.assignment]
        ) { call in
            let actor = try service.teacher(call)
            let (old, timetable) = try await find(call, actor)
            let fields = [
                ("given_on", old.givenOn.description), ("due_on", old.dueOn.description), ("kind", old.kind.rawValue),
                ("title", old.title), ("content", old.content), ("minutes", old.minutes.map(String.init) ?? ""),
                ("override_reason", old.overrideReason ?? ""), ("publication", "keep"),
            ]
            let reader = FormReader(Form(fields: fields.map { Form.Field(name: $0.0, value: $0.1) }))
            let teaching = DiaryRules.Teaching(subject: old.subject, group: old.group)
            return try await page(call, actor, timetable, [teaching], teaching, reader, old, nil)
        }
    }

    private var replace: Route {
        .page(
            .post, "/homework/{establishment}/work/{assignment}/edit", access: HomeworkEditAPI.teachers,
            tag: "Homework", summary: "Changes work given.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.assignment],
            body: .multipart(
                AssignmentPages.fields + [.integer("revision", 1...Int.max, "The revision read.")],
                limit: AssignmentPages.formLimit),
            errors: [.noTimetable, .homeworkChanged, .homeworkFrozen]
        ) { call in
            let actor = try service.teacher(call)
            let (old, timetable) = try await find(call, actor)
            let teaching = DiaryRules.Teaching(subject: old.subject, group: old.group)
            let sent = try await service.files.receiveForm(call, use: .assignment, by: actor.person, in: actor.context)
            var reader = FormReader(sent.form)
            let revision = reader.form["revision"].flatMap { Int($0) } ?? 0
            guard let draft = AssignmentPages.read(&reader, actor, call.now)?.draft(teaching, givenOn: old.givenOn),
                reader.isValid, sent.refused.isEmpty, !HomeworkFormPages.wantsPreview(reader)
            else { return try await page(call, actor, timetable, [teaching], teaching, reader, old, sent) }
            let due: Occurrence?
            do throws(HomeworkError) {
                due = try DiaryRules.due(of: draft, by: actor.person, in: timetable, now: call.now)
            } catch {
                try AssignmentPages.refuse(error, &reader)
                return try await page(call, actor, timetable, [teaching], teaching, reader, old, sent)
            }
            try await service.write(actor) { transaction in
                try await service.edits.replace(
                    old, with: draft, due: due, revision: revision, year: timetable.year, by: actor.person,
                    in: transaction)
                try await service.files.set(
                    sent.files, of: old.id.rawValue, use: .assignment, by: actor.person, in: transaction)
            }
            return .seeOther("/homework?date=\(draft.dueOn)")
        }
    }

    private var remove: Route {
        .page(
            .post, "/homework/{establishment}/work/{assignment}/remove", access: HomeworkEditAPI.teachers,
            tag: "Homework", summary: "Removes work given.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.assignment],
            body: .form([.integer("revision", 1...Int.max, "The revision read.")]),
            errors: [.noTimetable, .homeworkChanged, .homeworkFrozen]
        ) { call in
            let actor = try service.teacher(call)
            let (old, timetable) = try await find(call, actor)
            let revision = try await call.form()["revision"].flatMap { Int($0) } ?? 0
            try await service.write(actor) { transaction in
                try await service.edits.remove(old, revision: revision, year: timetable.year, in: transaction)
                try await service.files.release(old.id.rawValue, use: .assignment, in: transaction)
            }
            return .seeOther("/homework?date=\(old.dueOn)")
        }
    }

    private func find(_ call: Call, _ actor: HomeworkService.Actor) async throws -> (Assignment, Timetable) {
        try await service.assignment(
            AssignmentID(rawValue: try call.path.uuid("assignment")), for: actor, now: call.now)
    }

    // MARK: The form

    /// What the form says besides the class and the day.
    private struct Read {
        let dueOn: CivilDate
        let kind: Assignment.Kind
        let title: String
        let content: String
        let minutes: Int?
        let reason: String?
        let publishedAt: Int64?

        func draft(_ teaching: DiaryRules.Teaching, givenOn: CivilDate) -> AssignmentDraft {
            AssignmentDraft(
                group: teaching.group, subject: teaching.subject, givenOn: givenOn, dueOn: dueOn, kind: kind,
                title: title, content: content, minutes: minutes, overrideReason: reason, publishedAt: publishedAt)
        }
    }

    private static func read(_ reader: inout FormReader, _ actor: HomeworkService.Actor, _ now: Int64) -> Read? {
        let dueOn = reader.date("due_on")
        let kind = reader.choice("kind", Assignment.Kind.self)
        let title = reader.text("title", 1...DiaryRules.longestTitle)
        let content = reader.optionalText("content", upTo: DiaryRules.longestContent) ?? ""
        let minutes = reader.isFilled("minutes") ? reader.integer("minutes", 1...DiaryRules.mostMinutes) : nil
        let reason = reader.optionalText("override_reason", upTo: DiaryRules.longestReason)
        let publishedAt = PublicationChoice.read(
            &reader, zone: actor.establishment.timeZone, end: nil, now: now)
        guard let dueOn, let kind, let title else { return nil }
        return Read(
            dueOn: dueOn, kind: kind, title: title, content: content, minutes: minutes, reason: reason,
            publishedAt: publishedAt)
    }

    /// What the timetable refuses, said at the field it is about; the rest is nobody's slip of the pen.
    private static func refuse(_ error: HomeworkError, _ reader: inout FormReader) throws {
        switch error {
        case .noLesson: reader.refuse("due_on", .noLessonField)
        case .invalid(let field): reader.refuse(field, .valueDoesNotFit)
        default: throw error
        }
    }

    static func teachings(
        of actor: HomeworkService.Actor, _ today: CivilDate, _ timetable: Timetable, _ now: Int64
    ) -> [DiaryRules.Teaching] {
        func name(_ teaching: DiaryRules.Teaching) -> String {
            (timetable.groups[teaching.group]?.name ?? "") + (timetable.subjects[teaching.subject]?.name ?? "")
        }
        return DiaryRules.teachings(of: actor.person, today...today, in: timetable, now: now).sorted {
            name($0) < name($1)
        }
    }

    static func value(of teaching: DiaryRules.Teaching) -> String {
        "\(teaching.group.rawValue):\(teaching.subject.rawValue)"
    }

    static func options(_ teachings: [DiaryRules.Teaching], _ timetable: Timetable) -> [(value: String, label: String)]
    {
        teachings.map { teaching in
            (
                value(of: teaching),
                [timetable.groups[teaching.group]?.name ?? "", timetable.subjects[teaching.subject]?.name ?? ""]
                    .joined(separator: " · ")
            )
        }
    }

    private func page(
        _ call: Call, _ actor: HomeworkService.Actor, _ timetable: Timetable, _ teachings: [DiaryRules.Teaching],
        _ chosen: DiaryRules.Teaching?, _ reader: FormReader, _ old: Assignment?, _ sent: FilesForm?
    ) async throws -> Response {
        let language = call.language
        let title: Phrase = old == nil ? .giveWork : .editWork
        var main = Component.heading(title[language], lead: HTML(text: actor.establishment.name))
        if let old, old.visa != nil {
            main += Notice(.information, Phrase.frozenAdvice[language]).html(language)
            main += Component.card(old.title, HomeworkListPages.text(old.content))
            return call.page(Page(title: title, main: main))
        }
        if let chosen { main += try await load(call, actor, timetable, chosen) }
        let hidden: HTML = """
            \(LessonFormPages.hidden("key", reader.form["key"]))\
            \(LessonFormPages.hidden("revision", old.map { String($0.revision) }))\
            \(LessonFormPages.hidden("given_on", old?.givenOn.description ?? reader.form["given_on"]))
            """
        let there: [StoredFile]
        if let sent {
            there = try await service.stored(sent.files, actor.context)
        } else if let old {
            there = try await service.teaching.files(actor.context, of: old.id.rawValue, .assignment)
        } else {
            there = []
        }
        main += HomeworkFormPages.form(
            call, hidden, fields(reader, teachings, timetable, old, language).before,
            content: HomeworkFormPages.content(reader, rows: 8, language),
            fields(reader, teachings, timetable, old, language).after,
            picker: HomeworkFormPages.picker(.assignment, there: there, refused: sent?.refused ?? [], language),
            cancel: "/homework")
        if let old {
            main += HomeworkFormPages.removal(
                call, .removeWork, action: "/homework/\(actor.uai)/work/\(old.id.rawValue)/remove",
                revision: old.revision)
        }
        return call.page(
            Page(title: title, main: main), status: HomeworkFormPages.status(call, reader))
    }

    private func fields(
        _ reader: FormReader, _ teachings: [DiaryRules.Teaching], _ timetable: Timetable, _ old: Assignment?,
        _ language: Language
    ) -> (before: [Field], after: [Field]) {
        func field(
            _ name: String, _ label: Phrase, _ control: Field.Control, hint: Phrase? = nil, required: Bool = true
        )
            -> Field
        {
            Field(
                name, label[language], control, value: reader.form[name], hint: hint?[language],
                error: reader.error(name)?[language], isRequired: required)
        }
        let kinds = Assignment.Kind.allCases.map { ($0.rawValue, Phrase.name(of: $0)[language]) }
        var fields: [Field] = []
        if old == nil {
            fields.append(
                field("teaching", .classAndSubject, .select([("", "")] + AssignmentPages.options(teachings, timetable)))
            )
        }
        fields += [
            field("kind", .workKind, .select(kinds)), field("title", .recordTitle, .input(type: "text")),
        ]
        let after = [
            field("due_on", .dueDay, .input(type: "date"), hint: .dueDayHint),
            field("override_reason", .overrideReason, .input(type: "text"), hint: .overrideHint, required: false),
            field("minutes", .estimatedMinutes, .input(type: "number"), required: false),
        ]
        let choices: [PublicationChoice] = old == nil ? [.now, .later] : [.keep, .now, .later]
        return (fields, after + PublicationChoice.fields(reader, choices: choices, language))
    }

    /// The class's next lessons of the subject, and what it has to do for each day until then.
    private func load(
        _ call: Call, _ actor: HomeworkService.Actor, _ timetable: Timetable, _ teaching: DiaryRules.Teaching
    ) async throws -> HTML {
        let language = call.language
        let today = actor.today(call.now)
        let lessons = DiaryRules.lessons(of: teaching, today...(today + 41), in: timetable, now: call.now)
            .prefix(AssignmentPages.lessonsShown)
        let last = lessons.last?.date ?? today + 13
        let load = try await service.teaching.load(actor.context, of: teaching.group, today...last)
        let byDay = Dictionary(load.map { ($0.day, $0) }, uniquingKeysWith: { first, _ in first })
        let lessonDays = Set(lessons.map(\.date))
        var table = Table(
            Phrase.classLoad[language], id: "load",
            [
                .text(Phrase.loadDay[language]), .text(Phrase.loadLesson[language]),
                .number(Phrase.loadWork[language]), .number(Phrase.loadTests[language]),
                .number(Phrase.loadMinutes[language]),
            ], hidesCaption: true)
        for day in lessonDays.union(byDay.keys).sorted() {
            let known = byDay[day]
            let link: Link = """
                /homework/\(actor.uai)/work/new?group=\(teaching.group.rawValue)&subject=\(teaching.subject.rawValue)&due_on=\(day)
                """
            let choose: HTML =
                lessonDays.contains(day)
                ? "<a href=\"\(link)\">\(Phrase.chooseDay[language])<span class=\"unseen\"> \(language.weekdayAndDay(day))</span></a>"
                : "–"
            table.add([
                HTML(text: language.weekdayAndDay(day)), choose, "\(known?.assignments ?? 0)", "\(known?.tests ?? 0)",
                "\(known?.minutes ?? 0)",
            ])
        }
        let title = Phrase.classLoad[language] + " · " + (timetable.groups[teaching.group]?.name ?? "")
        return Component.card(title, "<p class=\"hint\">\(Phrase.classLoadAdvice[language])</p>\(table.html)")
    }
}
