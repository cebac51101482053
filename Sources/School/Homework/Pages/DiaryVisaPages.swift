internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The pages on which the head signs diaries.
package struct DiaryVisaPages: Sendable {
    let service: HomeworkService

    package init(_ service: HomeworkService) { self.service = service }

    package var routes: [Route] { [list, form, sign] }

    private var list: Route {
        .page(
            .get, "/homework/{establishment}/visas", access: DiaryDocumentAPI.readers, tag: "Homework",
            summary: "The visas given; a teacher sees those on their own diary.",
            parameters: [HomeworkAPI.establishment], query: [.token("cursor", "Where to go on.")]
        ) { call in
            let actor = try service.actor(call, .teacher, .head)
            let language = call.language
            let timetable = try await service.timetable(actor, of: actor.today(call.now))
            let rows = try await service.kept.visas(
                actor.context, of: actor.isHead ? nil : actor.person, before: try SequenceAPI.place(call), limit: 51)
            let page = ListPage(rows, limit: 50) { $0.id.rawValue.description }
            let root: Link = "/homework/\(actor.uai)/visas"
            let action: HTML? =
                actor.isHead
                ? Component.button(Phrase.newVisa[language], to: "/homework/\(actor.uai)/visas/new", isMain: true) : nil
            var main = Component.heading(
                Phrase.visas[language], lead: HTML(text: actor.establishment.name), actions: action)
            if page.items.isEmpty {
                main += Component.emptyState(Phrase.noVisas[language])
            } else {
                let items = page.items.map { visa in
                    let api = "/api/v1/establishments/\(actor.uai)/diary-visas/\(visa.id.rawValue)"
                    let signed = language.date(actor.establishment.timeZone.date(microseconds: visa.signedAt))
                    let head = visa.signedBy.flatMap { timetable.teachers[$0] }
                    return ItemList.Item(
                        timetable.teachers[visa.teacher] ?? "",
                        details: [
                            language.period(visa.days.lowerBound, visa.days.upperBound),
                            Phrase.counts(visa.records, visa.assignments)[language],
                            [Phrase.visaSigned(signed)[language], head].compactMap { $0 }.joined(separator: ", "),
                        ], content: visa.comment.isEmpty ? nil : Component.prose(visa.comment),
                        actions: DiaryArchivePages.documents(api, language))
                }
                main += Component.card(ItemList(items).html(language))
            }
            main += Component.pagination(
                first: call.query.text("cursor") == nil ? nil : root, next: page.next.map { root.adding("cursor", $0) },
                language)
            return call.page(Page(title: .visas, main: main))
        }
    }

    private var form: Route {
        .page(
            .get, "/homework/{establishment}/visas/new", access: DiaryDocumentAPI.heads, tag: "Homework",
            summary: "The form that signs a teacher's diary of a period.", parameters: [HomeworkAPI.establishment]
        ) { call in
            let actor = try service.head(call)
            let today = actor.today(call.now)
            let fields = [
                ("key", UUID.v7().description), ("from", (today + -27).description), ("to", today.description),
            ]
            let reader = FormReader(Form(fields: fields.map { Form.Field(name: $0.0, value: $0.1) }))
            return try await page(call, actor, reader)
        }
    }

    private var sign: Route {
        .page(
            .post, "/homework/{establishment}/visas/new", access: DiaryDocumentAPI.heads, tag: "Homework",
            summary: "Signs a teacher's diary of a period.", parameters: [HomeworkAPI.establishment],
            body: .form([
                .uuid("teacher", "The teacher."), .date("from", "First day."), .date("to", "Last day."),
                .text("comment", "What the head says.", maxLength: 2_000),
                .text("key", "Makes the form count once.", maxLength: 36),
            ]), errors: [.noTimetable, .diaryTooLarge, .homeworkChanged, .invalidHomework]
        ) { call in
            let actor = try service.head(call)
            var reader = FormReader(try await call.form())
            let teacher = reader.uuid("teacher").map { PersonID(rawValue: $0) }
            let from = reader.date("from")
            let to = reader.date("to")
            let comment = reader.optionalText("comment", upTo: 2_000) ?? ""
            if let from, let to,
                from > to || to > actor.today(call.now) || SchoolYear(of: from) != SchoolYear(of: to)
            {
                reader.refuse("to", .visaPeriodOver)
            }
            guard reader.isValid, let teacher, let from, let to else { return try await page(call, actor, reader) }
            let id = reader.form["key"].flatMap { UUID($0) }.map { VisaID(rawValue: $0) } ?? .new()
            let shown: Link = "/homework/\(actor.uai)/visas"
            let prepared = try await service.prepareVisa(
                teacher: teacher, days: from...to, comment: comment, by: actor, now: call.now, in: call.language)
            do {
                _ = try await service.write(actor) { transaction in
                    try await service.sign(prepared, as: id, by: actor, in: transaction)
                }
            } catch HomeworkError.alreadyRecorded {
                // The same form sent twice: signed once.
                return .seeOther(shown)
            }
            return .seeOther(shown)
        }
    }

    private func page(
        _ call: Call, _ actor: HomeworkService.Actor, _ reader: FormReader
    ) async throws -> Response {
        let language = call.language
        let timetable = try await service.timetable(actor, of: actor.today(call.now))
        let teaching = Set(timetable.lessons.values.flatMap(\.teachers))
        let names = timetable.teachers.filter { teaching.contains($0.key) }
            .map { ($0.key.rawValue.description, $0.value) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        func field(_ name: String, _ label: Phrase, _ control: Field.Control, required: Bool = true) -> Field {
            Field(
                name, label[language], control, value: reader.form[name], error: reader.error(name)?[language],
                isRequired: required)
        }
        let fields = [
            field("teacher", .visaTeacher, .select([("", "")] + names)), field("from", .visaFrom, .input(type: "date")),
            field("to", .visaTo, .input(type: "date")), field("comment", .visaComment, .area(rows: 4), required: false),
        ]
        let form: HTML = """
            <form class="form" method="post" action="\("/homework/\(actor.uai)/visas/new" as Link)" novalidate>\
            \(Component.token(call.frame.forgeryToken))\(Component.hidden("key", reader.form["key"]))\
            \(Field.summary(fields, language))\(fields.html { $0.html(language) })\
            <div class="actions"><button class="button main" type="submit">\(Phrase.visaSign[language])</button>\
            \(Component.button(Phrase.cancel[language], to: "/homework/\(actor.uai)/visas"))</div></form>
            """
        let main: HTML = """
            \(Component.heading(Phrase.newVisa[language], lead: HTML(text: Phrase.visaAdvice[language])))\(form)
            """
        return call.page(Page(title: .newVisa, main: main), status: reader.isValid ? .ok : .unprocessableContent)
    }
}
