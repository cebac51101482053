internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The pages of a teacher's sequences: written in one field, laid on classes.
package struct SequencePages: Sendable {
    let service: HomeworkService

    package init(_ service: HomeworkService) { self.service = service }

    package var routes: [Route] { [list, newForm, add, editForm, replace, remove, lay] }

    private static let parameter = Parameter.uuid("sequence", "The sequence.")
    private static let fields: [Parameter] = [
        .text("title", "The title."), .text("text", "The lessons, each headed by #.", maxLength: 200_000),
        .text("key", "Makes the form count once.", maxLength: 36),
    ]
    private static let longestText = 200_000

    private var list: Route {
        .page(
            .get, "/homework/{establishment}/sequences", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "One's own sequences.", parameters: [HomeworkAPI.establishment],
            query: [.token("cursor", "Where to go on.")]
        ) { call in
            let actor = try service.teacher(call)
            let language = call.language
            let rows = try await service.sequences.list(
                actor.context, of: actor.person, before: try SequenceAPI.place(call), limit: 51)
            let page = ListPage(rows, limit: 50) { $0.id.rawValue.description }
            let root: Link = "/homework/\(actor.uai)/sequences"
            var main = Component.heading(
                Phrase.sequences[language], lead: HTML(text: Phrase.sequenceAdvice[language]),
                actions: Component.button(
                    Phrase.newSequence[language], to: "/homework/\(actor.uai)/sequences/new", isMain: true))
            if page.items.isEmpty {
                main += Component.emptyState(Phrase.noSequences[language])
            } else {
                let items = page.items.html { item in
                    """
                    <li><a href="\("/homework/\(actor.uai)/sequences/\(item.id.rawValue)" as Link)">\(item.title)</a> · \
                    \(Phrase.sequenceLesson[language]) : \(item.steps)</li>
                    """
                }
                main += Component.card("<ul class=\"lines\">\(items)</ul>")
            }
            main += Component.pagination(
                first: call.query.text("cursor") == nil ? nil : root, next: page.next.map { root.adding("cursor", $0) },
                language)
            return call.page(Page(title: .sequences, main: main))
        }
    }

    private var newForm: Route {
        .page(
            .get, "/homework/{establishment}/sequences/new", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "The form of a new sequence.", parameters: [HomeworkAPI.establishment]
        ) { call in
            let actor = try service.teacher(call)
            let form = EntryForm(.sequence, service, actor, [("key", UUID.v7().description)])
            return try await page(call, form, nil, .empty)
        }
    }

    private var add: Route {
        .page(
            .post, "/homework/{establishment}/sequences/new", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Adds a sequence.", parameters: [HomeworkAPI.establishment],
            body: .multipart(SequencePages.fields, limit: EntryForm.limit), errors: [.invalidHomework]
        ) { call in
            let actor = try service.teacher(call)
            var form = try await EntryForm(.sequence, service, actor, receiving: call)
            guard let (title, steps) = try await SequencePages.read(&form) else {
                return try await page(call, form, nil, .empty)
            }
            let id = SequenceID(rawValue: form.identifier)
            let year = SchoolYear(of: actor.today(call.now))
            let sent = form
            try await service.write(actor) { transaction in
                let isNew = try await service.sequences.add(
                    id, title: title, steps: steps, year: year, of: actor.person, in: transaction)
                if isNew { try await sent.attachFiles(to: id.rawValue, in: transaction) }
            }
            return .seeOther("/homework/\(actor.uai)/sequences/\(id.rawValue)")
        }
    }

    private var editForm: Route {
        .page(
            .get, "/homework/{establishment}/sequences/{sequence}", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "A sequence: its lessons, and the way to lay it on classes.",
            parameters: [HomeworkAPI.establishment, SequencePages.parameter]
        ) { call in
            let actor = try service.teacher(call)
            let sequence = try await find(call, actor)
            let files = try await service.teaching.files(actor.context, of: sequence.id.rawValue, .sequence)
            let text = SequenceText(files: files.map { ($0.name, $0.id) })
            let form = EntryForm(
                .sequence, service, actor,
                [("title", sequence.title), ("text", text.text(sequence.steps, call.language))])
            let laying = try await layForm(call, actor, sequence, FormReader(Form(fields: [])))
            return try await page(call, form, sequence, laying)
        }
    }

    private var replace: Route {
        .page(
            .post, "/homework/{establishment}/sequences/{sequence}", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Replaces a sequence.", parameters: [HomeworkAPI.establishment, SequencePages.parameter],
            body: .multipart(SequencePages.fields + [EntryForm.revisionParameter], limit: EntryForm.limit),
            errors: [.homeworkChanged, .invalidHomework]
        ) { call in
            let actor = try service.teacher(call)
            let sequence = try await find(call, actor)
            var form = try await EntryForm(.sequence, service, actor, receiving: call)
            guard let (title, steps) = try await SequencePages.read(&form) else {
                return try await page(call, form, sequence, .empty)
            }
            let sent = form
            try await service.write(actor) { transaction in
                try await service.sequences.replace(
                    sequence.id, title: title, steps: steps, revision: sent.revision, of: actor.person,
                    in: transaction)
                try await sent.attachFiles(to: sequence.id.rawValue, in: transaction)
            }
            return .seeOther("/homework/\(actor.uai)/sequences/\(sequence.id.rawValue)")
        }
    }

    private var remove: Route {
        .page(
            .post, "/homework/{establishment}/sequences/{sequence}/remove", access: HomeworkEditAPI.teachers,
            tag: "Homework", summary: "Removes a sequence.",
            parameters: [HomeworkAPI.establishment, SequencePages.parameter],
            body: .form([EntryForm.revisionParameter]), errors: [.homeworkChanged]
        ) { call in
            let actor = try service.teacher(call)
            let sequence = try await find(call, actor)
            let revision = try await call.form()["revision"].flatMap { Int($0) } ?? 0
            try await service.write(actor) { transaction in
                try await service.sequences.remove(
                    sequence.id, revision: revision, of: actor.person, in: transaction)
                try await service.files.release(sequence.id.rawValue, use: .sequence, in: transaction)
            }
            return .seeOther("/homework/\(actor.uai)/sequences")
        }
    }

    private var lay: Route {
        .page(
            .post, "/homework/{establishment}/sequences/{sequence}/lay", access: HomeworkEditAPI.teachers,
            tag: "Homework", summary: "Lays a sequence on the lessons of classes.",
            parameters: [HomeworkAPI.establishment, SequencePages.parameter],
            body: .form([
                .date("from", "The first day."), .text("teachings", "Several: GROUP:SUBJECT.", maxLength: 73),
            ]), errors: [.noTimetable, .notTeaching, .invalidHomework]
        ) { call in
            let actor = try service.teacher(call)
            let sequence = try await find(call, actor)
            let today = actor.today(call.now)
            var reader = FormReader(try await call.form())
            let from = reader.date("from")
            let timetable = try await service.timetable(actor, of: today)
            let wanted = Set(reader.form.all("teachings"))
            let chosen = AssignmentPages.teachings(of: actor, today, timetable, call.now).filter {
                wanted.contains(AssignmentPages.value(of: $0))
            }
            if chosen.isEmpty || chosen.count > SequenceRules.mostClasses { reader.refuse("teachings", .chooseAGroup) }
            if let from, SchoolYear(of: from) != timetable.year { reader.refuse("from", .valueDoesNotFit) }
            guard reader.isValid, let from else {
                return try await refused(call, actor, sequence, reader)
            }
            let plan = try await service.plan(sequence, on: chosen, from: from, by: actor, now: call.now)
            do {
                let counts = try await service.write(actor) { transaction in
                    try await service.lay(plan, by: actor, in: transaction)
                }
                let language = call.language
                let main: HTML = """
                    \(Component.heading(Phrase.laySequence[language], lead: HTML(text: sequence.title)))\
                    \(Notice(.success, Phrase.laid(counts.records, counts.assignments)[language]).html(language, isLive: true))\
                    <p class="actions">\(Component.button(Phrase.homework[language], to: "/homework?date=\(from)", isMain: true))</p>
                    """
                return call.page(Page(title: .laySequence, main: main))
            } catch HomeworkError.tooFewLessons {
                reader.refuse("from", .layTooFew)
                return try await refused(call, actor, sequence, reader)
            }
        }
    }

    private func find(_ call: Call, _ actor: HomeworkService.Actor) async throws -> TeachingSequence {
        try await service.sequences.sequence(
            actor.context, SequenceID(rawValue: try call.path.uuid("sequence")), of: actor.person)
    }

    private static func read(
        _ form: inout EntryForm
    ) async throws -> (title: String, steps: [TeachingSequence.Step])? {
        let title = form.reader.text("title", 1...DiaryRules.longestTitle)
        let text = form.reader.text("text", 1...longestText)
        var reading = SequenceText(files: try await form.files(of: nil).map { ($0.name, $0.id) })
        let steps = reading.parse(text ?? "")
        if text != nil {
            if steps.isEmpty { form.reader.refuse("text", .sequenceEmpty) }
            if steps.count > SequenceRules.mostSteps { form.reader.refuse("text", .sequenceTooLong) }
            if !steps.allSatisfy(SequenceRules.fits) { form.reader.refuse("text", .valueDoesNotFit) }
            if let name = reading.unknown.first { form.reader.refuse("text", .sequenceFileUnknown(name)) }
        }
        guard form.isToBeSaved, let title else { return nil }
        return (title, steps)
    }

    private func page(
        _ call: Call, _ form: EntryForm, _ sequence: TeachingSequence?, _ laying: HTML
    ) async throws -> Response {
        let language = call.language
        let (reader, actor) = (form.reader, form.actor)
        let hidden: HTML = """
            \(Component.hidden("key", reader.form["key"]))\
            \(Component.hidden("revision", sequence.map { String($0.revision) }))
            """
        let fields = [
            Field(
                "title", Phrase.sequenceTitle[language], value: reader.form["title"],
                error: reader.error("title")?[language], maxLength: DiaryRules.longestTitle),
            Field(
                "text", Phrase.sequenceText[language], .area(rows: 18), value: reader.form["text"],
                hint: Phrase.sequenceTextHint[language], error: reader.error("text")?[language]),
        ]
        var main = Component.heading(sequence?.title ?? Phrase.newSequence[language])
        main += laying
        main += HomeworkFormPages.form(
            call, hidden, fields, picker: try await form.picker(of: sequence?.id.rawValue, language),
            pickerError: reader.error(Files.pickerField), cancel: "/homework/\(actor.uai)/sequences")
        if let sequence {
            main += HomeworkFormPages.removal(
                call, .removeSequence, advice: .removeSequenceAdvice,
                action: "/homework/\(actor.uai)/sequences/\(sequence.id.rawValue)/remove", revision: sequence.revision)
        }
        return form.page(call, sequence == nil ? .newSequence : .sequences, main)
    }

    private func refused(
        _ call: Call, _ actor: HomeworkService.Actor, _ sequence: TeachingSequence, _ reader: FormReader
    ) async throws -> Response {
        let main: HTML = """
            \(Component.heading(Phrase.laySequence[call.language], lead: HTML(text: sequence.title)))\
            \(try await layForm(call, actor, sequence, reader))
            """
        return call.page(Page(title: .laySequence, main: main), status: .unprocessableContent)
    }

    private func layForm(
        _ call: Call, _ actor: HomeworkService.Actor, _ sequence: TeachingSequence, _ reader: FormReader
    ) async throws -> HTML {
        let language = call.language
        let today = actor.today(call.now)
        let timetable = try await service.timetable(actor, of: today)
        let options = AssignmentPages.options(
            AssignmentPages.teachings(of: actor, today, timetable, call.now), timetable)
        let fields = [
            Field(
                "from", Phrase.layFrom[language], .input(type: "date"),
                value: reader.form["from"] ?? (today + 1).description, error: reader.error("from")?[language]),
            Field(
                "teachings", Phrase.layClasses[language],
                .boxes(options, chosen: Set(reader.form.all("teachings"))), error: reader.error("teachings")?[language]),
        ]
        let form = PostForm(
            "/homework/\(actor.uai)/sequences/\(sequence.id.rawValue)/lay", fields,
            submit: Phrase.laySequence[language],
            forgeryToken: call.frame.forgeryToken)
        return Component.card(Phrase.laySequence[language], form.html(language))
    }
}
