internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// Who administers what, in the console: listed, given, taken away.
package struct MandateConsolePages: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] { [list, form, give, takeAway] }

    private func demandRight(_ call: Call) throws {
        guard service.charge(call).has(.delegation) else { throw ControlError.noRight(.delegation) }
    }

    private var list: Route {
        .page(
            .get, "/mandates", access: ConsolePages.access, tag: "Console",
            summary: "The mandates over what is in one's charge.",
            query: [.flag("done", "Says that it is done."), .token("cursor", "Where to go on.")], errors: [.noRight]
        ) { call in
            try demandRight(call)
            let language = call.language
            if call.query.flag("done") { call.frame.notices.append(Notice(.success, Phrase.done[language])) }
            let after = try call.query.text("cursor").map { text in
                guard let id = UUID(text) else { throw Problem(.invalidCursor) }
                return id
            }
            let scope = HandingForm(service, call).scope
            let found = try await service.mandates.list(scope, after: after, limit: 51)
            let actions: HTML = """
                \(Component.button(Phrase.giveMandate[language], to: "/mandates/new", isMain: true))\
                \(Component.button(Phrase.apiTokens[language], to: "/tokens"))
                """
            var main = Component.heading(
                Phrase.mandates[language], lead: HTML(text: Phrase.mandatesLead[language]), actions: actions)
            main +=
                found.isEmpty
                ? Component.emptyState(Phrase.noMandates[language])
                : Component.card(table(of: Array(found.prefix(50)), call))
            let next: Link? = found.count > 50 ? "/mandates?cursor=\(found[49].id.description)" : nil
            main += Component.pagination(first: after == nil ? nil : "/mandates", next: next, language)
            return call.page(Page(title: .mandates, main: main, width: .wide))
        }
    }

    private func table(of mandates: [MandateStore.Given], _ call: Call) -> HTML {
        let language = call.language
        let words = HandingForm(service, call)
        var table = Table(
            Phrase.mandates[language], id: "mandates",
            [
                .text(Phrase.nameColumn[language]), .text(Phrase.mandateRole[language]), .text(Phrase.over[language]),
                .text(Phrase.rights[language]), .text(Phrase.fromDay[language]), .text(Phrase.untilDay[language]),
                .text(Phrase.actionColumn[language]),
            ], hidesCaption: true)
        for each in mandates {
            table.add([
                "\(each.name)<br><span class=\"small muted\">\(each.login)</span>",
                HTML(text: each.role.phrase[language]), HTML(text: words.place(each.territory, each.establishment)),
                HTML(text: words.told(each.rights)), ConsolePages.day(each.from, language),
                each.until.map { ConsolePages.day($0, language) } ?? "–",
                ConsolePages.rowAct("/mandates/\(each.id)/remove", .takeAway, about: each.name, call),
            ])
        }
        return table.html
    }

    private var form: Route {
        .page(
            .get, "/mandates/new", access: ConsolePages.access, tag: "Console",
            summary: "The form that gives a mandate.", errors: [.noRight]
        ) { call in
            try demandRight(call)
            return call.page(giving(nil, call))
        }
    }

    private func giving(_ draft: FormReader?, _ call: Call) -> Page {
        let language = call.language
        func shown(_ field: String) -> String? { draft?.form[field] }
        func error(_ field: String) -> String? { draft?.error(field)?[language] }
        let form = PostForm(
            "/mandates",
            [
                Field(
                    "login", Phrase.login[language], value: shown("login"), hint: Phrase.mandateLoginHint[language],
                    error: error("login"), maxLength: 120)
            ] + HandingForm(service, call).fields(draft) + [
                Field(
                    "from", Phrase.fromDay[language], .input(type: "date"), value: shown("from"),
                    hint: Phrase.mandateFromHint[language], error: error("from"), isRequired: false),
                Field(
                    "until", Phrase.untilDay[language], .input(type: "date"), value: shown("until"),
                    hint: Phrase.mandateUntilHint[language], error: error("until"), isRequired: false),
            ], submit: Phrase.giveMandate[language],
            cancel: Component.button(Phrase.giveUpHere[language], to: "/mandates"),
            forgeryToken: call.frame.forgeryToken)
        return Page(
            title: .giveMandate,
            main: Component.heading(
                Phrase.giveMandate[language], lead: HTML(text: Phrase.giveMandateLead[language]))
                + Component.card(form.html(language)), width: .narrow)
    }

    private var give: Route {
        .page(
            .post, "/mandates", access: ConsolePages.access, tag: "Console", summary: "Gives a mandate.",
            body: .form([
                .text("login", "Of the account.", maxLength: 120), .text("role", "What the account becomes."),
                .text("territory", "Where."), .text("establishment", "Where.", maxLength: 8),
                .text("rights", "Which rights; none for all of the role's."), .text("from", "The first day."),
                .text("until", "The last day."),
            ]), errors: [.noRight]
        ) { call in
            try demandRight(call)
            var reader = FormReader(try await call.form())
            let login = reader.text("login", 1...120)
            var draft = HandingForm(service, call).read(&reader)
            let from = reader.isFilled("from") ? reader.date("from") : nil
            let until = reader.isFilled("until") ? reader.date("until") : nil
            if let from, let until, until < from { reader.refuse("until", .endsBeforeItBegins) }
            draft?.from = from
            draft?.until = until
            guard reader.isValid, let login, let draft else {
                return call.page(giving(reader, call), status: .unprocessableContent)
            }
            do {
                _ = try await service.give(draft, login: login, call)
            } catch let problem as Problem where problem.code == .loginUnknown || problem.code == .mandateTooWide {
                reader.refuse(
                    problem.code == .loginUnknown ? "login" : HandingForm.place(of: draft.role), problem.code.meaning)
                return call.page(giving(reader, call), status: .unprocessableContent)
            }
            return .seeOther("/mandates?done=1")
        }
    }

    private var takeAway: Route {
        .page(
            .post, "/mandates/{mandate}/remove", access: ConsolePages.access, tag: "Console",
            summary: "Takes a mandate away.", parameters: [.uuid("mandate", "Its number.")], body: .form([]),
            errors: [.noRight, .mandateTooWide]
        ) { call in
            try demandRight(call)
            try await service.takeAway(try call.path.uuid("mandate"), call)
            return .seeOther("/mandates?done=1")
        }
    }
}
