internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

extension ConsolePages {
    var auditRoutes: [Route] { [auditPage] }

    private var auditPage: Route {
        .page(
            .get, "/audit", access: ConsolePages.access, tag: "Console",
            summary: "Administrative acts, the newest first.",
            query: AuditAPI.filters + [.token("cursor", "Where to go on.")]
        ) { call in
            let language = call.language
            let filter = try service.auditFilter(call)
            let before = call.query.text("cursor").flatMap { Int64($0) }
            let records = try await service.audit.list(filter, before: before, limit: 51)
            let field = Field(
                "action", Phrase.filterAudit[language], .input(type: "search"), value: call.query.text("action"),
                hint: Phrase.filterAuditHint[language], isRequired: false, maxLength: 100)
            var main = Component.heading(
                Phrase.auditLog[language], lead: HTML(text: Phrase.auditLead[language]),
                actions: Component.button(Phrase.exportCSV[language], to: "/api/v1/audit/export?format=csv"))
            main += Component.card(
                """
                <form class="form" method="get" action="/audit" role="search">\(field.html(language))\
                <div class="actions"><button class="button main" type="submit">\(Phrase.search[language])</button></div></form>
                """)
            guard !records.isEmpty else {
                main += Component.emptyState(Phrase.nothingFound[language])
                return call.page(Page(title: .auditLog, main: main))
            }
            var table = Table(
                Phrase.auditLog[language], id: "audit",
                [
                    .text(Phrase.when[language]), .text(Phrase.act[language]), .text(Phrase.target[language]),
                    .text(Phrase.actor[language]), .text(Phrase.address[language]),
                ], hidesCaption: true)
            for record in records.prefix(50) {
                table.add([
                    ConsolePages.instant(record.at, language), HTML(text: record.action),
                    HTML(text: record.target), HTML(text: record.actor), HTML(text: record.address),
                ])
            }
            main += Component.card(table.html)
            var next: Link?
            if records.count > 50 {
                next = "/audit?cursor=\(String(records[49].number))"
                if let action = call.query.text("action") { next = next?.adding("action", action) }
            }
            main += Component.pagination(first: before == nil ? nil : "/audit", next: next, language)
            return call.page(Page(title: .auditLog, main: main, width: .wide))
        }
    }
}
