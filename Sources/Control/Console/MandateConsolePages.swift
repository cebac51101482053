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

    private static let listed = HandingList<MandateStore.Given>(
        name: DelegationAPI.listName, link: "/mandates", title: .mandates, lead: .mandatesLead, none: .noMandates,
        filters: [
            .init(name: "login", label: .loginOrName, hint: .loginOrNameHint, maxLength: 120),
            .init(
                name: "establishment", label: .establishmentCode, hint: .mandatesOfEstablishmentHint, maxLength: 8,
                unknown: .noSuchUAI),
        ], actions: [(.giveMandate, "/mandates/new"), (.apiTokens, "/tokens")])

    private var list: Route {
        .page(
            .get, "/mandates", access: ConsolePages.access, tag: "Console",
            summary: "The mandates over what is in one's charge, the newest first.", query: Self.listed.query,
            errors: [.noRight]
        ) { call in
            try await Self.listed.answer(call, service) { after, limit in
                try await service.mandates.list(try service.mandateFilter(call), after: after, limit: limit)
            } table: {
                table(of: $0, call)
            }
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
            try service.requireDelegating(call)
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
            try service.requireDelegating(call)
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
            try service.requireDelegating(call)
            try await service.takeAway(try call.path.uuid("mandate"), call)
            return .seeOther("/mandates?done=1")
        }
    }
}
