internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The page of a teacher's archives, of this year and those before.
package struct DiaryArchivePages: Sendable {
    let service: HomeworkService

    package init(_ service: HomeworkService) { self.service = service }

    package var routes: [Route] { [list, keep] }

    private var list: Route {
        .page(
            .get, "/homework/{establishment}/archives", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "One's own archives, and the way to keep another.", parameters: [HomeworkAPI.establishment],
            query: [.token("cursor", "Where to go on.")]
        ) { call in
            let actor = try service.teacher(call)
            let language = call.language
            let rows = try await service.kept.archives(
                actor.context, of: actor.person, before: try SequenceAPI.place(call), limit: 51)
            let page = ListPage(rows, limit: 50) { $0.id.rawValue.description }
            let root: Link = "/homework/\(actor.uai)/archives"
            var main = Component.heading(Phrase.archives[language], lead: HTML(text: Phrase.archiveAdvice[language]))
            main += try await form(call, actor)
            if page.items.isEmpty {
                main += Component.emptyState(Phrase.noArchives[language])
            } else {
                main += DiaryArchivePages.table(page.items, actor, language)
            }
            main += Component.pagination(
                first: call.query.text("cursor") == nil ? nil : root, next: page.next.map { root.adding("cursor", $0) },
                language)
            return call.page(Page(title: .archives, main: main))
        }
    }

    private var keep: Route {
        .page(
            .post, "/homework/{establishment}/archives", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Keeps one's diary of a class.", parameters: [HomeworkAPI.establishment],
            body: .form([
                .uuid("group", "The class or group."), .text("key", "Makes the form count once.", maxLength: 36),
            ]), errors: [.noTimetable, .diaryTooLarge, .invalidHomework]
        ) { call in
            let actor = try service.teacher(call)
            var reader = FormReader(try await call.form())
            guard let group = reader.uuid("group") else { throw HomeworkError.invalid(field: "group") }
            let id = reader.form["key"].flatMap { UUID($0) }.map { ArchiveID(rawValue: $0) } ?? .new()
            let prepared = try await service.prepareArchive(
                teacher: actor.person, group: GroupID(rawValue: group), by: actor, now: call.now, in: call.language)
            do {
                _ = try await service.write(actor) { transaction in
                    try await service.keep(prepared, as: id, in: transaction)
                }
            } catch HomeworkError.alreadyRecorded {
                // The same form sent twice: kept once.
                return .seeOther("/homework/\(actor.uai)/archives")
            }
            return .seeOther("/homework/\(actor.uai)/archives")
        }
    }

    private func form(_ call: Call, _ actor: HomeworkService.Actor) async throws -> HTML {
        let language = call.language
        let today = actor.today(call.now)
        let timetable = try await service.timetable(actor, of: today)
        let groups = Set(AssignmentPages.teachings(of: actor, today, timetable, call.now).map(\.group))
        let options = groups.map { ($0.rawValue.description, timetable.groups[$0]?.name ?? "") }.sorted { $0.1 < $1.1 }
        guard !options.isEmpty else { return .empty }
        let field = Field("group", Phrase.keptClass[language], .select(options))
        return Component.card(
            """
            <form class="form" method="post" action="\("/homework/\(actor.uai)/archives" as Link)" novalidate>\
            \(Component.token(call.frame.forgeryToken))\(Component.hidden("key", UUID.v7().description))\
            \(field.html(language))<div class="actions"><button class="button main" type="submit">\
            \(Phrase.keepArchive[language])</button></div></form>
            """)
    }

    private static func table(
        _ archives: [DiaryArchive], _ actor: HomeworkService.Actor, _ language: Language
    ) -> HTML {
        var table = Table(
            Phrase.archives[language], id: "archives",
            [
                .text(Phrase.keptClass[language]), .text(Phrase.keptYear[language]), .text(Phrase.keptCounts[language]),
                .text(Phrase.keptDocument[language]),
            ], hidesCaption: true)
        for archive in archives {
            let api = "/api/v1/establishments/\(actor.uai)/diary-archives/\(archive.id.rawValue)"
            table.add([
                HTML(text: archive.groupName), HTML(text: archive.year.description),
                HTML(text: Phrase.counts(archive.records, archive.assignments)[language]),
                "<span class=\"actions\">\(documents(api, language))</span>",
            ])
        }
        return table.html
    }

    /// Links to both forms of what is kept.
    static func documents(_ api: String, _ language: Language) -> HTML {
        guard let pdf = Link(localPath: api + "/pdf"), let data = Link(localPath: api + "/data") else { return .empty }
        return "\(Component.button("PDF", to: pdf)) \(Component.button("JSON", to: data))"
    }
}
