internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// Programs' tokens in the console: listed, made (the secret is shown once), taken back.
package struct TokenConsolePages: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] { [list, form, make, revoke] }

    private static let usualDays = 90

    private static let listed = HandingList<AdminToken>(
        name: AdminTokenAPI.listName, link: "/tokens", title: .apiTokens, lead: .apiTokensLead, none: .noTokens,
        filters: [.init(name: "name", label: .tokenName, hint: .tokenNameFilterHint, maxLength: 60)],
        actions: [(.makeToken, "/tokens/new"), (.mandates, "/mandates")])

    private var list: Route {
        .page(
            .get, "/tokens", access: ConsolePages.access, tag: "Console",
            summary: "The tokens over what is in one's charge, the newest first.", query: Self.listed.query,
            errors: [.noRight]
        ) { call in
            try await Self.listed.answer(call, service) { after, limit in
                try await service.tokens.list(
                    service.charge(call).rows(.delegation), words: service.words(call, of: "name"), after: after,
                    limit: limit)
            } table: {
                table(of: $0, call)
            }
        }
    }

    private func table(of tokens: [AdminToken], _ call: Call) -> HTML {
        let language = call.language
        let words = HandingForm(service, call)
        var table = Table(
            Phrase.apiTokens[language], id: "tokens",
            [
                .text(Phrase.nameColumn[language]), .text(Phrase.mandateRole[language]), .text(Phrase.over[language]),
                .text(Phrase.rights[language]), .text(Phrase.goodUntil[language]), .text(Phrase.lastUse[language]),
                .text(Phrase.actionColumn[language]),
            ], hidesCaption: true)
        for each in tokens {
            let end: HTML =
                each.expiresAt > call.now
                ? ConsolePages.moment(each.expiresAt, language)
                : Component.tag(Phrase.tokenExpired[language], .warning)
            table.add([
                HTML(text: each.name), HTML(text: each.role.phrase[language]),
                HTML(text: words.place(each.territory, each.establishment)), HTML(text: words.told(each.rights)), end,
                ConsolePages.moment(each.lastUsedAt, language),
                ConsolePages.rowAct("/tokens/\(each.id)/revoke", .revokeToken, about: each.name, call),
            ])
        }
        return table.html
    }

    private var form: Route {
        .page(
            .get, "/tokens/new", access: ConsolePages.access, tag: "Console", summary: "The form that makes a token.",
            errors: [.noRight]
        ) { call in
            try service.requireDelegating(call)
            return call.page(making(nil, call))
        }
    }

    private func making(_ draft: FormReader?, _ call: Call) -> Page {
        let language = call.language
        func shown(_ field: String) -> String? { draft?.form[field] }
        func error(_ field: String) -> String? { draft?.error(field)?[language] }
        let form = PostForm(
            "/tokens",
            [
                Field(
                    "name", Phrase.tokenName[language], value: shown("name"), hint: Phrase.tokenNameHint[language],
                    error: error("name"), maxLength: 60)
            ] + HandingForm(service, call).fields(draft) + [
                Field(
                    "days", Phrase.tokenDays[language], .input(type: "number"),
                    value: shown("days") ?? String(Self.usualDays), hint: Phrase.tokenDaysHint[language],
                    error: error("days"), maxLength: 3, inputMode: "numeric")
            ], submit: Phrase.makeToken[language],
            cancel: Component.button(Phrase.giveUpHere[language], to: "/tokens"),
            forgeryToken: call.frame.forgeryToken)
        return Page(
            title: .makeToken,
            main: Component.heading(Phrase.makeToken[language], lead: HTML(text: Phrase.makeTokenLead[language]))
                + Component.card(form.html(language)), width: .narrow)
    }

    private var make: Route {
        .page(
            .post, "/tokens", access: ConsolePages.access, tag: "Console",
            summary: "Makes a token, and shows its secret once.",
            body: .form([
                .text("name", "Of the program.", maxLength: 60), .text("role", "What the program is."),
                .text("territory", "Where."), .text("establishment", "Where.", maxLength: 8),
                .text("rights", "Which rights; none for all of the role's."), .text("days", "How long it is good."),
            ]), errors: [.noRight]
        ) { call in
            try service.requireDelegating(call)
            var reader = FormReader(try await call.form())
            let name = reader.text("name", 1...60, format: .slug)
            let draft = HandingForm(service, call).read(&reader)
            let days = reader.integer("days", 1...400)
            guard reader.isValid, let name, let draft, let days else {
                return call.page(making(reader, call), status: .unprocessableContent)
            }
            do {
                let (token, secret) = try await service.makeToken(name, draft, days: days, call)
                // Shown in this answer and never again: it is in no address and no log.
                var response = call.page(secretPage(token, secret, call.language))
                response.headers.set("Cache-Control", "no-store")
                return response
            } catch let problem as Problem where problem.code == .mandateTooWide {
                reader.refuse(HandingForm.place(of: draft.role), problem.code.meaning)
                return call.page(making(reader, call), status: .unprocessableContent)
            }
        }
    }

    private func secretPage(_ token: AdminToken, _ secret: String, _ language: Language) -> Page {
        let facts = Component.facts([
            (Phrase.tokenSecret[language], "<code>\(secret)</code>"),
            (Phrase.goodUntil[language], ConsolePages.moment(token.expiresAt, language)),
        ])
        let back = Component.button(Phrase.apiTokens[language], to: "/tokens", isMain: true)
        return Page(
            title: Phrase(verbatim: token.name),
            main: Component.heading(token.name, lead: HTML(text: Phrase.tokenSecretLead[language]))
                + Component.card("\(facts)<p class=\"actions\">\(back)</p>"), width: .narrow)
    }

    private var revoke: Route {
        .page(
            .post, "/tokens/{token}/revoke", access: ConsolePages.access, tag: "Console",
            summary: "Takes a token back.", parameters: [.uuid("token", "Its number.")], body: .form([]),
            errors: [.noRight, .mandateTooWide]
        ) { call in
            try service.requireDelegating(call)
            try await service.revokeToken(try call.path.uuid("token"), call)
            return .seeOther("/tokens?done=1")
        }
    }
}
