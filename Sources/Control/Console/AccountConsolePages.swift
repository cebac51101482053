internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

extension ConsolePages {
    var accountRoutes: [Route] { [accountList, accountPage, accountCode, accountLock, accountUnlock] }

    private var accountList: Route {
        .page(
            .get, "/accounts", access: ConsolePages.access, tag: "Console", summary: "Accounts, searched.",
            query: [
                .text("search", "Beginnings of names or of a login.", maxLength: 100),
                .uai("establishment", "Only its people."),
                .enumeration("role", ["pupil", "guardian", "teacher", "school_life", "head", "staff"], "Only these."),
                .enumeration("state", ["pending", "active", "locked", "closed"], "Only those in this state."),
                .flag("never_connected", "Only those who never signed in."),
                .date("unseen_since", "Only those not seen since."),
                .flag("asked_for_code", "Only those who ask for a code."), .token("cursor", "Where to go on."),
            ], errors: [.noRight]
        ) { call in
            let language = call.language
            let search = call.query.text("search")
            var main = Component.heading(Phrase.accounts[language])
            main += ConsolePages.searchForm("/accounts", .findAccounts, .findAccountsHint, search, language)
            do {
                main += try await accounts(call, search)
            } catch let problem as Problem where problem.code == .tooWide {
                main += Component.emptyState(Phrase.typeTwoLetters[language])
            }
            return call.page(Page(title: .accounts, main: main))
        }
    }

    private func accounts(_ call: Call, _ search: String?) async throws -> HTML {
        let language = call.language
        let query = try service.accountQuery(call)
        let after = try call.query.text("cursor").map { text in
            let parts = try service.cursors.values(of: text, list: "accounts", count: 3)
            guard let id = UUID(parts[2]) else { throw Problem(.invalidCursor) }
            return AccountSearchStore.Place(family: parts[0], given: parts[1], id: AccountID(rawValue: id))
        }
        let found = try await service.accountSearch.search(query, after: after, limit: 51)
        guard !found.isEmpty else {
            return Component.emptyState(Phrase.nothingFound[language], HTML(text: Phrase.tryFewerLetters[language]))
        }
        var table = Table(
            Phrase.accounts[language], id: "accounts",
            [
                .text(Phrase.nameColumn[language]), .text(Phrase.login[language]), .text(Phrase.profiles[language]),
                .text(Phrase.state[language]), .text(Phrase.lastVisit[language]),
            ], hidesCaption: true)
        for (account, _) in found.prefix(50) {
            let asked: HTML? =
                account.hasAskedForCode
                ? " \(Component.tag(Phrase.askedForCode[language], .warning))" : nil
            table.add([
                "<a href=\"/accounts/\(account.id.rawValue)\">\(account.familyName) \(account.givenName)</a>",
                HTML(text: account.login), HTML(text: roles(of: account, language)),
                "\(AccountTexts.state(account.state)[language])\(asked)",
                ConsolePages.moment(account.lastVisit, language),
            ])
        }
        var html = Component.card(table.html)
        guard found.count > 50 else { return html }
        guard query.isPaged, let place = found.dropLast().last?.place else {
            html += Notice(.information, Phrase.moreToFind[language]).html(language)
            return html
        }
        let cursor = service.cursors.cursor([place.family, place.given, place.id.description], list: "accounts")
        var link: Link = "/accounts?cursor=\(cursor)"
        for name in ["search", "establishment", "role", "state", "unseen_since"] as [StaticString] {
            if let value = call.query.text(name.description) { link = link.adding(name, value) }
        }
        if query.neverConnected { link = link.adding("never_connected", "1") }
        if query.askedForCode { link = link.adding("asked_for_code", "1") }
        html += Component.pagination(first: nil, next: link, language)
        return html
    }

    private func roles(of account: FoundAccount, _ language: Language) -> String {
        account.roles.prefix(4).map { role in
            "\(AccountTexts.role(role.role)[language]) (\(service.tenancy.map[role.establishment]?.uai.rawValue ?? "–"))"
        }.joined(separator: ", ")
    }

    // MARK: One account

    private static let path = [Parameter.uuid("account", "Its number.")]

    private var accountPage: Route {
        .page(
            .get, "/accounts/{account}", access: ConsolePages.access, tag: "Console",
            summary: "One account, and what can be done.", parameters: ConsolePages.path,
            query: [.flag("done", "Says that it is done.")], errors: [.noRight]
        ) { call in
            if call.query.flag("done") { call.frame.notices.append(Notice(.success, Phrase.done[call.language])) }
            return call.page(page(of: try await service.account(call), call))
        }
    }

    private func page(of account: FoundAccount, code: String? = nil, _ call: Call) -> Page {
        let language = call.language
        let name = "\(account.givenName) \(account.familyName)"
        var main = Component.heading(name)
        if let code {
            main += Notice(
                .success, markup: "<p>\(Phrase.codeIs[language])</p><p><strong class=\"code\">\(code)</strong></p>"
            ).html(language, isLive: true)
        }
        main += Component.card(
            Component.facts([
                (Phrase.login[language], HTML(text: account.login)),
                (Phrase.state[language], HTML(text: AccountTexts.state(account.state)[language])),
                (Phrase.profiles[language], HTML(text: roles(of: account, language))),
                (Phrase.lastVisit[language], ConsolePages.moment(account.lastVisit, language)),
            ]))
        let id = account.id.rawValue
        if account.state == "pending" || account.state == "active" {
            main += Component.card(ConsolePages.act("/accounts/\(id)/code", .giveCode, .giveCodeLead, call))
            main += Component.card(ConsolePages.act("/accounts/\(id)/lock", .lock, .lockLead, call))
        }
        if account.state == "locked" {
            main += Component.card(ConsolePages.act("/accounts/\(id)/unlock", .unlock, nil, call))
        }
        return Page(title: Phrase(verbatim: name), main: main)
    }

    private var accountCode: Route {
        .page(
            .post, "/accounts/{account}/code", access: ConsolePages.access, tag: "Console",
            summary: "Gives a code and shows it, once.", parameters: ConsolePages.path, body: .form([]),
            errors: [.noRight, .accountAboveYours, .accountShut]
        ) { call in
            let account = try await service.accountToActOn(call)
            let issued = try await service.issueCode(for: account, call)
            // Shown in the answer to the post and nowhere else: neither an address nor a cache has it.
            var response = call.page(page(of: account, code: issued.code.description, call))
            response.headers.set("Cache-Control", "no-store")
            return response
        }
    }

    private var accountLock: Route {
        .page(
            .post, "/accounts/{account}/lock", access: ConsolePages.access, tag: "Console",
            summary: "Locks an account.",
            parameters: ConsolePages.path, body: .form([]), errors: [.noRight, .accountAboveYours, .accountShut]
        ) { call in
            let account = try await service.accountToActOn(call)
            try await service.lock(account, call)
            return .seeOther("/accounts/\(account.id.rawValue)?done=1")
        }
    }

    private var accountUnlock: Route {
        .page(
            .post, "/accounts/{account}/unlock", access: ConsolePages.access, tag: "Console",
            summary: "Opens a locked account.", parameters: ConsolePages.path, body: .form([]),
            errors: [.noRight, .accountAboveYours]
        ) { call in
            let account = try await service.accountToActOn(call)
            try await service.unlock(account, call)
            return .seeOther("/accounts/\(account.id.rawValue)?done=1")
        }
    }
}
