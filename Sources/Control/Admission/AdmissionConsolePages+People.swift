internal import Admission
internal import HTTP
internal import Identity
internal import Tenancy
internal import Web

/// Who is connected, by name: for those who may find accounts there.
extension AdmissionConsolePages {
    private static let pageLength = 50

    var people: Route {
        .page(
            .get, "/admission/{scope}/people", access: ConsolePages.access, tag: "Console",
            summary: "Who is connected in a scope, the latest first.", parameters: [Self.scopeParameter],
            query: [
                .text("role", "Only this role's.", maxLength: 20),
                .text("level", "Only pupils of this level.", maxLength: 20),
                .integer("from", 0...1_000_000, "How many come before."),
                .flag("live", "Loads itself again every ten seconds, which somebody has asked for."),
            ], errors: [.notFound, .noRight, .unavailable]
        ) { call in
            let language = call.language
            let scope = try scope(call, for: .accounts)
            // What a form leaves empty filters nothing.
            let role = call.query.text("role").flatMap(Role.init(rawValue:))
            let level = call.query.text("level").flatMap { $0.isEmpty ? nil : $0 }
            let offset = call.query.integer("from") ?? 0
            let key = AdmissionControl.key(scope, role: role, level: level)
            let count = try await control.count(key)
            let found = try await control.people(key, from: offset, limit: Self.pageLength + 1)
            let list: Link = "/admission/\(scope.name)/people"
            var same = list
            if let role { same = same.adding("role", role.rawValue) }
            if let level { same = same.adding("level", level) }
            var main = Component.heading(
                Phrase.whoIsConnected[language],
                lead: HTML(text: "\(control.name(of: scope)) · \(Phrase.peopleConnected(count, language)[language])"),
                // A head sees who is there, and not the places and rules.
                actions: control.may(.rules, in: scope, call)
                    ? Component.button(Phrase.admissionTitle[language], to: "/admission/\(scope.name)") : nil)
            main += filters(list, scope, role, level, call)
            if found.isEmpty {
                main += Component.emptyState(Phrase.nobodyConnected[language])
                main += live(offset == 0 ? same : same.adding("from", "\(offset)"), call)
            } else {
                main += Component.card(
                    table(found.prefix(Self.pageLength), language)
                        + live(offset == 0 ? same : same.adding("from", "\(offset)"), call))
            }
            main += Component.pagination(
                first: offset == 0 ? nil : same,
                next: found.count > Self.pageLength ? same.adding("from", "\(offset + Self.pageLength)") : nil,
                language)
            var page = Page(title: .whoIsConnected, main: main)
            // Only when asked for: a page that changes by itself interrupts whoever reads it slowly (WCAG 2.2.1).
            if call.query.flag("live") { page.refreshAfter = 10 }
            // Names of people who are there now: neither a cache nor a history has them.
            var response = call.page(page)
            response.headers.set("Cache-Control", "no-store")
            return response
        }
    }

    private func filters(
        _ list: Link, _ scope: RuleScope, _ role: Role?, _ level: String?, _ call: Call
    ) -> HTML {
        let language = call.language
        let everybody = [("", Phrase.allProfiles[language])]
        let roles = Role.allCases.filter { $0 != .platformAdmin }.map { ($0.rawValue, $0.phrase[language]) }
        let known = control.levels(of: scope)
        let levels = (known + (level.map { known.contains($0) ? [] : [$0] } ?? [])).map { ($0, $0) }
        var fields = [
            Field("role", Phrase.profileColumn[language], .select(everybody + roles), value: role?.rawValue ?? "")
        ]
        if !levels.isEmpty {
            fields.append(
                Field(
                    "level", Phrase.levelColumn[language], .select([("", Phrase.allLevels[language])] + levels),
                    value: level ?? ""))
        }
        return Component.card(
            FilterBar(list, fields, kept: call.query.flag("live") ? [("live", "1")] : []).html(language))
    }

    private func table(_ people: ArraySlice<AdmissionControl.Connected>, _ language: Language) -> HTML {
        var table = Table(
            Phrase.whoIsConnected[language], id: "people",
            [
                .text(Phrase.nameColumn[language]), .text(Phrase.login[language]),
                .text(Phrase.lastActivity[language]),
            ], hidesCaption: true)
        for person in people {
            table.add([
                HTML(text: person.name.isEmpty ? person.account.description : person.name), HTML(text: person.login),
                HTML(text: Phrase.ago(seconds: person.idle)[language]),
            ])
        }
        return table.html
    }
}
