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
            var main = Component.heading(
                Phrase.auditLog[language], lead: HTML(text: Phrase.auditLead[language]),
                actions: Component.button(Phrase.exportCSV[language], to: "/api/v1/audit/export?format=csv"))
            main += FilterBar("/audit", ConsolePages.auditFields(call)).html(language)
            guard !records.isEmpty else {
                main += Component.emptyState(Phrase.nothingFound[language])
                return call.page(Page(title: .auditLog, main: main))
            }
            var table = Table(
                Phrase.auditLog[language], id: "audit",
                [
                    .text(Phrase.when[language]), .text(Phrase.act[language]), .text(Phrase.target[language]),
                    .text(Phrase.actor[language]), .text(Phrase.address[language]),
                    .text(Phrase.changedValues[language]),
                ], hidesCaption: true)
            for record in records.prefix(50) {
                table.add([
                    ConsolePages.instant(record.at, language), HTML(text: record.action),
                    HTML(text: record.target), HTML(text: record.actor), HTML(text: record.address),
                    ConsolePages.details(of: record, language),
                ])
            }
            main += Component.card(table.html)
            let next: Link? = records.count > 50 ? "/audit?cursor=\(String(records[49].number))" : nil
            main += Component.pagination(
                first: before == nil ? nil : ConsolePages.narrowed("/audit", call),
                next: next.map { ConsolePages.narrowed($0, call) }, language)
            return call.page(Page(title: .auditLog, main: main, width: .wide))
        }
    }

    private static func auditFields(_ call: Call) -> [Field] {
        let language = call.language
        func field(_ name: String, _ label: Phrase, type: StaticString = "search", most: Int?) -> Field {
            Field(
                name, label[language], .input(type: type), value: auditValue(name, call), isRequired: false,
                maxLength: most)
        }
        var action = field("action", .filterAudit, most: 100)
        action.hint = Phrase.filterAuditHint[language]
        var actor = field("actor", .actor, most: 100)
        actor.hint = Phrase.filterActorHint[language]
        return [
            action, actor, field("establishment", .establishmentCode, most: 8),
            field("since", .fromDay, type: "date", most: nil), field("until", .untilDay, type: "date", most: nil),
        ]
    }

    private static func auditValue(_ name: String, _ call: Call) -> String? {
        switch name {
        case "since", "until": call.query.date(name)?.description
        default: call.query.text(name)
        }
    }

    /// The same address with the filters in force.
    private static func narrowed(_ link: Link, _ call: Call) -> Link {
        var link = link
        func add(_ name: StaticString) {
            if let value = auditValue(name.description, call) { link = link.adding(name, value) }
        }
        for name: StaticString in ["action", "actor", "establishment", "territory", "target", "since", "until"] {
            add(name)
        }
        return link
    }

    /// What was there before an act and after it, one line a value.
    private static func details(of record: AuditRecord, _ language: Language) -> HTML {
        let (before, after) = (record.before?.members ?? [], record.after?.members ?? [])
        let names = before.map(\.name) + after.map(\.name).filter { name in !before.contains { $0.name == name } }
        guard !names.isEmpty else { return HTML() }
        func text(_ members: [JSON.Member], _ name: String) -> HTML {
            guard let value = members.first(where: { $0.name == name })?.value else { return "–" }
            if case .string(let text) = value { return HTML(text: text) }
            return HTML(text: value.serialized)
        }
        let lines = names.html { name in
            "<li><strong>\(name)</strong> : \(text(before, name)) → \(text(after, name))</li>"
        }
        return "<details><summary>\(Phrase.beforeAndAfter[language])</summary><ul>\(lines)</ul></details>"
    }
}
