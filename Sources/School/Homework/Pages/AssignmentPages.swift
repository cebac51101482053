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
        EntryForm.parameters + [
            .text("teaching", "Class and subject: GROUP:SUBJECT.", maxLength: 73),
            .date("given_on", "The day it is given."),
            .date("due_on", "The day it is due."),
            .enumeration("kind", Assignment.Kind.allCases.map(\.rawValue), "What it is."),
            .text("minutes", "Estimated minutes.", maxLength: 3),
            .text("override_reason", "Why it is due without a lesson.", maxLength: DiaryRules.longestReason),
        ]
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
            return try await page(
                call, timetable, teachings, chosen, EntryForm(.assignment, service, actor, fields), nil)
        }
    }

    private var add: Route {
        .page(
            .post, "/homework/{establishment}/work/new", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Gives work to a class.", parameters: [HomeworkAPI.establishment],
            body: .multipart(AssignmentPages.fields, limit: EntryForm.limit),
            errors: [.noTimetable, .notTeaching, .invalidHomework]
        ) { call in
            let actor = try service.teacher(call)
            let today = actor.today(call.now)
            let timetable = try await service.timetable(actor, of: today)
            let teachings = AssignmentPages.teachings(of: actor, today, timetable, call.now)
            var form = try await EntryForm(.assignment, service, actor, receiving: call)
            let chosen = teachings.first { AssignmentPages.value(of: $0) == form.reader.form["teaching"] }
            if chosen == nil { form.reader.refuse("teaching", .valueDoesNotFit) }
            let givenOn = form.reader.date("given_on")
            let read = AssignmentPages.read(&form.reader, actor, call.now)
            guard let chosen, let givenOn, var draft = read?.draft(chosen, givenOn: givenOn), form.isToBeSaved,
                let due = try AssignmentPages.due(of: draft, timetable, call.now, &form)
            else { return try await page(call, timetable, teachings, chosen, form, nil) }
            draft.overrideReason = due.lesson == nil ? draft.overrideReason : nil
            let id = AssignmentID(rawValue: form.identifier)
            let (written, sent) = (draft, form)
            try await service.write(actor) { transaction in
                try await service.edits.add(
                    written, as: id, due: due.lesson, year: timetable.year, by: actor.person, in: transaction)
                try await sent.attachFiles(to: id.rawValue, in: transaction)
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
            let teaching = DiaryRules.Teaching(subject: old.subject, group: old.group)
            return try await page(
                call, timetable, [teaching], teaching, EntryForm(.assignment, service, actor, fields), old)
        }
    }

    private var replace: Route {
        .page(
            .post, "/homework/{establishment}/work/{assignment}/edit", access: HomeworkEditAPI.teachers,
            tag: "Homework", summary: "Changes work given.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.assignment],
            body: .multipart(
                AssignmentPages.fields + [EntryForm.revisionParameter], limit: EntryForm.limit),
            errors: [.noTimetable, .homeworkChanged, .homeworkFrozen]
        ) { call in
            let actor = try service.teacher(call)
            let (old, timetable) = try await find(call, actor)
            let teaching = DiaryRules.Teaching(subject: old.subject, group: old.group)
            var form = try await EntryForm(.assignment, service, actor, receiving: call)
            let read = AssignmentPages.read(&form.reader, actor, call.now)
            guard let draft = read?.draft(teaching, givenOn: old.givenOn), form.isToBeSaved,
                let due = try AssignmentPages.due(of: draft, timetable, call.now, &form)
            else { return try await page(call, timetable, [teaching], teaching, form, old) }
            let sent = form
            try await service.write(actor) { transaction in
                try await service.edits.replace(
                    old, with: draft, due: due.lesson, revision: sent.revision, year: timetable.year,
                    by: actor.person, in: transaction)
                try await sent.attachFiles(to: old.id.rawValue, in: transaction)
            }
            return .seeOther("/homework?date=\(draft.dueOn)")
        }
    }

    private var remove: Route {
        .page(
            .post, "/homework/{establishment}/work/{assignment}/remove", access: HomeworkEditAPI.teachers,
            tag: "Homework", summary: "Removes work given.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.assignment],
            body: .form([EntryForm.revisionParameter]),
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

    /// What a draft is due for.
    private struct Due {
        /// None when the form gives a reason for a day without one.
        let lesson: Occurrence?
    }

    /// - Returns: nil for what the timetable refuses, which is said at the field it is about.
    /// - Throws: the rest, which is nobody's slip of the pen.
    private static func due(
        of draft: AssignmentDraft, _ timetable: Timetable, _ now: Int64, _ form: inout EntryForm
    ) throws -> Due? {
        do throws(HomeworkError) {
            return Due(lesson: try DiaryRules.due(of: draft, by: form.actor.person, in: timetable, now: now))
        } catch {
            switch error {
            case .noLesson: form.reader.refuse("due_on", .noLessonField)
            case .invalid(let field): form.reader.refuse(field, .valueDoesNotFit)
            default: throw error
            }
            return nil
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
        _ call: Call, _ timetable: Timetable, _ teachings: [DiaryRules.Teaching], _ chosen: DiaryRules.Teaching?,
        _ form: EntryForm, _ old: Assignment?
    ) async throws -> Response {
        let language = call.language
        let (reader, actor) = (form.reader, form.actor)
        let title: Phrase = old == nil ? .giveWork : .editWork
        var main = Component.heading(title[language], lead: HTML(text: actor.establishment.name))
        if let old, old.visa != nil {
            main += Notice(.information, Phrase.frozenAdvice[language]).html(language)
            main += Component.card(old.title, HomeworkListPages.text(old.content))
            return call.page(Page(title: title, main: main))
        }
        if let chosen { main += try await load(call, actor, timetable, chosen) }
        let hidden: HTML = """
            \(Component.hidden("key", reader.form["key"]))\
            \(Component.hidden("revision", old.map { String($0.revision) }))\
            \(Component.hidden("given_on", old?.givenOn.description ?? reader.form["given_on"]))
            """
        let (before, after) = fields(reader, teachings, timetable, old, language)
        main += HomeworkFormPages.form(
            call, hidden, before, content: HomeworkFormPages.content(reader, rows: 8, language), after,
            picker: try await form.picker(of: old?.id.rawValue, language),
            pickerError: reader.error(Files.pickerField), cancel: "/homework")
        if let old {
            main += HomeworkFormPages.removal(
                call, .removeWork, action: "/homework/\(actor.uai)/work/\(old.id.rawValue)/remove",
                revision: old.revision)
        }
        return form.page(call, title, main)
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
                .text(Phrase.loadDay[language]), .number(Phrase.loadWork[language]),
                .number(Phrase.loadTests[language]), .number(Phrase.loadMinutes[language]),
                .text(Phrase.loadLesson[language]),
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
                HTML(text: language.weekdayAndDay(day)), "\(known?.assignments ?? 0)", "\(known?.tests ?? 0)",
                "\(known?.minutes ?? 0)", choose,
            ])
        }
        let title = Phrase.classLoad[language] + " · " + (timetable.groups[teaching.group]?.name ?? "")
        return Component.card(title, "<p class=\"hint\">\(Phrase.classLoadAdvice[language])</p>\(table.html)")
    }
}
